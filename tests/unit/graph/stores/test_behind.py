"""Writing behind: the store away, the store gone for good, the order kept."""

from __future__ import annotations

import threading

import pytest

from graph.model.errors import Fatal, Unavailable
from graph.stores.behind import WriteBehind
from graph.stores.port import Written
from graph.stores.recorder import RecordedEngine
from tests.store_streams import stream
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene


class Remembering:
    """A store that remembers what it was told, away for as long as it is told to be."""

    def __init__(self, failures=()):
        self.failures = list(failures)
        self.told = []
        self.gate = threading.Event()
        self.gate.set()

    def write(self, changes, offsets):
        self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((changes, dict(offsets)))
        return Written(rows=3)

    def offsets(self):
        return {}

    def close(self):
        self.closed = True


def some_changes():
    return next(stream(1, 1, 5))[1]


def test_what_is_handed_over_arrives_in_order():
    store = Remembering()
    behind = WriteBehind(store)
    for n in range(5):
        behind.hand_over(some_changes(), {"s": n})
    behind.settle()
    assert [offsets for _, offsets in store.told] == [{"s": n} for n in range(5)]
    assert (behind.progress.batches, behind.progress.rows) == (5, 15)
    behind.close()
    assert store.closed


def test_a_store_that_was_away_is_tried_again():
    store = Remembering([Unavailable("away", 0.001)] * 3)
    behind = WriteBehind(store)
    behind.hand_over(some_changes(), {"s": 1})
    behind.settle()
    assert len(store.told) == 1
    assert behind.progress.retries == 3
    assert not behind.progress.is_away
    behind.close()


def test_an_error_that_does_not_pass_comes_out_at_the_next_call():
    behind = WriteBehind(Remembering([Fatal("the disk is full")]))
    behind.hand_over(some_changes(), {"s": 1})
    with pytest.raises(Fatal, match="the disk is full"):
        behind.settle()
    behind.close()


def test_closing_does_not_wait_for_a_store_that_is_away():
    store = Remembering([Unavailable("away", 3600)])
    behind = WriteBehind(store)
    behind.hand_over(some_changes(), {"s": 1})
    behind.close()
    assert store.told == []


def test_the_engine_goes_on_while_the_store_is_busy_and_the_store_catches_up_in_one_batch():
    store = Remembering()
    behind = WriteBehind(store)
    engine = RecordedEngine(new_engine(), behind, every_events=1)
    store.gate.clear()
    scene = Scene()
    for n in range(20):
        scene.signs_up(f"a{n}", n, device=f"d{n}")
    for event in scene.events:
        engine.apply([event])
    assert engine.counts()["accounts"] == 20
    store.gate.set()
    engine.finish()
    assert len(store.told) == 2
    assert store.told[-1][1] == {"events": 20}
    assert sum(len(changes.names) for changes, _ in store.told) == 40
    behind.close()
