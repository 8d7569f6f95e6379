"""How a candidate's accounts came into being, and how long they have been used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.accounts import UNKNOWN_MS, Account
from graph.sharing import DAY_MS

BURST_MS: Final = 3 * DAY_MS
YOUNG_MS: Final = 21 * DAY_MS


@dataclass(frozen=True, slots=True)
class Timing:
    """``burst``: share of the accounts created within the busiest three days."""

    burst: float
    young: float
    """Share created in the last three weeks."""
    pace_days: float
    """Median gap between creations; 99 when fewer than two were seen."""
    active_days: float
    """Median time from an account's first event to its last."""


def measure_timing(accounts: Sequence[Account], now_ms: int) -> Timing:
    """Cost: O(accounts log accounts)."""
    created = sorted(a.created_ms for a in accounts if a.created_ms != UNKNOWN_MS)
    gaps = sorted(later - earlier for earlier, later in zip(created, created[1:], strict=False))
    active = sorted(a.last_ms - a.first_ms for a in accounts)
    return Timing(
        burst=busiest(created, BURST_MS) / len(accounts),
        young=sum(now_ms - moment <= YOUNG_MS for moment in created) / len(accounts),
        pace_days=gaps[len(gaps) // 2] / DAY_MS if gaps else 99.0,
        active_days=active[len(active) // 2] / DAY_MS,
    )


def busiest(moments: Sequence[int], span_ms: int) -> int:
    """The most of the ascending moments that lie within one span."""
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] > span_ms:
            start += 1
        most = max(most, end - start + 1)
    return most
