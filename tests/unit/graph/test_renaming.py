"""New names for those who are forgotten, and the search that proves them forgotten."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from graph.model.renaming import ERASED, GHOST, Renaming, ghosts_of, places_of, spellings
from tests.store_worlds import AWKWARD

RENAMING = Renaming(
    {("account", "ann"): "ghost_1", ("device", "ann"): "ghost_2", ("card", "4711-0815"): "g_3"}
)


def test_an_identifier_is_renamed_by_its_kind_and_a_text_that_names_somebody_goes():
    assert (RENAMING.account("ann"), RENAMING.of("device", "ann"), RENAMING.of("ip", "ann")) == (
        *("ghost_1", "ghost_2"),
        "ann",
    )
    assert (RENAMING.key("device:ann"), RENAMING.key("ip:ann")) == ("device:ghost_2", "ip:ann")
    assert [RENAMING.subject(each) for each in ("ann", "device:ann", "ring_1")] == [
        *("ghost_1", "device:ghost_2"),
        "ring_1",
    ]
    assert RENAMING.note("five cards of ann's") == ERASED
    assert RENAMING.note("an annual pass, joann") == "an annual pass, joann", "a short one is a word"
    assert RENAMING.note("x4711-0815y") == ERASED, "a long one is sought everywhere"


def test_json_is_renamed_everywhere_and_once():
    told = {
        "accounts": ["ann", "bob"],
        "entities": ["device:ann"],
        "ann": 1,
        "note": "saw ann",
        "n": [1, None],
    }
    now = RENAMING.everywhere(told)
    assert now == {
        "accounts": ["ghost_1", "bob"] if RENAMING.everywhere("ann") == "ghost_1" else ["ghost_2", "bob"],
        "entities": ["device:ghost_2"],
        RENAMING.everywhere("ann"): 1,
        "note": ERASED,
        "n": [1, None],
    }
    assert RENAMING.everywhere(now) == now


def test_ghosts_differ_by_kind_and_by_person_and_lead_nowhere():
    named = [("account", "ann"), ("device", "ann")]
    one, two = ghosts_of(named), ghosts_of(named)
    ghosts = {*one.names.values(), *two.names.values()}
    assert len(ghosts) == 4, "another key each time"
    assert all(ghost.startswith(GHOST) and "ann" not in ghost for ghost in ghosts)
    assert ghosts_of(named, b"k" * 32).names == ghosts_of(reversed(named), b"k" * 32).names


@given(st.sampled_from(AWKWARD), st.binary(max_size=20), st.binary(max_size=20))
def test_whatever_is_around_it_an_identifier_is_found_in_each_of_its_spellings(name, before, after):
    long = f"{name} {name}"
    for spelled in spellings(long):
        assert len(before) in places_of(long, before + spelled + after)
    assert long.encode() in spellings(long)
    assert json.dumps(long)[1:-1].encode() in spellings(long)


def test_what_is_only_a_part_of_another_is_not_found():
    assert list(places_of("driver-1", b"driver-12 driver-1", ["driver-12"])) == [10]
    assert list(places_of("driver-1", b"driver-12")) == [0]
    assert list(places_of("ann", b"annual ann.", [])) == [7]
    assert list(places_of("ann", b"")) == []
