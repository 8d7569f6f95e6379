"""Holds events back until everything that happened before them has come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import numpy as np

from graph.events import Event
from streaming.service.ports import Arrays, Message, Partition

Held = tuple[int, str, Partition, int, Event, Message]
"""Event time, event id, where it came from, the event, the message."""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message that came out of a snapshot."""

    kept: Kept

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


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A held event as a snapshot keeps it."""

    topic: str
    number: int
    offset: int
    key: bytes | None
    value: bytes
    event: Event


class Holding:
    """Events in the order of (event time, event id), released up to a time that only grows.

    Holding n events costs their memory; adding to them and releasing costs about the time of a merge.
    """

    def __init__(self) -> None:
        self._held: list[Held] = []
        self.released_ms = 0
        """Everything up to here was released; what comes later with an older time is late."""

    def __len__(self) -> int:
        return len(self._held)

    def add(self, held: Iterable[Held]) -> None:
        """Puts events among those held."""
        self._held += held
        self._held.sort(key=_place)

    def release(self, up_to_ms: int) -> list[Held]:
        """The events up to that time, in order; they are held no longer."""
        count = bisect_right(self._held, up_to_ms, key=_time)
        released = self._held[:count]
        del self._held[:count]
        self.released_ms = max(self.released_ms, up_to_ms)
        return released

    def save(self) -> Arrays:
        """What is held, as arrays."""
        kept = [
            Kept(partition.topic, partition.number, offset, message.key(), message.value() or b"", event)
            for _, _, partition, offset, event, message in self._held
        ]
        return {
            "held": np.frombuffer(msgspec.msgpack.encode(kept), np.uint8).copy(),
            "released_ms": np.array([self.released_ms], np.int64),
        }

    def restore(self, arrays: Arrays) -> None:
        """Becomes what ``save`` gave."""
        kept = msgspec.msgpack.decode(arrays["held"].tobytes(), type=list[Kept])
        self._held = [
            (
                each.event.ts,
                each.event.event_id,
                Partition(each.topic, each.number),
                each.offset,
                each.event,
                StoredMessage(each),
            )
            for each in kept
        ]
        self.released_ms = int(arrays["released_ms"][0])


def _place(held: Held) -> tuple[int, str, Partition, int]:
    return held[:4]


def _time(held: Held) -> int:
    return held[0]
