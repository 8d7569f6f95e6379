"""What every store promises, on SQLite and on a real Neo4j: the same suite for both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import TransientError

from graph.model.changes import Changes, Happenings, Look, Membership, changes_between, nothing
from graph.model.errors import BadCall, Fatal
from graph.model.events import Verdict
from graph.model.vocabulary import VerdictOutcome
from graph.stores.opening import StoreAddress, open_reader, open_writer
from graph.stores.port import Language, StoreReader, StoreWriter
from graph.stores.verification import verify
from tests.contract.neo4j_place import emptied
from tests.store_streams import stream
from tests.store_worlds import WINDOW_MS, World, awkward_world

TIMEOUT_S = 20.0


@dataclass
class Place:
    """Where a store is, and how to get at it."""

    address: StoreAddress

    def writer(self) -> StoreWriter:
        return open_writer(self.address)

    def reader(self) -> StoreReader:
        return open_reader(self.address)


@pytest.fixture(params=["sqlite", "neo4j"])
def place(request: pytest.FixtureRequest, tmp_path) -> Place:
    if request.param == "sqlite":
        return Place(StoreAddress(str(tmp_path / "store.db")))
    address = request.getfixturevalue("neo4j_address")
    emptied(address)
    return Place(StoreAddress(address))


@pytest.fixture
def writer(place: Place) -> Iterator[StoreWriter]:
    opened = place.writer()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def world() -> World:
    return awkward_world()


def differences(place: Place, look: Look) -> list[str]:
    reader = place.reader()
    try:
        compared = verify(reader, look)
    finally:
        reader.close()
    assert sum(part.engine_rows for part in compared) > 0
    return [line for part in compared for line in part.differences]


def fill(writer: StoreWriter, world: World, ask: Callable[[int], bool] = lambda n: True) -> None:
    for n, changes in enumerate(world.changes, 1):
        if ask(n):
            assert writer.write(changes, {"events": n}).refused == ()


def count(place: Place, sql: str, cypher: str) -> int:
    reader = place.reader()
    try:
        statement = sql if reader.language is Language.SQL else cypher
        return reader.read(statement, {}, TIMEOUT_S).rows[0][0]
    finally:
        reader.close()


def test_a_store_that_followed_every_batch_says_what_the_engine_says(place, writer, world):
    fill(writer, world)
    assert differences(place, world.look) == []


def test_a_store_told_all_at_once_says_the_same(place, writer, world):
    everything = changes_between(nothing(), world.look, WINDOW_MS, all_that_happened(world))
    writer.write(everything, {"events": 1})
    assert differences(place, world.look) == []


def all_that_happened(world: World) -> Happenings:
    return Happenings(
        ledger=[entry for c in world.changes for entry in c.ledger],
        flags=[flag for c in world.changes for flag in c.flags],
    )


def test_changes_told_twice_change_nothing(place, writer, world):
    for n, changes in enumerate(world.changes, 1):
        writer.write(changes, {"events": n})
        assert writer.write(changes, {"events": n}).repeated
        writer.write(changes, {})
    assert differences(place, world.look) == []
    entries = sum(len(c.ledger) for c in world.changes)
    assert count(place, "SELECT count(*) FROM ledger", "MATCH (n:LedgerEntry) RETURN count(*)") == entries


def test_the_offsets_are_those_of_the_last_batch_and_never_go_back(place, writer, world):
    assert writer.offsets() == {}
    writer.write(world.changes[0], {"trips-0": 5, "trips-1": 9})
    writer.write(world.changes[1], {"trips-0": 8, "trips-1": 7})
    assert writer.offsets() == {"trips-0": 8, "trips-1": 9}


def test_a_replay_in_other_batches_ends_the_same(place, writer, world):
    """A snapshot is older than the store: what was written comes again, cut up otherwise."""
    fill(writer, world)
    replayed = awkward_world()
    half = replace(replayed.changes[0], ledger=(), flags=())
    writer.write(half, {"events": 1})
    whole = changes_between(nothing(), replayed.look, WINDOW_MS, all_that_happened(replayed))
    writer.write(whole, {"events": len(world.changes) + 1})
    assert differences(place, world.look) == []
    members = sum(len(ring.accounts) for ring in world.look.rings.values())
    assert members == count(
        place,
        "SELECT count(*) FROM member WHERE to_ms IS NULL",
        "MATCH ()-[m:MEMBER_OF]->() WHERE m.to_ms IS NULL RETURN count(*)",
    )


def test_a_missing_batch_is_noticed_and_named(place, writer):
    batches = list(stream(3, 5, 40))
    for n, (_, changes) in enumerate(batches, 1):
        if n != 4:
            writer.write(changes, {"stream": n})
    found = differences(place, batches[-1][0])
    assert [line for line in found if line.startswith("links: ") and "is missing in the store" in line]
    assert [line for line in found if line.startswith("accounts: ") and "differs: " in line]


def bad_verdict(number: int) -> Verdict:
    return Verdict(
        event_id=f"bad \ud800 {number}",
        ts=1_700_000_000_000,
        subject="s",
        outcome=VerdictOutcome.FRAUD,
        analyst="a",
    )


def good_verdict(number: int) -> Verdict:
    return Verdict(
        event_id=f"good {number}",
        ts=1_700_000_000_000,
        subject="s",
        outcome=VerdictOutcome.FRAUD,
        analyst="a",
    )


def test_how_likely_an_account_belongs_stands_at_its_open_stay_and_nowhere_else(place, writer, world):
    for number, changes in enumerate(world.changes):
        writer.write(changes, {"s": number})
    told = {"k001": 0.75, "k008": 0.9526}
    likely = tuple(Membership("ring_b", account, p) for account, p in {**told, "k004": 0.5}.items())
    happened = Happenings(ledger_from=sum(len(changes.ledger) for changes in world.changes))
    same = changes_between(world.look, world.look, WINDOW_MS, happened)
    writer.write(replace(same, memberships=likely), {"s": len(world.changes)})
    with closing(place.reader()) as reader:
        found = reader.read(
            {
                Language.SQL: "SELECT account_id, membership FROM member WHERE membership IS NOT NULL "
                "ORDER BY account_id",
                Language.CYPHER: "MATCH (a:Account)-[m:MEMBER_OF]->() WHERE m.membership IS NOT NULL "
                "RETURN a.id, m.membership ORDER BY a.id",
            }[reader.language],
            {},
            TIMEOUT_S,
        )
    assert [tuple(row) for row in found.rows] == sorted(told.items())


def test_a_row_that_is_refused_does_not_take_the_batch_with_it(place, writer, world):
    verdicts = (
        *map(good_verdict, range(20)),
        bad_verdict(7),
        *map(good_verdict, range(20, 40)),
        bad_verdict(9),
    )
    changes: Changes = replace(world.changes[0], verdicts=verdicts)
    written = writer.write(changes, {"events": 1})
    assert [refused.step for refused in written.refused] == ["verdicts", "verdicts"]
    assert count(place, "SELECT count(*) FROM verdict", "MATCH (n:Verdict) RETURN count(*)") == 40
    assert writer.offsets() == {"events": 1}


def test_what_fell_out_of_the_window_stays_as_history(place, writer, world):
    fill(writer, world)
    gone = sum(len(c.gone.kind) for c in world.changes)
    assert gone > 300
    found = count(place, "SELECT count(*) FROM spell", "MATCH ()-[f:FORMER]->() RETURN count(*)")
    assert found >= gone


def test_a_reading_session_cannot_write(place, writer, world):
    fill(writer, world, lambda n: n == 1)
    reader = place.reader()
    statement = "DELETE FROM link" if reader.language is Language.SQL else "MATCH (n) DETACH DELETE n"
    with pytest.raises(Fatal, match="expected a statement that only reads"):
        reader.read(statement, {}, TIMEOUT_S)
    reader.close()


def test_an_answer_that_takes_too_long_is_given_up(place, writer, world):
    fill(writer, world, lambda n: n == 1)
    reader = place.reader()
    statement = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        if reader.language is Language.SQL
        else "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y "
        "WITH x + y AS z WHERE z < 0 RETURN count(*)"
    )
    with pytest.raises(Fatal, match=r"expected an answer within 0\.5 s"):
        reader.read(statement, {}, 0.5)
    reader.close()


def test_a_store_of_a_newer_program_is_refused(place, writer):
    if place.address.path is not None:
        import sqlite3

        with sqlite3.connect(place.address.path) as connection:
            connection.execute("PRAGMA user_version=99")
        connection.close()
    else:
        with GraphDatabase.driver(place.address.place) as driver:
            driver.execute_query("MATCH (s:RingfenceStore) SET s.schema_version = 99")
    with pytest.raises(Fatal, match="found 99"):
        place.writer()
    with pytest.raises(BadCall, match="found 99"):
        place.reader()


def test_a_place_without_a_store_cannot_be_read(place):
    with pytest.raises(BadCall, match="expected a store"):
        place.reader()


def test_a_second_opening_finds_the_schema_made(place, writer, world):
    fill(writer, world, lambda n: n == 1)
    again = place.writer()
    assert again.offsets() == {"events": 1}
    again.close()


def test_a_foreign_writer_that_locks_in_another_order_delays_but_breaks_nothing(neo4j_address):
    """It takes the same accounts from the other end, again and again, until we are done."""
    emptied(neo4j_address)
    place = Place(StoreAddress(neo4j_address))
    batches = list(stream(11, 6, 300))
    done = threading.Event()

    def interfere() -> None:
        with GraphDatabase.driver(neo4j_address) as driver, driver.session() as session:
            while not done.is_set():
                with suppress(TransientError):
                    session.run(
                        "MATCH (e:Entity) WITH e ORDER BY e.key DESC LIMIT 60 SET e.foreign = timestamp()"
                    ).consume()

    writer = place.writer()
    hostile = threading.Thread(target=interfere)
    hostile.start()
    try:
        for n, (_, changes) in enumerate(batches, 1):
            assert writer.write(changes, {"stream": n}).refused == ()
    finally:
        done.set()
        hostile.join()
        writer.close()
    assert differences(place, batches[-1][0]) == []


def test_two_writers_of_ours_take_turns(place):
    """The same batches from both at once: every one is whole, and the end is the same."""
    batches = list(stream(12, 4, 200))
    if place.address.path is not None:
        place.writer().close()
    first, second = place.writer(), place.writer()

    def write(writer: StoreWriter) -> None:
        for _, changes in batches:
            writer.write(changes, {})

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(write, first), pool.submit(write, second)]:
            running.result()
    write(first)
    first.close()
    second.close()
    assert differences(place, batches[-1][0]) == []
