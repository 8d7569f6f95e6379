"""Time in the city: local days and hours, when people are awake, how fast the roads are."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Final

from simulation.config import DAY_MS, CityConfig
from simulation.stages.priors import Priors
from simulation.streams import Dice

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
SUNDAY: Final = 6
RUSH_HOURS: Final = frozenset((7, 8, 17, 18, 19))
_HOURS: Final = (10, 5, 3, 2, 5, 20, 50, 90, 80, 50, 40, 40, 50, 50, 40, 50, 70, 100, 100, 80, 60, 40, 30, 20)
_SPEEDS: Final = (
    30,
    32,
    34,
    34,
    32,
    28,
    22,
    17,
    16,
    19,
    21,
    22,
    21,
    21,
    20,
    19,
    17,
    15,
    14,
    17,
    21,
    24,
    27,
    29,
)


class Calendar:
    """The days of the file in local time, from 0; weekday 0 is Monday."""

    def __init__(self, config: CityConfig, priors: Priors, dice: Dice) -> None:
        self.days = config.days
        self.start_ms, self.end_ms = config.start_ms, config.end_ms
        self._midnight_ms = config.start_ms - priors.place.utc_offset_h * HOUR_MS
        self._first_weekday = (config.start_ms // DAY_MS + 3) % 7
        self._hours = list(accumulate(weight * math.exp(dice.gauss(0, 0.2)) for weight in _HOURS))
        self._speeds = [speed * priors.speed for speed in _SPEEDS]

    def at(self, day: float, hour: float) -> int:
        """Return the instant at which it is ``hour`` o'clock on that day (hours may pass 24)."""
        return self._midnight_ms + int(day) * DAY_MS + int(hour * HOUR_MS)

    def day_of(self, ts: int) -> int:
        """Return the local day; days before the file are negative."""
        return (ts - self._midnight_ms) // DAY_MS

    def hour_of(self, ts: int) -> int:
        """Return the full hour of the local day, 0 to 23."""
        return (ts - self._midnight_ms) % DAY_MS // HOUR_MS

    def weekday(self, day: int) -> int:
        """Return the day of the week."""
        return (self._first_weekday + day) % 7

    def workdays(self) -> list[int]:
        """Return the days of the file from Monday to Friday."""
        return [day for day in range(self.days) if self.weekday(day) < 5]

    def hour(self, dice: Dice) -> float:
        """Return a time of day, the likelier the busier it is."""
        return dice.choices(range(24), cum_weights=self._hours)[0] + dice.random()

    def day(self, dice: Dice, low: float = 0.0, high: float = 1.0) -> int:
        """Return a day between two shares of the file."""
        return min(self.days - 1, int(dice.uniform(low, high) * self.days))

    def moment(self, dice: Dice, low: float = 0.0, high: float = 1.0) -> int:
        """Return an instant between two shares of the file, mostly at an hour at which people are awake."""
        ts = self.start_ms + int(dice.uniform(low, high) * self.days * DAY_MS)
        return self.waking(ts, dice)

    def before(self, dice: Dice, least: int, most: int, day: int = 0) -> int:
        """Return an instant of the day, that many days before ``day`` (before the file if that is later)."""
        return self.at(min(day, 0) - dice.randint(least, most), dice.uniform(9, 18))

    def waking(self, ts: int, dice: Dice) -> int:
        """Return ``ts``, moved to a likely hour of its day most of the time."""
        return self.at(self.day_of(ts), self.hour(dice)) if dice.chance(0.9) else ts

    def inside(self, ts: int) -> int:
        """Return ``ts``, moved into the file with six hours to spare before its end."""
        return max(self.start_ms, min(ts, self.end_ms - 6 * HOUR_MS))

    def speed(self, ts: int) -> float:
        """Return the speed of a car in km/h."""
        return self._speeds[self.hour_of(ts)]
