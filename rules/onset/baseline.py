"""How often a sign is to be expected in one hour: a bound on its rate, by the season of the week.

``bound = (n + 2 sqrt(n + 1) + 2) / days`` is above the daily rate that gave ``n`` sightings in so many days
with a probability of about 98 % (a Poisson count's upper limit). The last day is left out, so that an attack
is not learnt while it begins. Where the last week saw more than that a day, its mean is the rate: cities
grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

HOURS_A_WEEK: Final = 168
HISTORY_DAYS: Final = 28
"""Days that a rate is taken from."""
LAG_DAYS: Final = 1
"""The newest days that a rate does not know yet."""
FLAT_SHARE: Final = 0.25
"""How much of the season is taken to be the same at every hour, for hours of which little is known."""
WEEKLY_KEPT: Final = 0.75
"""What is left of a week's counts a week later."""


def rate_bound(daily: Sequence[int], days: int) -> float:
    """The bound on a sign's rate a day; ``daily`` holds its newest counts, ``days`` how many are known.

    >>> rate_bound([], 29), round(rate_bound([1] * 29, 29), 3)
    (0.14285714285714285, 1.456)
    """
    known = max(1, min(days - LAG_DAYS, HISTORY_DAYS))
    counts = daily[: len(daily) - LAG_DAYS][-known:]
    total = sum(counts)
    bound = (total + 2 * sqrt(total + 1) + 2) / known
    week = min(7, known)
    return max(bound, sum(counts[-week:]) / week)


def season(counts: Sequence[float], hour: int) -> float:
    """How much more than the mean happens in this hour of the week; 1 where nothing is known.

    ``counts`` by hour of the week; ``hour`` since the epoch.
    """
    total = sum(counts)
    if total <= 0:
        return 1.0
    return (1 - FLAT_SHARE) * counts[hour % HOURS_A_WEEK] * HOURS_A_WEEK / total + FLAT_SHARE
