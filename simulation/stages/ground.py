"""The ground: hubs where the work, the markets and the stages are, and quarters where people live."""

from __future__ import annotations

import math
from itertools import accumulate

from simulation.stages.priors import Priors
from simulation.streams import Dice

Spot = tuple[float, float]
"""Kilometres east and north of the middle of the city."""

_KM_PER_LATITUDE, _KM_PER_LONGITUDE = 110.6, 111.3


def distance_km(a: Spot, b: Spot) -> float:
    """Return the distance as the crow flies."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


def around(spot: Spot, spread_km: float, dice: Dice) -> Spot:
    """Return a place near ``spot``."""
    return (spot[0] + dice.gauss(0, spread_km), spot[1] + dice.gauss(0, spread_km))


def away(spot: Spot, km: float, dice: Dice) -> Spot:
    """Return the place that lies ``km`` from ``spot`` in some direction."""
    angle = dice.uniform(0, math.tau)
    return (spot[0] + km * math.cos(angle), spot[1] + km * math.sin(angle))


class Ground:
    """Hubs that draw fewer people the later they come in the list, and quarters of different width."""

    def __init__(self, priors: Priors, dice: Dice) -> None:
        self._place = priors.place
        wide = priors.spread
        self._hubs = [(dice.gauss(0, 4.2 * wide), dice.gauss(0, 3.4 * wide)) for _ in range(priors.hubs)]
        self._pull = list(accumulate(1 / (rank + 1.5) for rank in range(priors.hubs)))
        self._quarters = [
            ((dice.gauss(0, 5.2 * wide), dice.gauss(0, 4.6 * wide)), dice.uniform(0.4, 1.3))
            for _ in range(priors.quarters)
        ]
        self._east_km = _KM_PER_LONGITUDE * math.cos(math.radians(priors.place.latitude))

    def hub(self, dice: Dice) -> Spot:
        """Return the middle of a hub."""
        return dice.choices(self._hubs, cum_weights=self._pull)[0]

    def stage(self, spread_km: float, dice: Dice) -> Spot:
        """Return a place near a hub: where riders of motorcycles wait, a kiosk, a school, an office."""
        return around(self.hub(dice), spread_km, dice)

    def home(self, dice: Dice) -> Spot:
        """Return a place in one of the quarters."""
        middle, width = dice.choice(self._quarters)
        return around(middle, width, dice)

    def anywhere(self, dice: Dice) -> Spot:
        """Return a place that somebody may want to go to."""
        return self.stage(1.0, dice) if dice.chance(0.55) else self.home(dice)

    def degrees(self, spot: Spot) -> tuple[float, float]:
        """Return latitude and longitude."""
        return (
            round(self._place.latitude + spot[1] / _KM_PER_LATITUDE, 6),
            round(self._place.longitude + spot[0] / self._east_km, 6),
        )
