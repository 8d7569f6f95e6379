"""A candidate's trips: how many, and what those show that stay among its accounts.

Cost: O(rode-with links of the members).
"""

from __future__ import annotations

from typing import Final

from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.interactions import interaction_of
from graph.links.records import DRIVERS
from graph.links.touch import first_link
from graph.model.link_keys import MONEY_SCALE
from graph.state.evidence_record import Record
from graph.state.state import DRIVER, State
from graph.updates.habits import incentive_rate

ONE_ODD: Final = 1.0
"""One odd trip is no evidence: so much improbability is left out of account."""

FARES_AS_USUAL: Final = 2.0
"""A mean of few fares is a matter of luck: so many at the expected price are reckoned in."""


@kernel
def measure_trips(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """The trips inside; expects the members marked under ``stamp`` with a count of 0."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    pairs = inside = again = incentives = riders = drivers = 0
    incentive_units = fare_units = 0
    surcharge = odd = 0.0
    all_trips = rider_trips = driver_trips = odd_reasons = 0
    paid_units = promo_units = 0
    for place in range(len(members)):
        account = state.accounts[state.entities[members[place]].account]
        all_trips += account.trips
        promo_units += account.promo_units
        if account.role == DRIVER:
            driver_trips += account.trips
        else:
            rider_trips += account.trips
        rode = False
        link = first_link(state.links, members[place], DRIVERS)
        while link >= 0:
            ride = records[link]
            mark = marks[ride.target]
            paid_units += interaction_of(state.links, link).money
            if mark.stamp == stamp:
                rode = True
                if mark.count == 0:
                    mark.count = 1
                    drivers += 1
                pairs += 1
                inside += ride.count
                facts = interaction_of(state.links, link)
                again += facts.again
                incentives += facts.incentives
                incentive_units += facts.incentive_units
                fare_units += facts.money
                odd += facts.odd
                odd_reasons |= int(facts.reasons)
                surcharge += facts.surcharge
            link = hooks[link].next_out
        riders += rode
    e.trips_per_account = all_trips / len(members)
    e.inside = inside
    e.inside_share = min(1.0, ratio(inside, rider_trips))
    e.driver_inside_share = min(1.0, ratio(inside, driver_trips))
    e.riders_inside = riders
    e.drivers_inside = drivers
    e.pair_density = ratio(pairs, riders * drivers)
    e.again_inside = ratio(again, inside)
    e.incentive_rate = ratio(incentives, inside)
    e.incentive_excess = e.incentive_rate - incentive_rate(state) if inside else 0.0
    e.surcharge = ratio(surcharge, inside + FARES_AS_USUAL)
    e.odd_rate = ratio(max(odd - ONE_ODD, 0.0), inside)
    e.odd_reasons = odd_reasons
    e.incentive_money = incentive_units / MONEY_SCALE
    e.fare_money = fare_units / MONEY_SCALE
    e.promo_beside_fares = ratio(promo_units, promo_units + paid_units)
