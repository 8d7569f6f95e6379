"""Which events are admitted: not from the future, and not seen before.

Both questions depend on the newest event admitted so far, so one sequential kernel answers them
event by event; how events are cut into calls changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from graph.events import Event

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
WINDOW_MS: Final = 48 * HOUR_MS
"""A repeat within this much event time is a duplicate delivery."""

EPOCH_MS: Final = 946_684_800_000
"""2000-01-01, before which no event lies."""

_SEGMENTS: Final = 16
_FIRST_SLOTS: Final = 1 << 10
_FULLEST: Final = 0.85
_GROW_ABOVE: Final = 0.65
_GROWTH: Final = 1.3
_TIME_BITS: Final = 42
_TIME_MASK: Final = (1 << _TIME_BITS) - 1

Int64s = npt.NDArray[np.int64]
Verdicts = npt.NDArray[np.uint8]


class Admitted(IntEnum):
    """The answer for one event."""

    NEW = 0
    DUPLICATE = 1
    TOO_FAR_AHEAD = 2


class Admission:
    """Remembers the ids of the last 48 hours of event time and judges each event against them.

    An event whose ``ts`` is more than a day ahead of both the newest event admitted and ``clock_ms``
    is too far ahead. An event is a duplicate when its id was admitted before with a ``ts`` at most 48
    hours from its own and that delivery is still remembered: until the newest event admitted is more
    than 48 hours past it. A delivery that came late counts from when it came (rounded up to
    an hour past its ``ts``). Ids are kept as 128 bits of BLAKE2b: among ten billion ids the chance
    that any two meet is below 1e-18.

    Memory: 24 bytes a slot, 28 to 37 bytes a remembered id. Time: about a microsecond an
    event, two with ten million ids remembered.
    """

    def __init__(self, clock_ms: int) -> None:
        self.newest_ms = 0
        self.clock_ms = clock_ms
        self._tables = [np.zeros((_FIRST_SLOTS, 3), np.int64) for _ in range(_SEGMENTS)]
        self._used = np.zeros(_SEGMENTS, np.int64)

    @property
    def horizon_ms(self) -> int:
        """The latest ``ts`` that is accepted now."""
        return max(self.newest_ms, self.clock_ms) + DAY_MS

    @property
    def memory_bytes(self) -> int:
        """What the tables occupy."""
        return sum(table.nbytes for table in self._tables)

    def admit(self, events: Sequence[Event]) -> Verdicts:
        """One ``Admitted`` per event, as if each was judged alone in this order."""
        blake = hashlib.blake2b
        digests = b"".join([blake(event.event_id.encode(), digest_size=16).digest() for event in events])
        return self.admit_hashed(np.frombuffer(digests, "<i8").reshape(-1, 2), _times(events))

    def admit_hashed(self, hashes: Int64s, times_ms: Int64s) -> Verdicts:
        """The same for ids hashed before: shape (n, 2), and (n,) epoch ms."""
        verdicts = np.zeros(len(times_ms), np.uint8)
        done = 0
        while True:
            done, full, self.newest_ms = _admit(
                tuple(self._tables),
                self._used,
                hashes,
                times_ms,
                verdicts,
                done,
                self.newest_ms,
                self.clock_ms,
            )
            if full < 0:
                return verdicts
            self._make_room(full)

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything remembered, as arrays; the clock apart, which is the caller's."""
        sizes = [len(table) for table in self._tables]
        return {
            "slots": np.concatenate(self._tables),
            "sizes": np.array(sizes, np.int64),
            "used": self._used.copy(),
            "newest_ms": np.array([self.newest_ms], np.int64),
        }

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Becomes what ``save`` gave."""
        bounds = np.cumsum(arrays["sizes"])[:-1]
        self._tables = [table.copy() for table in np.split(arrays["slots"], bounds)]
        self._used = arrays["used"].copy()
        self.newest_ms = int(arrays["newest_ms"][0])

    def _make_room(self, segment: int) -> None:
        old = self._tables[segment]
        live = _count_live(old, self.newest_ms)
        slots = len(old) if live <= _GROW_ABOVE * len(old) else int(len(old) * _GROWTH)
        table = np.zeros((slots, 3), np.int64)
        _move_live(old, table, self.newest_ms)
        self._tables[segment] = table
        self._used[segment] = live


def _times(events: Sequence[Event]) -> Int64s:
    times = [event.ts for event in events]
    try:
        return np.array(times, np.int64)
    except OverflowError:
        # Anything near the end of the range is too far ahead whatever the clock says.
        return np.array([min(ts, np.iinfo(np.int64).max) for ts in times], np.int64)


def _expires(packed: int) -> int:
    """Until when (newest event admitted, ms) a slot is remembered: its time, its lateness and the window."""
    return EPOCH_MS - 1 + (packed & _TIME_MASK) + (packed >> _TIME_BITS) * HOUR_MS + WINDOW_MS


def _home(low: int, slots: int) -> int:
    """The slot where the search for an id begins (multiply and shift instead of a division)."""
    return (((low >> 32) & 0xFFFFFFFF) * slots) >> 32


def _admit_each(
    tables: tuple[Int64s, ...],
    used: Int64s,
    hashes: Int64s,
    times_ms: Int64s,
    verdicts: Verdicts,
    start: int,
    newest: int,
    clock: int,
) -> tuple[int, int, int]:
    """Judges from ``start`` on; stops early when a table is full and names it, -1 when all are judged."""
    for i in range(start, len(times_ms)):
        ts = times_ms[i]
        if ts - DAY_MS > max(newest, clock):
            verdicts[i] = 2
            continue
        high, low = hashes[i, 0], hashes[i, 1]
        segment = (high >> 60) & 15
        table = tables[segment]
        slots = table.shape[0]
        slot = _home_fast(low, slots)
        free, fresh, duplicate = -1, False, False
        while True:
            packed = table[slot, 2]
            if packed == 0:
                if free < 0:
                    free, fresh = slot, True
                break
            if _expires_fast(packed) < newest:
                if free < 0:
                    free = slot
            elif table[slot, 0] == high and table[slot, 1] == low:
                apart = EPOCH_MS - 1 + (packed & _TIME_MASK) - ts
                if -WINDOW_MS <= apart <= WINDOW_MS:
                    duplicate = True
                    break
            slot += 1
            if slot == slots:
                slot = 0
        if duplicate:
            verdicts[i] = 1
            continue
        if fresh:
            if used[segment] + 1 > slots * _FULLEST:
                return i, segment, newest
            used[segment] += 1
        late_hours = max(0, newest - ts + HOUR_MS - 1) // HOUR_MS
        table[free, 0] = high
        table[free, 1] = low
        table[free, 2] = (ts - EPOCH_MS + 1) | (late_hours << _TIME_BITS)
        newest = max(newest, ts)
    return len(times_ms), -1, newest


def _count_live_slots(table: Int64s, newest: int) -> int:
    live = 0
    for slot in range(table.shape[0]):
        packed = table[slot, 2]
        if packed != 0 and _expires_fast(packed) >= newest:
            live += 1
    return live


def _move_live_slots(old: Int64s, new: Int64s, newest: int) -> None:
    slots = new.shape[0]
    for i in range(old.shape[0]):
        packed = old[i, 2]
        if packed == 0 or _expires_fast(packed) < newest:
            continue
        slot = _home_fast(old[i, 1], slots)
        while new[slot, 2] != 0:
            slot += 1
            if slot == slots:
                slot = 0
        new[slot] = old[i]


_compiled: Any = njit(cache=True)
_expires_fast: Callable[[int], int] = _compiled(_expires)
_home_fast: Callable[[int, int], int] = _compiled(_home)
_admit: Callable[..., tuple[int, int, int]] = _compiled(_admit_each)
_count_live: Callable[[Int64s, int], int] = _compiled(_count_live_slots)
_move_live: Callable[[Int64s, Int64s, int], None] = _compiled(_move_live_slots)
