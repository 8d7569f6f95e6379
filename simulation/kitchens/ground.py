"""The ground: districts with a character each, and the kitchens that people order from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulation.kitchens.priors import Priors
from simulation.streams import Dice

Spot = tuple[float, float]
"""Kilometres east and north of the city's centre."""

_KM_PER_LATITUDE, _KM_PER_LONGITUDE = 110.574, 111.320
_CHARACTERS: Final = ("business", "business", "campus", "campus", "mall", "market", "airport")
_NEAREST_KITCHENS: Final = 12
WALK_KM: Final = 0.03
"""How far from the door people are met."""


@dataclass(frozen=True, slots=True)
class District:
    """A part of the city; ``weight`` is how many live there."""

    character: str
    middle: Spot
    weight: float


class Ground:
    """Districts around a centre, scattered kitchens, and ways as the crow flies."""

    def __init__(self, priors: Priors, dice: Dice) -> None:
        self._priors = priors
        self._east_scale = _KM_PER_LONGITUDE * math.cos(math.radians(priors.latitude))
        self.districts = [
            self._district(character, dice)
            for character in (*_CHARACTERS, *["homes"] * priors.residential_districts)
        ]
        self._kitchens = [
            self.around(district.middle, 1.0, dice)
            for district in self.districts
            for _ in range(dice.randint(8, 22))
        ]
        self._kitchen_places = np.array(self._kitchens)
        self._lived_in = self.of("homes", "market", "campus")
        self._weights = [district.weight for district in self._lived_in]

    def _district(self, character: str, dice: Dice) -> District:
        reach = abs(dice.gauss(0, self._priors.sprawl_km)) + (9.0 if character == "airport" else 0.5)
        angle = dice.uniform(0, math.tau)
        middle = (reach * math.cos(angle), reach * math.sin(angle))
        return District(character, middle, dice.uniform(0.5, 2.2))

    def of(self, *characters: str) -> list[District]:
        """Return the districts of those characters."""
        return [district for district in self.districts if district.character in characters]

    def home(self, dice: Dice) -> Spot:
        """Return a place where somebody lives."""
        district = dice.choices(self._lived_in, self._weights)[0]
        return self.around(district.middle, 1.3, dice)

    def in_one_of(self, characters: tuple[str, ...], spread_km: float, dice: Dice) -> Spot:
        """Return a place in a district of one of the characters."""
        return self.around(dice.choice(self.of(*characters)).middle, spread_km, dice)

    def anywhere(self, spread_km: float, dice: Dice) -> Spot:
        """Return a place in any district."""
        return self.around(dice.choice(self.districts).middle, spread_km, dice)

    def outing(self, spread_km: float, dice: Dice) -> Spot:
        """Return a place that people go out to."""
        return self.in_one_of(("mall", "market", "business", "airport"), spread_km, dice)

    def around(self, spot: Spot, spread_km: float, dice: Dice) -> Spot:
        """Return a place near ``spot``."""
        return (spot[0] + dice.gauss(0, spread_km), spot[1] + dice.gauss(0, spread_km))

    def door(self, spot: Spot, dice: Dice) -> Spot:
        """Return where somebody who is at ``spot`` is met."""
        return self.around(spot, WALK_KM, dice)

    def kitchen(self, dice: Dice) -> Spot:
        """Return any kitchen."""
        return dice.choice(self._kitchens)

    def kitchen_near(self, spot: Spot, dice: Dice) -> Spot:
        """Return one of the dozen kitchens nearest to ``spot``. Cost: 15 us."""
        away = self._kitchen_places - spot
        nearest = np.argsort(np.hypot(away[:, 0], away[:, 1]), kind="stable")
        return self._kitchens[int(nearest[dice.randrange(_NEAREST_KITCHENS)])]

    @staticmethod
    def km(a: Spot, b: Spot) -> float:
        """Return the distance as the crow flies."""
        return math.hypot(a[0] - b[0], a[1] - b[1])

    def degrees(self, spot: Spot) -> tuple[float, float]:
        """Return latitude and longitude."""
        return (
            round(self._priors.latitude + spot[1] / _KM_PER_LATITUDE, 6),
            round(self._priors.longitude + spot[0] / self._east_scale, 6),
        )
