"""Which trips are evidence: those of an account that stands in an open ring.

An account joins a ring after the trips that gave it away, so the newest trips wait for a while: when one of
their accounts joins a ring, they are kept after all. What waits is bounded; a trip that was pushed out
before its account joined a ring is not kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from typing import Final

from graph.model.events import TripCompleted

WAITING_TRIPS: Final = 200_000


class TripKeeper:
    """Decides which trips to keep. Cost: O(1) a trip; O(waiting) when an account joins a ring."""

    def __init__(self, waiting: int = WAITING_TRIPS) -> None:
        self._waiting: deque[TripCompleted] = deque(maxlen=waiting)
        self._members: frozenset[str] = frozenset()

    def keep(self, trips: Iterable[TripCompleted], members: Collection[str]) -> list[TripCompleted]:
        """The trips to keep, in the order they happened, given who stands in an open ring now."""
        now = frozenset(members)
        kept: list[TripCompleted] = []
        joined = now - self._members
        self._members = now
        if joined:
            still: list[TripCompleted] = []
            for trip in self._waiting:
                (kept if trip.rider_id in joined or trip.driver_id in joined else still).append(trip)
            self._waiting.clear()
            self._waiting.extend(still)
        for trip in trips:
            (kept if trip.rider_id in now or trip.driver_id in now else self._waiting).append(trip)
        return kept

    def state(self) -> tuple[list[TripCompleted], list[str]]:
        """The trips that wait, oldest first, and who stood in an open ring at the last call."""
        return list(self._waiting), sorted(self._members)

    def restore(self, waiting: Iterable[TripCompleted], members: Iterable[str]) -> None:
        """Become what ``state`` gave."""
        self._waiting.clear()
        self._waiting.extend(waiting)
        self._members = frozenset(members)
