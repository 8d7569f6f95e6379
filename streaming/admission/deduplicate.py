"""Which events are admitted: not from the future, and not seen before.

Both questions depend on the newest event admitted so far, so one sequential kernel answers them
event by event; how events are cut into calls changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined, kernel
from graph.model.errors import Fatal
from graph.model.event_batch import EventBatch, Records
from graph.model.events import EventBase

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
Judgements = npt.NDArray[np.uint8]


class Admitted(IntEnum):
    """The answer for one event."""

    NEW = 0
    DUPLICATE = 1
    TOO_FAR_AHEAD = 2


class Admission:
    """Remembers the ids of the last hours of event time and judges each event against them.

    An event whose ``ts`` is more than a day ahead of both the newest event admitted and ``clock_ms`` is too
    far ahead. An event is a duplicate when its id was admitted before with a ``ts`` at most ``remember_ms``
    from its own and that delivery is still remembered: until the newest event admitted is more than that
    past it. It is 48 hours, or less where what stands in front drops older repeats. A delivery that came
    late counts from when it came (rounded up to an hour past its ``ts``). Ids are kept as the 128 bits of
    ``graph.kernels.sip_hash``: among ten billion ids the chance that any two meet is below 1e-18.

    Memory: 24 bytes a slot, 28 to 37 bytes a remembered id. Time: a tenth of a microsecond an event, more
    when the tables outgrow the processor's caches.
    """

    def __init__(self, clock_ms: int, remember_ms: int = WINDOW_MS) -> None:
        self.newest_ms = 0
        self.remember_ms = remember_ms
        self.clock_ms = clock_ms
        self._tables = [np.zeros((_FIRST_SLOTS, 3), np.int64) for _ in range(_SEGMENTS)]
        self._used = np.zeros(_SEGMENTS, np.int64)

    @property
    def latest_accepted_ms(self) -> int:
        """The latest ``ts`` that is accepted now."""
        return max(self.newest_ms, self.clock_ms) + DAY_MS

    @property
    def memory_bytes(self) -> int:
        """What the tables occupy."""
        return sum(table.nbytes for table in self._tables)

    def admit(self, events: EventBatch | Sequence[EventBase]) -> Judgements:
        """One ``Admitted`` per event, as if each was judged alone in this order."""
        batch = events if isinstance(events, EventBatch) else EventBatch.of(events)
        judged = np.zeros(len(batch), np.uint8)
        done = 0
        while True:
            done, full, self.newest_ms = _admit(
                tuple(self._tables),
                self._used,
                batch.records,
                judged,
                done,
                self.newest_ms,
                self.clock_ms,
                self.remember_ms,
            )
            if full < 0:
                return judged
            self._make_room(full)

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything remembered, as arrays; copies, so that admission may go on meanwhile."""
        live = [table[table[:, 2] != 0] for table in self._tables]
        return {
            "newest_ms": np.array([self.newest_ms]),
            "slots": np.array([len(table) for table in self._tables]),
            "ids": np.array([len(table) for table in live]),
            "remembered": np.concatenate(live),
        }

    def restore(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Forget everything and remember what was saved; answers go on as if nothing had happened between.

        Raises ``Fatal`` when the arrays do not fit together.
        """
        ids, slots, remembered = saved["ids"], saved["slots"], saved["remembered"]
        if len(ids) != _SEGMENTS or ids.sum() != len(remembered) or (ids >= slots).any():
            raise Fatal(
                f"expected remembered ids in {_SEGMENTS} tables, found {len(remembered)} in {len(ids)}: "
                "take another snapshot"
            )
        self.newest_ms = int(saved["newest_ms"][0])
        ends = np.cumsum(ids)
        for segment in range(_SEGMENTS):
            table = np.zeros((int(slots[segment]), 3), np.int64)
            _move_live(
                remembered[ends[segment] - ids[segment] : ends[segment]],
                table,
                self.newest_ms - self.remember_ms,
            )
            self._tables[segment] = table
            self._used[segment] = np.count_nonzero(table[:, 2])

    def _make_room(self, segment: int) -> None:
        old = self._tables[segment]
        live = _count_live(old, self.newest_ms - self.remember_ms)
        slots = len(old) if live <= _GROW_ABOVE * len(old) else int(len(old) * _GROWTH)
        table = np.zeros((slots, 3), np.int64)
        _move_live(old, table, self.newest_ms - self.remember_ms)
        self._tables[segment] = table
        self._used[segment] = live


def latest_accepted(judged: Judgements, times: Int64s, before_ms: int) -> Int64s:
    """The latest ``ts`` accepted when each event was judged; ``before_ms`` is that before the first."""
    admitted = judged == Admitted.NEW
    reached = np.where(admitted, times + DAY_MS * admitted, before_ms)
    return np.maximum(np.maximum.accumulate(reached), before_ms)


@inlined
def _came(packed: int) -> int:
    """From when (newest event admitted, ms) a slot counts: its time and its lateness."""
    return EPOCH_MS - 1 + (packed & _TIME_MASK) + (packed >> _TIME_BITS) * HOUR_MS


@inlined
def _home(low: Any, slots: int) -> Any:
    """The slot where the search for an id begins (multiply and shift instead of a division)."""
    return (((low >> 32) & 0xFFFFFFFF) * slots) >> 32


@kernel
def _admit(
    tables: tuple[Int64s, ...],
    used: Int64s,
    records: Records,
    judged: Judgements,
    start: int,
    newest: int,
    clock: int,
    remember: int,
) -> Any:
    """Judges from ``start`` on; stops early when a table is full and names it, -1 when all are judged."""
    for i in range(start, len(records)):
        ts = records[i].ts
        if ts - DAY_MS > max(newest, clock):
            judged[i] = 2
            continue
        high, low = np.int64(records[i].id_hash[0]), np.int64(records[i].id_hash[1])
        segment = (high >> 60) & 15
        table = tables[segment]
        slots = table.shape[0]
        slot = _home(low, slots)
        free, fresh, duplicate = -1, False, False
        while True:
            packed = table[slot, 2]
            if packed == 0:
                if free < 0:
                    free, fresh = slot, True
                break
            if _came(packed) + remember < newest:
                if free < 0:
                    free = slot
            elif table[slot, 0] == high and table[slot, 1] == low:
                apart = EPOCH_MS - 1 + (packed & _TIME_MASK) - ts
                if -remember <= apart <= remember:
                    duplicate = True
                    break
            slot += 1
            if slot == slots:
                slot = 0
        if duplicate:
            judged[i] = 1
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
    return len(records), -1, newest


@kernel
def _count_live(table: Int64s, since: int) -> int:
    live = 0
    for slot in range(table.shape[0]):
        packed = table[slot, 2]
        if packed != 0 and _came(packed) >= since:
            live += 1
    return live


@kernel
def _move_live(old: Int64s, new: Int64s, since: int) -> None:
    slots = new.shape[0]
    for i in range(old.shape[0]):
        packed = old[i, 2]
        if packed == 0 or _came(packed) < since:
            continue
        slot = _home(old[i, 1], slots)
        while new[slot, 2] != 0:
            slot += 1
            if slot == slots:
                slot = 0
        for place in range(3):
            new[slot, place] = old[i, place]
