"""Forgetting somebody in what is remembered of all regions."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from graph.model.errors import BadCall
from graph.model.renaming import Renaming, ghosts_of, places_of
from streaming.admission.pseudonyms import Pseudonyms
from streaming.regions.forgetting import forget_across
from streaming.regions.memory import FILE
from streaming.service.state_folder import StateFolder
from tests.unit.graph.scenes import at
from tests.unit.streaming.regions.test_joining import Regions, halves

GONE = "gang 0"
KEYS = pytest.mark.parametrize(
    "key", [None, b"a secret of thirty-two bytes, ok."], ids=["plain", "pseudonyms"]
)


def regions_of(folder: Path, key: bytes | None) -> Regions:
    return Regions(folder, None if key is None else Pseudonyms(key), key or b"")


def remembered(folder: Path, key: bytes | None) -> Renaming:
    """Two regions in a folder, something of the person waiting for each sort of topic; their new names."""
    regions = regions_of(folder, key)
    for name, lines in zip(("north", "south"), halves(), strict=True):
        regions.take(name, lines)
    name = GONE if key is None else Pseudonyms(key).account(GONE)
    line = next(each for each in halves()[0] if json.loads(each).get("account_id") == GONE)
    with regions.memory.transaction():
        regions.memory.send("south.told", b"1", line)
        regions.memory.send("across.identifiers", f"00|north|{name}".encode(), None)
        regions.memory.send("across.identifiers", b"00|north|somebody else", b"{}")
    regions.memory.close()
    return ghosts_of([("account", name)])


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def rows(folder: Path, statement: str) -> list[tuple]:
    file = sqlite3.connect(folder / FILE)
    try:
        return file.execute(statement).fetchall()
    finally:
        file.close()


def login(event_id: str, ts: int, account: str) -> bytes:
    record = {"event_id": event_id, "type": "account_login", "ts": ts, "account_id": account}
    return json.dumps({**record, "device_id": f"phone of {event_id}"}).encode()


USES = "SELECT account, region, kind, first_ms, last_ms, event FROM uses ORDER BY 1, 2, 3, 4, 5, 6"
EVENTS = "SELECT value FROM event ORDER BY number"
TIES = "SELECT identifier FROM uses WHERE kind <> 'account' ORDER BY 1"


@KEYS
def test_nothing_of_them_is_left_and_everything_else_is_as_before(tmp_path: Path, key: bytes | None) -> None:
    renaming = remembered(tmp_path, key)
    (name,) = renaming.identifiers
    longer = {name: []}
    assert list(places_of(name, content(tmp_path)))
    assert list(places_of(GONE, content(tmp_path)))
    before = {statement: rows(tmp_path, statement) for statement in (USES, TIES, EVENTS)}
    theirs = [each for each in before[EVENTS] if list(places_of(GONE, each[0]))]
    assert theirs
    assert forget_across(tmp_path, renaming, longer, key) > len(theirs)
    assert not list(places_of(name, content(tmp_path)))
    assert not list(places_of(GONE, content(tmp_path)))
    assert rows(tmp_path, USES) == before[USES]
    assert rows(tmp_path, TIES) == before[TIES]
    assert rows(tmp_path, EVENTS) == [each for each in before[EVENTS] if each not in theirs]
    assert [key for (key,) in rows(tmp_path, "SELECT key FROM outbox")] == [b"00|north|somebody else"]
    assert forget_across(tmp_path, renaming, longer, key) == 0


@KEYS
def test_who_was_tied_by_them_stays_so(tmp_path: Path, key: bytes | None) -> None:
    renaming = remembered(tmp_path, key)
    (name,) = renaming.identifiers
    before = rows(tmp_path, "SELECT account, target FROM telling ORDER BY 1, 2")
    forget_across(tmp_path, renaming, {name: []}, key)
    assert rows(tmp_path, "SELECT account, target FROM telling ORDER BY 1, 2") == before
    regions = regions_of(tmp_path, key)
    ts = json.loads(halves()[0][-1])["ts"]
    regions.take("north", [login("north again", ts, "gang 1")])
    assert "north again" in regions.told("south.told")
    # The person who comes back is a stranger.
    regions.take("north", [login("north new", ts, GONE)])
    assert "north new" not in regions.told("south.told")
    regions.memory.close()


def test_a_longer_name_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    regions = regions_of(tmp_path, None)
    lines = [login(f"e{n}", at(1), name) for n, name in enumerate(("person-1", "person-12"))]
    regions.take("north", lines)
    regions.memory.close()
    assert len(rows(tmp_path, EVENTS)) == 2
    forget_across(tmp_path, ghosts_of([("account", "person-1")]), {"person-1": ["person-12"]}, None)
    assert rows(tmp_path, EVENTS) == [(line,) for line in lines[1:]]
    assert ("person-12",) in rows(tmp_path, "SELECT name FROM account")


def test_it_is_refused_while_the_regions_are_joined_and_where_nothing_is(tmp_path: Path) -> None:
    renaming = ghosts_of([("account", GONE)])
    with pytest.raises(BadCall, match="found none"):
        forget_across(tmp_path, renaming, {GONE: []}, None)
    regions_of(tmp_path, None).memory.close()
    with StateFolder(tmp_path, 1, print), pytest.raises(BadCall, match="in use"):
        forget_across(tmp_path, renaming, {GONE: []}, None)
