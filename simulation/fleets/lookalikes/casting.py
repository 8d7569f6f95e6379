"""How many honest look-alikes of each sort a city has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.fleets.city import City, NobodyLeft
from simulation.fleets.lookalikes import crowds, guests, handsets, homes, wheels, workplaces
from simulation.fleets.lookalikes.scene import Scene
from simulation.fleets.voices import Voices

Sort = Callable[[Scene], None]

GROUPS_PER_1000_RIDERS: Final[dict[str, tuple[Sort, float]]] = {
    "family_one_card": (homes.family, 1.5),
    "flatmates": (homes.flatmates, 1.0),
    "refugee_housing": (homes.refugee_housing, 0.3),
    "student_residence": (homes.student_residence, 0.3),
    "home_carers": (homes.carers, 0.6),
    "driver_family_one_car": (wheels.one_car, 0.75),
    "fleet_shift_cars": (wheels.fleet, 0.9),
    "courier_flat": (wheels.courier_flat, 0.6),
    "commuter_same_driver": (wheels.commuter, 0.9),
    "school_run": (wheels.school_run, 0.6),
    "market_traders": (wheels.market, 0.45),
    "office_corporate_card": (workplaces.office, 0.6),
    "remote_firm_vpn": (workplaces.remote_firm, 0.4),
    "delivery_kitchen_brands": (workplaces.kitchen_brands, 0.6),
    "hotel_concierge": (guests.concierge, 0.6),
    "airline_crew_hotel": (guests.aircrew, 0.45),
    "stag_weekend": (guests.stag_weekend, 0.45),
    "second_hand_phones": (handsets.second_hand, 0.6),
    "repair_shop_loan_phone": (handsets.repair_shop, 0.6),
    "locutorio_kiosk": (handsets.locutorio, 0.55),
    "event_night": (crowds.event_night, 0.45),
    "campus_promo_day": (crowds.campus_day, 0.4),
    "influencer_referrals": (crowds.influencer, 0.5),
    "parish_sunday": (crowds.parish, 0.45),
}
"""Mean number of groups for a thousand riders, before the city's own and the sort's own factor."""

COLLECTIONS_PER_1000_RIDERS: Final[dict[str, tuple[Sort, float]]] = {
    "gift_collection": (crowds.collection, 0.6),
}
"""Sorts that show only where transfers are written."""

_ORDINARY: Final = 0.3
"""At least so large a share of the riders has no story."""
_ABUNDANCE: Final = (0.4, 2.0)


def cast_lookalikes(city: City, voices: Voices) -> None:
    """Plan the look-alikes; each sort draws from a stream of its own how common it is here."""
    sorts = dict(GROUPS_PER_1000_RIDERS)
    if city.config.transfers:
        sorts |= COLLECTIONS_PER_1000_RIDERS
    kinds = list(sorts)
    city.dice("look-alikes").shuffle(kinds)
    for kind in kinds:
        plan, rate = sorts[kind]
        dice = city.dice("look-alikes", kind)
        mean = rate * city.priors.lookalikes * dice.log_uniform(*_ABUNDANCE) * city.config.riders / 1_000
        for number in range(dice.poisson(mean)):
            if city.spare() < _ORDINARY * city.config.riders:
                break
            scene = Scene(city, voices, city.dice("look-alikes", kind, number))
            try:
                plan(scene)
            except NobodyLeft:
                scene.note(kind)
                break
            scene.note(kind)
