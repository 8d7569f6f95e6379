"""Which trips are evidence: those of an account that stands in an open ring, and those that are odd.

An account joins a ring after the trips that gave it away, so the newest trips wait for a while: when one of
their accounts joins a ring, they are kept after all. What waits is bounded; a trip that was pushed out
before its account joined a ring is not kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from typing import Final

from graph.engine.trips import is_odd
from graph.model.changes import JudgedTrip

WAITING_TRIPS: Final = 200_000


class TripKeeper:
    """Decides which trips to keep. Cost: O(1) a trip; O(waiting) when an account joins a ring."""

    def __init__(self, waiting: int = WAITING_TRIPS) -> None:
        self._waiting: deque[JudgedTrip] = deque(maxlen=waiting)
        self._members: frozenset[str] = frozenset()

    def keep(self, trips: Iterable[JudgedTrip], members: Collection[str]) -> list[JudgedTrip]:
        """The trips to keep, in the order they happened, given who stands in an open ring now."""
        now = frozenset(members)
        kept: list[JudgedTrip] = []
        joined = now - self._members
        self._members = now
        if joined:
            still: list[JudgedTrip] = []
            for each in self._waiting:
                (kept if _has(each, joined) else still).append(each)
            self._waiting.clear()
            self._waiting.extend(still)
        for each in trips:
            (kept if _has(each, now) or is_odd(each.told) else self._waiting).append(each)
        return kept

    def state(self) -> tuple[list[JudgedTrip], list[str]]:
        """The trips that wait, oldest first, and who stood in an open ring at the last call."""
        return list(self._waiting), sorted(self._members)

    def restore(self, waiting: Iterable[JudgedTrip], members: Iterable[str]) -> None:
        """Become what ``state`` gave."""
        self._waiting.clear()
        self._waiting.extend(waiting)
        self._members = frozenset(members)


def _has(judged: JudgedTrip, accounts: Collection[str]) -> bool:
    return judged.trip.rider_id in accounts or judged.trip.driver_id in accounts
