"""What a ride costs, and what the platform pays the driver on top."""

from __future__ import annotations

from collections import Counter

from simulation.boroughs.city import City
from simulation.boroughs.people import Account
from simulation.boroughs.wishes import Ride
from simulation.config import DAY_MS
from simulation.streams import Dice


class Meter:
    """The city's tariff and its incentives; quests are counted per driver and week."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._priors = city.priors
        self._quests: Counter[tuple[int, int]] = Counter()

    def fare(self, ts: int, ride: Ride, km: float, minutes: float, dice: Dice) -> float:
        """Return the fare: by the meter, by boroughs crossed, or as bidden."""
        priors = self._priors
        if priors.tariff == "zones":
            a, b = self._city.ground.borough_of(ride.start), self._city.ground.borough_of(ride.end)
            fare = priors.price * (1.0 + 0.55 * (abs(a[0] - b[0]) + abs(a[1] - b[1])))
        else:
            fare = priors.price + priors.per_km * km + priors.per_minute * minutes
        if priors.tariff == "bids":
            fare *= dice.lognormvariate(0.0, 0.15)
        elif priors.tariff == "meter":
            fare *= 1.0 + priors.surge * max(0.0, self._city.calendar.busyness(ts) - 0.5) * 2 * dice.random()
        return round(fare * dice.lognormvariate(0.0, priors.fare_noise) * ride.fare_factor, 2)

    def bonus(self, driver: Account, ts: int, dice: Dice) -> float | None:
        """Return the incentive for a ride, where one is paid, and count it towards the driver's quest."""
        priors = self._priors
        amount = round(priors.bonus_amount * dice.uniform(0.8, 1.2), 2)
        if priors.bonus == "hours":
            return amount if self._city.calendar.pays_bonus(ts) and dice.chance(0.8) else None
        if priors.bonus == "surprise":
            return amount if dice.chance(priors.bonus_chance) else None
        if priors.bonus == "quests":
            key = (driver.number, ts // (7 * DAY_MS))
            self._quests[key] += 1
            return round(4 * amount, 2) if self._quests[key] % priors.quest_trips == 0 else None
        return None
