"""How alike a candidate's accounts are, and how they differ from the city's.

People who live together are of different ages and habits; accounts that one hand made for one end are used
alike, and lie still once they have served (SynchroTrap, CCS 2014, finds crews by what they do alike). What
is much and what is little is for the city to say. Cost: O(accounts).
"""

from __future__ import annotations

import math
from typing import Final

from graph.kernels.arrays import Floats, Int32s
from graph.kernels.kernel import kernel
from graph.state.evidence_record import Record
from graph.state.state import State
from graph.updates.sharing import DAY_MS

DORMANT_DAYS: Final = 7.0
LEAST_AGE_DAYS: Final = 0.1


@kernel
def measure_likeness(state: State, members: Int32s, e: Record) -> None:
    """How even the accounts' trips, events and ages are, how long they were used, and the city's means."""
    counters, values = state.counters[0], state.measuring.ordered
    few = dormant = trips = promos = units = chargebacks = 0
    used = events = span_days = 0.0
    for place in range(len(members)):
        account = state.accounts[state.entities[members[place]].account]
        few += account.trips <= 1
        trips += account.trips
        promos += account.promos
        units += account.promo_units
        chargebacks += account.chargebacks
        span = (account.last_ms - account.first_ms) / DAY_MS
        since = (counters.watermark_ms - account.last_ms) / DAY_MS
        dormant += since > DORMANT_DAYS
        used += span / max(span + since, LEAST_AGE_DAYS)
        events += math.log(1.0 + account.events)
        span_days += span
    accounts = len(members)
    e.few_trips = few / accounts
    e.dormant = dormant / accounts
    e.used_part = used / accounts
    e.event_rate = events / accounts - math.log(1.0 + span_days / accounts)
    for place in range(accounts):
        values[place] = math.log(1.0 + state.accounts[state.entities[members[place]].account].trips)
    e.trips_spread = _deviation(values[:accounts])
    for place in range(accounts):
        values[place] = math.log(1.0 + state.accounts[state.entities[members[place]].account].events)
    e.events_spread = _deviation(values[:accounts])
    for place in range(accounts):
        first_ms = state.accounts[state.entities[members[place]].account].first_ms
        values[place] = (counters.watermark_ms - first_ms) / DAY_MS
    e.first_spread_days = _deviation(values[:accounts])
    for place in range(accounts):
        last_ms = state.accounts[state.entities[members[place]].account].last_ms
        values[place] = (counters.watermark_ms - last_ms) / DAY_MS
    e.last_spread_days = _deviation(values[:accounts])
    others = max(counters.accounts - accounts, 1)
    e.trips_beside_city = _beside(trips / accounts, (2.0 * counters.live_trips - trips) / others)
    e.promos_beside_city = _beside(promos / accounts, (counters.promos - promos) / others)
    e.promo_worth_beside_city = _beside(units / accounts, (counters.promo_units - units) / others)
    e.chargebacks_beside_city = _beside(chargebacks / accounts, (counters.chargebacks - chargebacks) / others)


@kernel
def _deviation(values: Floats) -> float:
    """The standard deviation of all there are."""
    mean = 0.0
    for value in values:
        mean += value
    mean /= len(values)
    squares = 0.0
    for value in values:
        squares += (value - mean) * (value - mean)
    return math.sqrt(squares / len(values))


@kernel
def _beside(mean: float, others: float) -> float:
    """A mean over itself and that of the city's other accounts: 0.5 for what is usual; 0 where it is 0.

    Of the others alone: a crew that is half of the city would be usual there.
    """
    return 0.0 if mean == 0.0 else mean / (mean + max(others, 0.0))
