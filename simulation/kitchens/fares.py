"""What an order costs and what its driver is paid on top."""

from __future__ import annotations

from collections import Counter

from simulation.kitchens.calendar import is_meal_time, is_rush
from simulation.kitchens.city import City
from simulation.kitchens.offers import NEWCOMER_MS
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account
from simulation.streams import Dice

_CAR_SHARE = 0.35
"""The other rides are on motorcycles."""
_DEAREST_MEAL = 60.0


def fare(order: Order, km: float, hour: float, dice: Dice) -> float:
    """Return the price in units of account: of the meal and its way, the parcel, or the ride."""
    if order.fare is not None:
        return order.fare * dice.uniform(0.9, 1.1)
    if order.service == "food":
        return min(_DEAREST_MEAL, dice.lognormvariate(1.55, 0.5)) + 0.5 + 0.12 * km
    if order.service == "parcel":
        return 0.9 + 0.22 * km
    surge = dice.uniform(1.1, 1.6) if is_rush(hour) and dice.chance(0.5) else 1.0
    return (1.2 + 0.42 * km if dice.chance(_CAR_SHARE) else 0.7 + 0.24 * km) * surge


class Incentives:
    """Counts trips and says what the next one earns: meal-time bonus, quest of the day, guarantee."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._today: Counter[int] = Counter()

    def begin_day(self) -> None:
        """Start the day's quests anew."""
        self._today.clear()

    def earn(self, driver: Account, service: str, hour: float, dice: Dice) -> float:
        """Count a trip of the driver and return what it earns, in units of account."""
        offers, earned = self._city.offers, 0.0
        if service != "parcel" and is_meal_time(hour) and dice.chance(offers.meal_bonus_chance):
            earned += offers.meal_bonus
        self._today[driver.number] += 1
        earned += offers.quests.get(self._today[driver.number], 0.0)
        if driver.joined_ms > self._city.config.start_ms - NEWCOMER_MS:
            driver.trips += 1
            if driver.trips == offers.guarantee_trips:
                earned += offers.guarantee
        return earned
