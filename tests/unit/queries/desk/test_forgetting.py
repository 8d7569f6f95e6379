"""Forgetting somebody reaches what people did at the console: answers, requests to block, their words."""

from __future__ import annotations

import pytest

from graph.model.renaming import ERASED, Renaming
from graph.model.vocabulary import DeskRole
from queries.desk.forgetting import forget
from tests.desk_places import TEST, new_desk

RENAMING = Renaming({("account", "ann-4711"): "ghost_1"})


@pytest.fixture
def desk(tmp_path):
    opened = new_desk(tmp_path)
    yield opened
    opened.close()


def test_answers_and_requests_to_block_name_nobody_any_more(desk, tmp_path):
    person, _ = desk.add_person(TEST, "one", DeskRole.INVESTIGATOR)
    handle, bob = desk.masks.masked("account", "ann-4711"), desk.masks.masked("account", "bob-0815")
    desk.cases.answered("ring_1", person, "e1", "act", {"subject": "ann-4711", "note": "seen with ann-4711"})
    desk.cases.answered("ring_1", person, "e2", "act", {"subject": "bob-0815", "note": "fine"})
    desk.blocks.ask("ring_1", [handle, bob], "ann-4711 leads", "all of them", person)
    assert forget(desk, TEST, RENAMING) == 3
    said = {each.event_id: each.said for each in desk.cases.answers("ring_1")}
    assert said == {
        "e1": {"subject": "ghost_1", "note": ERASED},
        "e2": {"subject": "bob-0815", "note": "fine"},
    }
    request = desk.blocks.open_for("ring_1")
    assert (request.handles, request.grounds, request.note) == (["ghost_1", bob], ERASED, "all of them")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ann-4711" not in kept
    assert handle.encode() not in kept


def test_forgetting_again_changes_nothing_more(desk):
    person, _ = desk.add_person(TEST, "one", DeskRole.INVESTIGATOR)
    desk.cases.answered("ring_1", person, "e1", "act", {"subject": "ann-4711"})
    assert forget(desk, TEST, RENAMING) == 1
    assert forget(desk, TEST, RENAMING) == 0
