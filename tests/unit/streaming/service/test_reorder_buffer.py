"""Events held back: their order, what is released when, and how they survive a snapshot."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.model.event_batch import EventBatch
from streaming.decoding.columns import ColumnDecoder
from streaming.service.ports import Partition
from streaming.service.reorder_buffer import ReorderBuffer
from streaming.snapshots import read_snapshot, write_snapshot
from tests.unit.streaming.records import NOON, ping
from tests.unit.streaming.service.fakes import Sent

A, B = Partition("a", 0), Partition("b", 1)


class Nothing(msgspec.Struct):
    """An empty header."""


def events(*named: tuple[str, int]) -> tuple[EventBatch, list]:
    """Events (id, ms after noon) with where each came from."""
    values = [ping(name, NOON + ms) for name, ms in named]
    origins = [(A if at % 2 else B, Sent(at, value)) for at, value in enumerate(values)]
    return ColumnDecoder().decode_values(values).batch, origins


def names(released: tuple[EventBatch, list]) -> list[str]:
    batch, origins = released
    spelt = [batch.event_id(row) for row in range(len(batch))]
    assert [msgspec.json.decode(message.value())["event_id"] for _, message in origins] == spelt
    return spelt


def test_events_of_one_time_come_in_the_order_of_their_ids() -> None:
    held = ReorderBuffer()
    held.add(*events(("d", 5), ("b", 5), ("z", 4)))
    held.add(*events(("c", 5), ("a", 6), ("é", 5)))
    assert names(held.release(NOON + 5)) == ["z", "b", "c", "d", "é"]
    assert (len(held), held.released_ms) == (1, NOON + 5)


@given(st.lists(st.lists(st.integers(0, 60), max_size=20), max_size=12), st.integers(0, 1 << 30))
def test_what_is_released_is_what_sorting_everything_would_give(batches: list[list[int]], seed: int) -> None:
    dice = random.Random(seed)
    held, expected, found = ReorderBuffer(), [], []
    waiting: list[tuple[int, str]] = []
    for number, times in enumerate(batches):
        named = [(f"e{dice.randrange(10**6):06d}-{number}-{n}", ms) for n, ms in enumerate(times)]
        held.add(*events(*named))
        waiting += [(ms, name) for name, ms in named]
        up_to = dice.randrange(60)
        expected += [name for ms, name in sorted(waiting) if ms <= up_to]
        waiting = [each for each in waiting if each[0] > up_to]
        found += names(held.release(NOON + up_to))
        assert len(held) == len(waiting)
    assert found == expected, f"seed {seed}"


def test_what_is_held_survives_a_snapshot_with_its_messages(tmp_path: Path) -> None:
    held = ReorderBuffer()
    held.add(*events(("a", 1), ("b", 9), ("c", 7)))
    held.release(NOON + 3)
    write_snapshot(tmp_path / "held", Nothing(), held.save())
    again = ReorderBuffer()
    again.restore(read_snapshot(tmp_path / "held", Nothing)[1])
    assert (len(again), again.released_ms) == (2, NOON + 3)
    batch, origins = again.release(NOON + 10)
    assert names((batch, origins)) == ["c", "b"]
    assert [(partition, message.offset()) for partition, message in origins] == [(B, 2), (A, 1)]
    assert batch.records.dtype == events(("x", 1))[0].records.dtype
    assert np.array_equal(batch.records["ts"], [NOON + 7, NOON + 9])
