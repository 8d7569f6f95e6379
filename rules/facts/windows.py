"""Exact sliding windows over what one account, device or card did lately, bounded.

A window of ``window_ms`` at ``ts`` holds what happened in ``(ts - window_ms, ts]``. Nothing is added up ahead
of time, so an event that comes late is counted in the windows it belongs to from then on.
"""

from __future__ import annotations

from typing import Final

import msgspec

MOST_DISTINCT: Final = 64
"""Different things that are remembered of one window; a count that reaches it means that many or more."""
MOST_AMOUNTS: Final = 128
"""Happenings that are remembered of one window; counts and sums beyond it miss the oldest."""


class RecentThings(msgspec.Struct):
    """Which different things were seen lately, each with when it was last seen (epoch ms)."""

    seen: dict[str, int] = {}

    def add(self, thing: str, ts: int) -> None:
        """Remember it; the one that was added longest ago makes room."""
        before = self.seen.pop(thing, ts)
        self.seen[thing] = max(ts, before)
        if len(self.seen) > MOST_DISTINCT:
            del self.seen[next(iter(self.seen))]

    def count(self, ts: int, window_ms: int) -> int:
        """How many different things were last seen in the window. O(``MOST_DISTINCT``)."""
        return sum(1 for seen in self.seen.values() if ts - window_ms < seen <= ts)


class RecentAmounts(msgspec.Struct):
    """When something happened lately, and how much money it moved; in the order in which it came."""

    times: list[int] = []
    amounts: list[float] = []

    def add(self, ts: int, amount: float = 0.0) -> None:
        """Remember it; the one that came longest ago makes room."""
        self.times.append(ts)
        self.amounts.append(amount)
        if len(self.times) > MOST_AMOUNTS:
            del self.times[0], self.amounts[0]

    def count(self, ts: int, window_ms: int) -> int:
        """How often it happened in the window. O(``MOST_AMOUNTS``)."""
        return sum(1 for then in self.times if ts - window_ms < then <= ts)

    def total(self, ts: int, window_ms: int) -> float:
        """The money it moved in the window. O(``MOST_AMOUNTS``)."""
        pairs = zip(self.times, self.amounts, strict=True)
        return sum(amount for then, amount in pairs if ts - window_ms < then <= ts)
