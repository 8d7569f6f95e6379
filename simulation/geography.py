"""Where things are: zones of different density around a centre, in kilometres and in degrees."""

from __future__ import annotations

import math
from itertools import accumulate

from simulation.habits import CityHabits
from simulation.streams import Dice

Point = tuple[float, float]
"""Kilometres east and north of the city's centre."""

_KM_PER_DEGREE_LAT = 110.574
_KM_PER_DEGREE_LON = 111.320


def straight_km(a: Point, b: Point) -> float:
    """Return the straight-line distance between two points."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


class Land:
    """The zones of a city; homes, works and outings weigh them differently."""

    def __init__(self, habits: CityHabits, dice: Dice) -> None:
        self._habits = habits
        self._east_scale = _KM_PER_DEGREE_LON * math.cos(math.radians(habits.centre_lat))
        self.zones: list[Point] = [(0.0, 0.0)]
        self._spread = [habits.radius_km * 0.12]
        for _ in range(habits.zones - 1):
            angle, reach = dice.uniform(0, math.tau), habits.radius_km * math.sqrt(dice.random())
            self.zones.append((reach * math.cos(angle), reach * math.sin(angle)))
            self._spread.append(dice.uniform(0.4, 1.6))
        self._living = list(accumulate(dice.log_uniform(0.2, 3.0) for _ in self.zones))
        self._working = list(accumulate(dice.log_uniform(0.1, 6.0) for _ in self.zones))
        self._leisure = list(accumulate(dice.log_uniform(0.1, 4.0) for _ in self.zones))

    def _in(self, zone: int, dice: Dice) -> Point:
        x, y = self.zones[zone]
        spread = self._spread[zone]
        return (x + dice.gauss(0, spread), y + dice.gauss(0, spread))

    def home(self, dice: Dice) -> Point:
        """Return a place to live."""
        return self._in(dice.choices(range(len(self.zones)), cum_weights=self._living)[0], dice)

    def work(self, dice: Dice) -> Point:
        """Return a place to work; few zones hold most of them."""
        return self._in(dice.choices(range(len(self.zones)), cum_weights=self._working)[0], dice)

    def outing(self, dice: Dice, near: Point) -> Point:
        """Return a place to go: near ``near`` more often than not, anywhere otherwise."""
        if dice.random() < 0.6:
            return (near[0] + dice.gauss(0, 2.2), near[1] + dice.gauss(0, 2.2))
        return self._in(dice.choices(range(len(self.zones)), cum_weights=self._leisure)[0], dice)

    def near(self, point: Point, spread_km: float, dice: Dice) -> Point:
        """Return a point scattered around ``point`` with that standard deviation."""
        return (point[0] + dice.gauss(0, spread_km), point[1] + dice.gauss(0, spread_km))

    def zone_of(self, point: Point) -> int:
        """Return the number of the zone whose centre is nearest. Cost: the number of zones."""
        x, y = point
        best, best_zone = math.inf, 0
        for zone, (a, b) in enumerate(self.zones):
            gap = (a - x) * (a - x) + (b - y) * (b - y)
            if gap < best:
                best, best_zone = gap, zone
        return best_zone

    def degrees(self, point: Point) -> tuple[float, float]:
        """Return latitude and longitude (WGS84), to about ten centimetres."""
        return (
            round(self._habits.centre_lat + point[1] / _KM_PER_DEGREE_LAT, 6),
            round(self._habits.centre_lon + point[0] / self._east_scale, 6),
        )

    @property
    def km_per_degree(self) -> tuple[float, float]:
        """Kilometres in a degree of latitude and of longitude here."""
        return _KM_PER_DEGREE_LAT, self._east_scale
