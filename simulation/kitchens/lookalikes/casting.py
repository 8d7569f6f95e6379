"""How many honest look-alikes of each sort a city has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.kitchens.city import City, NobodyLeft
from simulation.kitchens.lookalikes import couriers, crowds, handsets, homes, purses, workplaces
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account
from simulation.kitchens.voices import Voices
from simulation.truth import DecoyRecord

Sort = Callable[[Scene], list[Account]]

GROUPS_PER_1000_RIDERS: Final[dict[Sort, float]] = {
    homes.family: 2.0,
    homes.flatmates: 1.2,
    homes.courier_couple: 0.8,
    homes.overseas: 0.8,
    homes.carer: 0.8,
    homes.lost_number: 1.0,
    homes.recycled_sim: 0.8,
    workplaces.office_card: 0.7,
    workplaces.night_office: 0.35,
    workplaces.office_lunch: 0.7,
    workplaces.market: 0.6,
    workplaces.concierge: 0.7,
    workplaces.kitchen_tests: 0.7,
    handsets.phone_kiosk: 0.6,
    handsets.second_hand: 0.8,
    handsets.repair_shop: 0.7,
    handsets.coin_cafe: 0.6,
    couriers.courier_dorm: 0.6,
    couriers.fleet: 0.6,
    couriers.driver_class: 0.6,
    couriers.shared_car: 0.8,
    couriers.school_run: 0.7,
    couriers.regular_driver: 0.9,
    crowds.event: 0.35,
    crowds.campus_day: 0.35,
    crowds.influencer: 0.35,
    crowds.voucher_hunters: 0.6,
    crowds.church: 0.6,
}
"""Mean number of groups for a thousand riders, before the city's own and the sort's own factor."""

PURSES_PER_1000_RIDERS: Final[dict[Sort, float]] = {purses.topup_agent: 0.7, purses.savings_circle: 0.8}

_ORDINARY = 0.25
"""At least so large a share of the riders has no story."""


def cast_lookalikes(city: City, voices: Voices) -> None:
    """Plan the look-alikes; each sort draws from a stream of its own how common it is here."""
    sorts = dict(GROUPS_PER_1000_RIDERS)
    if city.config.transfers:
        sorts |= PURSES_PER_1000_RIDERS
    for plan, rate in sorts.items():
        dice = city.dice("look-alikes", plan.__name__)
        mean = rate * city.priors.lookalikes * dice.log_uniform(0.4, 2.0) * city.config.riders / 1_000
        for number in range(dice.poisson(mean)):
            if city.spare() < _ORDINARY * city.config.riders:
                return
            scene = Scene(city, voices, city.dice("look-alikes", plan.__name__, number))
            try:
                people = plan(scene)
            except NobodyLeft:
                break
            if len(people) > 1:
                city.decoys.append(DecoyRecord(plan.__name__, [account.id for account in people]))
