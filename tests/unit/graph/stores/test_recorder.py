"""An engine that tells a store: the store says what the engine says, also after a snapshot and a replay."""

from __future__ import annotations

import random

import pytest

from graph.model.changes import Look
from graph.model.vocabulary import EntityKind, VerdictOutcome
from graph.stores.opening import StoreAddress, open_reader, open_writer
from graph.stores.rebuilding import rebuild
from graph.stores.recorder import TellingEngine
from graph.stores.verification import verify
from tests.store_worlds import WINDOW_DAYS, farm
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, moment


def everything():
    """Farms, a merger, answers, links that go; some weeks of it."""
    scene = Scene()
    for number in range(5):
        farm(scene, [f"f{number} {n}" for n in range(6)], f"phone {number}", 1 + 9 * number, "WELCOME")
        scene.adds_card(f"f{number} 0", 3 + 9 * number, f"card {number // 2}")
        scene.disowns(f"f{number} 0", 6 + 9 * number, 20.0, card=f"card {number // 2}")
        scene.logs_in(f"f{number} 1", 12 + 9 * number, "phone 0")
        scene.logs_in(f"f{number} 2", 96 + 2 * number, "phone 1")
    scene.is_answered("f1 0", 30, VerdictOutcome.LEGIT)
    return scene.events


def telling():
    return TellingEngine(new_engine(window_days=WINDOW_DAYS))


def stretches(events, seed):
    draw, at = random.Random(seed), 0
    while at < len(events):
        length = draw.randrange(1, 20)
        yield at + len(events[at : at + length]), events[at : at + length]
        at += length


def assert_in_line(place, engine):
    reader = open_reader(StoreAddress(str(place)))
    try:
        compared = verify(reader, Look.at(engine._engine.view(), engine.rings()))
    finally:
        reader.close()
    assert [line for part in compared for line in part.differences] == []
    assert sum(part.engine_rows for part in compared) > 50


def table(place, statement):
    reader = open_reader(StoreAddress(str(place)))
    try:
        return reader.read(statement, {}, 10.0).rows
    finally:
        reader.close()


TOLD = (
    "SELECT * FROM ledger ORDER BY entry",
    "SELECT * FROM flag ORDER BY flag_id",
    "SELECT * FROM trip ORDER BY trip_id",
    "SELECT * FROM taking ORDER BY event_id",
    "SELECT * FROM verdict ORDER BY event_id",
    "SELECT * FROM member ORDER BY ring_id, account_id, entry",
)


@pytest.mark.parametrize("seed", range(5))
def test_a_store_that_follows_says_what_the_engine_says(tmp_path, seed):
    engine, place = telling(), tmp_path / "store.db"
    writer = open_writer(StoreAddress(str(place)))
    for reached, stretch in stretches(everything(), seed):
        engine.apply(stretch)
        writer.write(engine.drain(), {"s": reached})
    writer.close()
    assert_in_line(place, engine)
    assert all(table(place, statement) for statement in TOLD)


@pytest.mark.parametrize("seed", range(10))
def test_a_store_that_was_ahead_of_the_snapshot_comes_into_line(tmp_path, seed):
    undisturbed, place, other = telling(), tmp_path / "store.db", tmp_path / "other.db"
    writer, twin = open_writer(StoreAddress(str(place))), open_writer(StoreAddress(str(other)))
    events, draw = everything(), random.Random(seed)
    parts = list(stretches(events, seed))
    snapshot_at, crash_at = sorted(draw.sample(range(len(parts)), 2))
    engine, saved = telling(), {}
    for number, (reached, stretch) in enumerate(parts):
        undisturbed.apply(stretch)
        twin.write(undisturbed.drain(), {"s": reached})
        if number > crash_at:
            continue
        engine.apply(stretch)
        # The store may lag behind the engine when the snapshot is taken.
        if draw.random() < 0.6:
            writer.write(engine.drain(), {"s": reached})
        if number == snapshot_at:
            saved = engine.save()
    back = telling()
    back.load(saved)
    for reached, stretch in parts[snapshot_at + 1 :]:
        back.apply(stretch)
        if reached > writer.offsets().get("s", 0) and draw.random() < 0.6:
            writer.write(back.drain(), {"s": reached})
    writer.write(back.drain(), {"s": len(events) + 1})
    writer.close()
    twin.close()
    assert_in_line(place, back)
    for statement in TOLD[:3]:
        assert table(place, statement) == table(other, statement)


@pytest.mark.parametrize("portion", [7, 50, 10_000])
def test_a_store_rebuilt_from_an_engine_says_the_same_and_takes_what_comes_after(tmp_path, portion):
    events = everything()
    first, rest = events[: 3 * len(events) // 4], events[3 * len(events) // 4 :]
    engine, place = telling(), tmp_path / "store.db"
    entries = len(engine.apply(first).ledger)
    engine.drain()
    engine._engine.cut("f1 1", EntityKind.DEVICE, "phone 1", moment(43, "by hand"))
    writer = open_writer(StoreAddress(str(place)))
    rebuild(writer, engine._engine, entries, {"s": len(first)}, portion)
    assert_in_line(place, engine)
    assert writer.offsets() == {"s": len(first)}
    engine.apply(rest)
    writer.write(engine.drain(), {"s": len(events)})
    writer.close()
    assert_in_line(place, engine)
