"""The ground: neighbourhoods and the places that draw people, in kilometres around the centre."""

from __future__ import annotations

import math
from typing import Final

from simulation.fleets.priors import Priors
from simulation.streams import Dice

Spot = tuple[float, float]
"""Kilometres east and north of the city's centre."""

_KM_PER_LATITUDE: Final = 110.574
_KM_PER_LONGITUDE: Final = 111.320
_RIDERS_PER_KITCHEN: Final = 24
_RIDERS_PER_HOTEL: Final = 150


def km(a: Spot, b: Spot) -> float:
    """Return the straight distance."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


class Ground:
    """Where things are in one city."""

    def __init__(self, priors: Priors, riders: int, dice: Dice) -> None:
        self._priors = priors
        self._east_scale = _KM_PER_LONGITUDE * math.cos(math.radians(priors.latitude))

        def some(low: int, high: int, nearest: float, farthest: float) -> list[Spot]:
            return [_at_distance(nearest, farthest, dice) for _ in range(dice.randint(low, high))]

        self.neighbourhoods = [_at_distance(0.5, priors.reach_km, dice) for _ in range(priors.neighbourhoods)]
        self.offices = some(10, 24, 0.3, 6.0)
        self.bars = some(4, 12, 0.1, 3.0)
        self.malls = some(5, 12, 1.0, 9.0)
        self.stations = some(2, 5, 0.5, 3.0)
        self.campuses = some(2, 4, 2.0, 7.0)
        self.hospitals = some(3, 7, 1.0, 7.0)
        self.sights = some(6, 14, 0.1, 3.5)
        self.stadium = _at_distance(3.0, 6.0, dice)
        self.airport = _at_distance(8.0, 25.0, dice)
        self.kitchens = [
            self.around(dice.choice(self.neighbourhoods + self.bars), 0.5, dice)
            for _ in range(max(20, riders // _RIDERS_PER_KITCHEN))
        ]
        self.hotels = [
            self.around(dice.choice(self.sights), 0.8, dice)
            for _ in range(max(4, riders // _RIDERS_PER_HOTEL))
        ]

    def around(self, spot: Spot, spread_km: float, dice: Dice) -> Spot:
        """Return a place near ``spot``: in any direction, at a half-normal distance."""
        angle, reach = dice.random() * math.tau, abs(dice.gauss(0.0, spread_km))
        return (spot[0] + reach * math.sin(angle), spot[1] + reach * math.cos(angle))

    def home(self, dice: Dice) -> Spot:
        """Return a place to live."""
        return self.around(dice.choice(self.neighbourhoods), 0.6, dice)

    def anywhere(self, dice: Dice) -> Spot:
        """Return a place where somebody may want to go or be."""
        kind = dice.choice((self.neighbourhoods, self.neighbourhoods, self.bars, self.offices, self.stations))
        return self.around(dice.choice(kind), 0.7, dice)

    def at_airport(self, dice: Dice) -> Spot:
        """Return a place at the airport."""
        return self.around(self.airport, 0.3, dice)

    def degrees(self, spot: Spot) -> tuple[float, float]:
        """Return latitude and longitude, to about ten centimetres."""
        return (
            round(self._priors.latitude + spot[1] / _KM_PER_LATITUDE, 6),
            round(self._priors.longitude + spot[0] / self._east_scale, 6),
        )


def _at_distance(nearest: float, farthest: float, dice: Dice) -> Spot:
    angle, reach = dice.random() * math.tau, dice.uniform(nearest, farthest)
    return (reach * math.sin(angle), reach * math.cos(angle))
