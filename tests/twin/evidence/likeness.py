"""How alike a candidate's accounts are, and how they differ from the city's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graph.evidence.likeness import DORMANT_DAYS, LEAST_AGE_DAYS
from graph.updates.sharing import DAY_MS
from tests.twin.accounts import Account, City


@dataclass(frozen=True, slots=True)
class Likeness:
    """See ``graph.evidence.likeness``."""

    few_trips: float
    dormant: float
    used_part: float
    event_rate: float
    trips_spread: float
    events_spread: float
    first_spread_days: float
    last_spread_days: float
    trips_beside_city: float
    promos_beside_city: float
    promo_worth_beside_city: float
    chargebacks_beside_city: float


def measure_likeness(accounts: Sequence[Account], city: City) -> Likeness:
    """Cost: O(accounts)."""
    number = len(accounts)
    firsts = [(city.now_ms - a.first_ms) / DAY_MS for a in accounts]
    lasts = [(city.now_ms - a.last_ms) / DAY_MS for a in accounts]
    spans = [(a.last_ms - a.first_ms) / DAY_MS for a in accounts]
    used = [span / max(span + since, LEAST_AGE_DAYS) for span, since in zip(spans, lasts, strict=True)]
    events = [math.log(1.0 + a.events) for a in accounts]

    def beside(total: int, of_city: int) -> float:
        mean = total / number
        others = (of_city - total) / max(city.accounts - number, 1)
        return mean / (mean + max(others, 0.0)) if total else 0.0

    return Likeness(
        few_trips=sum(a.trips <= 1 for a in accounts) / number,
        dormant=sum(since > DORMANT_DAYS for since in lasts) / number,
        used_part=_sum(used) / number,
        event_rate=_sum(events) / number - math.log(1.0 + _sum(spans) / number),
        trips_spread=_deviation([math.log(1.0 + a.trips) for a in accounts]),
        events_spread=_deviation(events),
        first_spread_days=_deviation(firsts),
        last_spread_days=_deviation(lasts),
        trips_beside_city=beside(sum(a.trips for a in accounts), city.trips),
        promos_beside_city=beside(sum(a.promos for a in accounts), city.promos),
        promo_worth_beside_city=beside(sum(a.promo_units for a in accounts), city.promo_units),
        chargebacks_beside_city=beside(sum(a.chargebacks for a in accounts), city.chargebacks),
    )


def _deviation(values: Sequence[float]) -> float:
    mean = _sum(values) / len(values)
    return math.sqrt(_sum([(value - mean) ** 2 for value in values]) / len(values))


def _sum(values: Sequence[float]) -> float:
    """One after another, as the kernels add: ``sum`` of Python compensates."""
    total = 0.0
    for value in values:
        total += value
    return total
