"""How many honest look-alikes of each sort a city has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.stages.city import City
from simulation.stages.lookalikes import crowds, firms, homes, phones, purses, routines
from simulation.streams import Dice

GROUPS_PER_1000_RIDERS: Final[dict[Callable[[City, Dice], None], float]] = {
    homes.family: 3.0,
    homes.flatmates: 1.0,
    homes.carers: 1.0,
    homes.driver_family: 0.8,
    homes.dormitory: 0.4,
    phones.kiosk_phone: 0.5,
    phones.hotel_concierge: 0.5,
    phones.second_hand_phone: 1.0,
    phones.lost_phone: 0.9,
    firms.office_card: 0.7,
    firms.fleet_payout: 0.5,
    firms.delivery_kitchen: 0.4,
    firms.motorcycle_stage: 0.6,
    firms.driver_recruit_hub: 0.4,
    crowds.campus_promo_day: 0.4,
    crowds.influencer: 0.4,
    routines.school_run: 0.7,
    routines.regular_commuter: 0.9,
    routines.market_traders: 0.6,
    routines.night_nurses: 0.6,
    purses.shared_virtual_card: 0.7,
    crowds.church_group: 0.5,
    phones.repair_shop: 0.6,
    crowds.event_night: 0.6,
}
"""Mean number of groups for a thousand riders, before the city's own and the sort's own factor.

Those that strangers pass by at come last: nobody's day of joining may change after it.
"""

PURSES_PER_1000_RIDERS: Final = {
    purses.savings_circle: 0.7,
    purses.remittance: 0.8,
    purses.topup_agent: 0.6,
}
"""Those that only transfers make."""


def cast_lookalikes(city: City) -> None:
    """Plan the look-alikes; each sort draws from a stream of its own how common it is here."""
    sorts = dict(GROUPS_PER_1000_RIDERS)
    if city.config.transfers:
        sorts = PURSES_PER_1000_RIDERS | sorts
    for plan, rate in sorts.items():
        dice = city.dice("lookalikes", plan.__name__)
        mean = rate * city.priors.lookalikes * dice.log_uniform(0.4, 1.8) * city.config.riders / 1_000
        for _ in range(dice.poisson(mean)):
            plan(city, dice)
