"""How many honest look-alikes of each sort a city has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.boroughs.city import City
from simulation.boroughs.lookalikes import (
    circumstances,
    closeness,
    handsets,
    homes,
    institutions,
    purses,
)
from simulation.streams import Dice

GROUPS_PER_1000_RIDERS: Final[dict[Callable[[City, Dice], None], float]] = {
    homes.family: 22.0,
    homes.teenagers: 8.0,
    homes.flatmates: 5.0,
    homes.carer: 1.0,
    homes.driving_family: 1.5,
    handsets.clones: 0.5,
    handsets.reinstall: 8.0,
    handsets.second_account: 5.0,
    handsets.phone_sold: 8.0,
    handsets.hotel_desk: 0.5,
    handsets.concierge: 1.2,
    institutions.company: 1.0,
    institutions.campus_drive: 0.5,
    institutions.viral_promotion: 0.5,
    institutions.dormitory: 0.6,
    institutions.fleet: 0.6,
    institutions.shift_car: 2.0,
    closeness.village: 0.3,
    closeness.regular_pair: 3.0,
    closeness.fans: 1.0,
    closeness.congregation: 0.5,
    closeness.bonus_chasers: 0.8,
    closeness.bargain_hunters: 0.8,
    circumstances.mixed_group: 4.0,
    handsets.kiosk: 0.8,
}
"""Mean number of groups for a thousand riders, before the city's own and the sort's own factor.

Kiosks come last: anybody may pass by one, and then nobody's day of joining may change any more.
"""

PURSES_PER_1000_RIDERS: Final = {purses.merchant: 1.5, purses.charity: 0.5}


def cast_lookalikes(city: City) -> None:
    """Plan the look-alikes; each sort draws from a stream of its own how common it is here."""
    sorts = dict(GROUPS_PER_1000_RIDERS)
    if city.config.transfers:
        sorts |= PURSES_PER_1000_RIDERS
        purses.split_bills(city)
    for plan, rate in sorts.items():
        dice = city.dice("lookalikes", plan.__name__)
        mean = rate * city.priors.lookalikes * dice.log_uniform(0.3, 2.0) * city.config.riders / 1000
        for _ in range(dice.poisson(mean)):
            plan(city, dice)
