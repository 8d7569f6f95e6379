"""The ground: boroughs in a grid, rivers with bridges, and what draws people to each borough."""

from __future__ import annotations

import math
from itertools import accumulate

from simulation.boroughs.priors import Priors
from simulation.streams import Dice

Spot = tuple[float, float]
"""Kilometres east and north of the city's south-western corner."""

PURPOSES = ("home", "office", "school", "bar", "shop", "station")
_KM_PER_LATITUDE, _KM_PER_LONGITUDE = 110.574, 111.320


class BoroughMap:
    """A grid of ``columns`` by ``rows`` boroughs; each has its own pull for each purpose."""

    def __init__(self, priors: Priors, dice: Dice) -> None:
        self._priors = priors
        self.width, self.height = priors.columns * priors.borough_km, priors.rows * priors.borough_km
        count = priors.columns * priors.rows
        self._pull = {
            purpose: list(accumulate(math.exp(dice.gauss(0, sigma)) for _ in range(count)))
            for purpose, sigma in zip(PURPOSES, (0.6, 1.4, 1.2, 1.6, 0.9, 2.5), strict=True)
        }
        self._rivers = [
            (
                dice.uniform(0.2, 0.8) * self.width,
                [dice.uniform(0, self.height) for _ in range(dice.randint(1, 4))],
            )
            for _ in range(priors.rivers)
        ]
        self._east_scale = _KM_PER_LONGITUDE * math.cos(math.radians(priors.latitude))

    def spot(self, purpose: str, dice: Dice) -> Spot:
        """Return a place for the purpose: a borough by its pull, then anywhere in it."""
        pull = self._pull[purpose]
        number = dice.choices(range(len(pull)), cum_weights=pull)[0]
        row, column = divmod(number, self._priors.columns)
        side = self._priors.borough_km
        return ((column + dice.random()) * side, (row + dice.random()) * side)

    def hamlet(self, dice: Dice) -> Spot:
        """Return the middle of a village well outside the grid."""
        angle, reach = dice.uniform(0, math.tau), dice.uniform(12.0, 35.0)
        return (
            self.width / 2 + (self.width / 2 + reach) * math.cos(angle),
            self.height / 2 + (self.height / 2 + reach) * math.sin(angle),
        )

    def around(self, spot: Spot, spread_km: float, dice: Dice) -> Spot:
        """Return a place near ``spot``."""
        return (spot[0] + dice.gauss(0, spread_km), spot[1] + dice.gauss(0, spread_km))

    def road_km(self, a: Spot, b: Spot) -> float:
        """Return the length of the way along the grid, over a bridge where a river lies between."""
        km = abs(a[0] - b[0]) + abs(a[1] - b[1])
        for river, bridges in self._rivers:
            if (a[0] < river) != (b[0] < river):
                extra = min(abs(a[1] - y) + abs(b[1] - y) for y in bridges) - abs(a[1] - b[1])
                km += max(0.0, extra)
        return km * self._priors.detour

    def borough_of(self, spot: Spot) -> tuple[int, int]:
        """Return column and row of the borough; villages count on past the grid's edge."""
        side = self._priors.borough_km
        return math.floor(spot[0] / side), math.floor(spot[1] / side)

    def degrees(self, spot: Spot, *, exact: bool = False) -> tuple[float, float]:
        """Return latitude and longitude as the city's records state them (``exact``: as receivers do)."""
        grain = "exact" if exact else self._priors.grain
        if grain == "borough":
            side = self._priors.borough_km
            column, row = self.borough_of(spot)
            spot = ((column + 0.5) * side, (row + 0.5) * side)
        digits = 3 if grain == "rounded" else 6
        return (
            round(self._priors.latitude + (spot[1] - self.height / 2) / _KM_PER_LATITUDE, digits),
            round(self._priors.longitude + (spot[0] - self.width / 2) / self._east_scale, digits),
        )
