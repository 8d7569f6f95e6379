"""The reorder buffer: events wait in it until everything that happened before them has come.

Each has a turn: its event time, or a later one where it came later than anybody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.event_batch import EVENT, EventBatch
from streaming.files.replay import REPLAYS, replays_in
from streaming.service.ports import Arrays, Message, Partition

Origin = tuple[Partition, Message]
"""Where an event came from, and its message."""
Int64s = npt.NDArray[np.int64]
_Part = tuple[EventBatch, list[Origin], Int64s]


@dataclass(frozen=True, slots=True)
class OrderedEvents:
    """Events in the order in which they are applied. ``origin`` of a row says where it came from."""

    batch: EventBatch
    origin: Callable[[int], Origin]

    def __len__(self) -> int:
        return len(self.batch)

    def only(self, rows: Int64s) -> OrderedEvents:
        """Some of the rows, ascending."""
        return self.admitted(self.batch[rows], rows)

    def admitted(self, batch: EventBatch, rows: Int64s | None) -> OrderedEvents:
        """``batch`` with the origins of the ``rows`` that it was made from, ascending; None for all rows."""
        origin = self.origin
        return OrderedEvents(batch, origin if rows is None else lambda row: origin(int(rows[row])))

    def place(self, row: int) -> tuple[Partition, int]:
        """The partition of an event and its offset there."""
        partition, message = self.origin(row)
        return partition, message.offset()


@dataclass(slots=True)
class _SortedRun:
    """Events in order of turn and id; the ``first`` of them are released already."""

    batch: EventBatch
    origins: list[Origin]
    turns: Int64s
    first: int = 0

    def __len__(self) -> int:
        return len(self.batch) - self.first

    def released(self, up_to_ms: int) -> _Part:
        """Removes the events up to a turn and gives them."""
        begin, self.first = self.first, int(np.searchsorted(self.turns, up_to_ms, side="right"))
        self.first = max(self.first, begin)
        return self._part(begin, self.first)

    def rest(self) -> _Part:
        """Those that wait."""
        return self._part(self.first, len(self.batch))

    def _part(self, begin: int, end: int) -> _Part:
        return self.batch[begin:end], self.origins[begin:end], self.turns[begin:end]


class ReorderBuffer:
    """Events in the order of (turn, event id), released up to a turn that only grows.

    They lie in sorted runs, each at least twice as long as the next, so that an event is copied about log n
    times while n wait. Memory: 230 bytes an event, its texts, and its message.
    """

    def __init__(self) -> None:
        self._runs: list[_SortedRun] = []
        self.released_ms = 0
        """Everything up to here was released; what comes later with an older turn is late."""

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add(self, batch: EventBatch, origins: Sequence[Origin], turns: Int64s | None = None) -> None:
        """Puts events in, each at its turn; without ``turns`` (n,) at its time."""
        if not len(batch):
            return
        parts = [(batch, list(origins), batch.records["ts"] if turns is None else turns)]
        size = len(batch)
        while self._runs and len(self._runs[-1]) < 2 * size:
            size += len(self._runs[-1])
            parts.append(self._runs.pop().rest())
        self._runs.append(_SortedRun(*_merged(parts)))

    def release(self, up_to_ms: int) -> tuple[EventBatch, list[Origin]]:
        """Removes the events up to that turn and gives them in order."""
        parts = [run.released(up_to_ms) for run in self._runs]
        self._runs = [run for run in self._runs if len(run)]
        self.released_ms = max(self.released_ms, up_to_ms)
        batch, origins, _ = _merged(parts)
        return batch, origins

    def save(self) -> Arrays:
        """What waits, as arrays."""
        batch, origins, turns = _merged([run.rest() for run in self._runs])
        kept = [
            SnapshotMessage(
                partition.topic,
                partition.number,
                message.offset(),
                message.key(),
                message.value() or b"",
                replays_in(message.headers()),
            )
            for partition, message in origins
        ]
        return {
            "records": batch.records,
            "texts": batch.buffer,
            "turns": turns,
            "messages": np.frombuffer(msgspec.msgpack.encode(kept), np.uint8).copy(),
            "released_ms": np.array([self.released_ms], np.int64),
        }

    def restore(self, arrays: Arrays) -> None:
        """Becomes what ``save`` gave."""
        kept = msgspec.msgpack.decode(arrays["messages"].tobytes(), type=list[SnapshotMessage])
        origins: list[Origin] = [(Partition(each.topic, each.number), RestoredMessage(each)) for each in kept]
        # A file records fields and their places but not their alignment, so the exact type is asked for.
        records = np.ascontiguousarray(arrays["records"]).view(EVENT)
        batch = EventBatch(records, arrays["texts"].view(np.uint8))
        # Snapshots from before events had turns hold none.
        turns = np.asarray(arrays.get("turns", records["ts"]), np.int64)
        self._runs = [_SortedRun(batch, origins, turns)] if origins else []
        self.released_ms = int(arrays["released_ms"][0])


class SnapshotMessage(msgspec.Struct, frozen=True, array_like=True):
    """The message of a waiting event as a snapshot keeps it."""

    topic: str
    number: int
    offset: int
    key: bytes | None
    value: bytes
    replays: int


@dataclass(frozen=True, slots=True)
class RestoredMessage:
    """A message that came out of a snapshot."""

    kept: SnapshotMessage

    def offset(self) -> int:
        """Where it stands in its partition."""
        return self.kept.offset

    def key(self) -> bytes | None:
        """What it was partitioned by."""
        return self.kept.key

    def value(self) -> bytes:
        """The record."""
        return self.kept.value

    def timestamp(self) -> tuple[int, int]:
        """No time of a broker."""
        return 0, 0

    def headers(self) -> list[tuple[str, bytes]]:
        """How often the record was fed again."""
        return [(REPLAYS, str(self.kept.replays).encode())]


def _merged(parts: Sequence[_Part]) -> _Part:
    """All events of the parts in order, with only their own texts."""
    batch = EventBatch.joined([part for part, _, _ in parts])
    origins = [origin for _, each, _ in parts for origin in each]
    turns = np.concatenate([np.zeros(0, np.int64), *(each for _, _, each in parts)])
    order = _order(batch, origins, turns)
    return batch[order], [origins[row] for row in order.tolist()], turns[order]


def _order(batch: EventBatch, origins: Sequence[Origin], turns: Int64s) -> Int64s:
    """The rows by turn; by event id, and then by place, where turns are equal."""
    order = np.argsort(turns, kind="stable")
    times = turns[order]
    changes = np.flatnonzero(times[1:] != times[:-1]) + 1
    begins = np.concatenate([np.zeros(1, np.int64), changes])
    ends = np.concatenate([changes, np.array([len(times)])])

    def place(row: int) -> tuple[str, Partition, int]:
        partition, message = origins[row]
        return batch.event_id(row), partition, message.offset()

    for number in np.flatnonzero(ends - begins > 1).tolist():
        begin, end = int(begins[number]), int(ends[number])
        order[begin:end] = sorted(order[begin:end].tolist(), key=place)
    return order
