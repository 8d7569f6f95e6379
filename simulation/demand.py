"""The ordinary wish to ride: who asks for a car when, and from where to where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.accounts import Account
from simulation.clock import HOUR_MS, weekday_of
from simulation.config import DAY_MS
from simulation.geography import Point, straight_km
from simulation.streams import Dice
from simulation.town import Town


class Demand:
    """Trips wished for, a day at a time. Memory: 16 bytes a trip of the day, 32 bytes a rider."""

    def __init__(self, town: Town) -> None:
        riders = [a for a in town.accounts if not a.is_driver]
        self._town = town
        self._numbers = town.streams.numbers("demand")
        self._rider = np.array([a.number for a in riders], dtype=np.int64)
        self._rate = np.array([a.rate for a in riders])
        self._from = np.array([a.active_from_ms for a in riders], dtype=np.int64)
        self._to = np.array([a.active_to_ms for a in riders], dtype=np.int64)

    def day(self, day_ms: int, scale: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the instants of the day's wishes, in order, and the account number of each."""
        here = np.clip(np.minimum(self._to, day_ms + DAY_MS) - np.maximum(self._from, day_ms), 0, DAY_MS)
        mean = self._rate * (here > 0) * (scale * self._town.clock.day_factor(day_ms))
        counts = self._numbers.poisson(mean)
        at = np.repeat(np.arange(len(counts)), counts)
        ts = self._town.clock.moments(day_ms, len(at), self._numbers)
        present = (ts >= self._from[at]) & (ts < self._to[at])
        ts, who = ts[present], self._rider[at[present]]
        order = np.lexsort((who, ts))
        return ts[order], who[order]

    def expected(self, scale: float) -> float:
        """Return how many trips are wished for in all days together."""
        config = self._town.config
        stay = np.clip(np.minimum(self._to, config.end_ms) - np.maximum(self._from, config.start_ms), 0, None)
        return float((self._rate * stay).sum() / DAY_MS) * scale

    def way(self, ts: int, rider: Account, dice: Dice) -> tuple[Point, Point]:
        """Return pickup and drop-off of an ordinary trip: to work, home from it, or out and back."""
        land = self._town.land
        hour = self._town.clock.hour(ts)
        recent = ts - rider.hand.place_ms < 7 * HOUR_MS
        workday = weekday_of(ts) < 5 and rider.work is not None
        here = rider.hand.place if recent else rider.home
        if workday and rider.work is not None:
            if 5.5 <= hour < 10.5 and not recent and dice.random() < 0.75:
                return self._doors(rider.home, rider.work, dice)
            if 15.5 <= hour < 20.5 and dice.random() < 0.75:
                return self._doors(rider.work, rider.home, dice)
        if recent and straight_km(here, rider.home) > 1.0 and dice.random() < 0.7:
            return self._doors(here, rider.home, dice)
        return here, land.outing(dice, here)

    def _doors(self, a: Point, b: Point, dice: Dice) -> tuple[Point, Point]:
        return self._town.land.near(a, 0.05, dice), self._town.land.near(b, 0.05, dice)
