"""The reorder buffer: events wait in it until everything that happened before them has come."""

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


@dataclass(frozen=True, slots=True)
class OrderedEvents:
    """Events in the order in which they are applied. ``origin`` of a row says where it came from."""

    batch: EventBatch
    origin: Callable[[int], Origin]

    def __len__(self) -> int:
        return len(self.batch)

    def only(self, rows: npt.NDArray[np.int64]) -> OrderedEvents:
        """Some of the rows, ascending."""
        return self.admitted(self.batch[rows], rows)

    def admitted(self, batch: EventBatch, rows: npt.NDArray[np.int64] | None) -> OrderedEvents:
        """``batch`` with the origins of the ``rows`` that it was made from, ascending; None for all rows."""
        origin = self.origin
        return OrderedEvents(batch, origin if rows is None else lambda row: origin(int(rows[row])))

    def place(self, row: int) -> tuple[Partition, int]:
        """The partition of an event and its offset there."""
        partition, message = self.origin(row)
        return partition, message.offset()


@dataclass(slots=True)
class _SortedRun:
    """Events in order of time and id; the ``first`` of them are released already."""

    batch: EventBatch
    origins: list[Origin]
    first: int = 0

    def __len__(self) -> int:
        return len(self.batch) - self.first

    def released(self, up_to_ms: int) -> tuple[EventBatch, list[Origin]]:
        """Removes the events up to a time and gives them."""
        times = self.batch.records["ts"]
        begin, self.first = self.first, int(np.searchsorted(times, up_to_ms, side="right"))
        self.first = max(self.first, begin)
        return self.batch[begin : self.first], self.origins[begin : self.first]

    def rest(self) -> tuple[EventBatch, list[Origin]]:
        """Those that wait."""
        return self.batch[self.first :], self.origins[self.first :]


class ReorderBuffer:
    """Events in the order of (event time, event id), released up to a time that only grows.

    They lie in sorted runs, each at least twice as long as the next, so that an event is copied about log n
    times while n wait. Memory: 230 bytes an event, its texts, and its message.
    """

    def __init__(self) -> None:
        self._runs: list[_SortedRun] = []
        self.released_ms = 0
        """Everything up to here was released; what comes later with an older time is late."""

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add(self, batch: EventBatch, origins: Sequence[Origin]) -> None:
        """Puts events in."""
        if not len(batch):
            return
        parts = [(batch, list(origins))]
        size = len(batch)
        while self._runs and len(self._runs[-1]) < 2 * size:
            size += len(self._runs[-1])
            parts.append(self._runs.pop().rest())
        self._runs.append(_SortedRun(*_merged(parts)))

    def release(self, up_to_ms: int) -> tuple[EventBatch, list[Origin]]:
        """Removes the events up to that time and gives them in order."""
        parts = [run.released(up_to_ms) for run in self._runs]
        self._runs = [run for run in self._runs if len(run)]
        self.released_ms = max(self.released_ms, up_to_ms)
        return _merged(parts)

    def save(self) -> Arrays:
        """What waits, as arrays."""
        batch, origins = _merged([run.rest() for run in self._runs])
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
        self._runs = [_SortedRun(batch, origins)] if origins else []
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


def _merged(parts: Sequence[tuple[EventBatch, list[Origin]]]) -> tuple[EventBatch, list[Origin]]:
    """All events of the parts in order, with only their own texts."""
    batch = EventBatch.joined([part for part, _ in parts])
    origins = [origin for _, each in parts for origin in each]
    order = _order(batch, origins)
    return batch[order], [origins[row] for row in order.tolist()]


def _order(batch: EventBatch, origins: Sequence[Origin]) -> npt.NDArray[np.int64]:
    """The rows by event time; by event id, and then by place, where times are equal."""
    order = np.argsort(batch.records["ts"], kind="stable")
    times = batch.records["ts"][order]
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
