"""How a candidate's accounts came into being, and how long they have been used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.evidence.timing import BURST_MS
from graph.state.accounts import UNKNOWN_MS
from graph.updates.sharing import DAY_MS
from tests.twin.accounts import Account
from tests.twin.habits import CityHabits


@dataclass(frozen=True, slots=True)
class Timing:
    """``burst``: accounts created within their busiest three days, beyond the city's share of all.

    A stream that begins with the platform's stock of accounts creates everybody at once; only what goes
    beyond what the whole city did in the same days is a burst.
    """

    burst: float
    pace_days: float
    """Median gap between creations; 99 when fewer than two were seen."""
    active_days: float
    """Median time from an account's first event to its last."""


def measure_timing(accounts: Sequence[Account], habits: CityHabits) -> Timing:
    """Cost: O(accounts log accounts)."""
    created = sorted(a.created_ms for a in accounts if a.created_ms != UNKNOWN_MS)
    gaps = sorted(later - earlier for earlier, later in pairwise(created))
    active = sorted(a.last_ms - a.first_ms for a in accounts)
    start, end = busiest(created, BURST_MS)
    city = habits.creation_share(created[start], created[end - 1], created) if created else 0.0
    return Timing(
        burst=max(0.0, (end - start) - city * len(accounts)),
        pace_days=gaps[len(gaps) // 2] / DAY_MS if gaps else 99.0,
        active_days=active[len(active) // 2] / DAY_MS,
    )


def busiest(moments: Sequence[int], span_ms: int) -> tuple[int, int]:
    """The slice [start, end) of the ascending moments that is largest within one span; the earliest."""
    best = (0, 0)
    start = 0
    for end, moment in enumerate(moments, 1):
        while moment - moments[start] > span_ms:
            start += 1
        if end - start > best[1] - best[0]:
            best = (start, end)
    return best
