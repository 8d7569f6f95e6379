"""Time in the city: local hours, traffic, event nights, and the hours in which drivers earn a bonus."""

from __future__ import annotations

import math
from typing import Final

from simulation.boroughs.borough_map import BoroughMap, Spot
from simulation.boroughs.priors import Priors
from simulation.config import DAY_MS, CityConfig
from simulation.streams import Dice

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
WEEK_MS: Final = 7 * DAY_MS


class Calendar:
    """The days of the file in local time; weekday 0 is Monday."""

    def __init__(self, config: CityConfig, priors: Priors, ground: BoroughMap, dice: Dice) -> None:
        self._priors = priors
        self._offset_ms = priors.utc_offset_h * HOUR_MS
        self._start_ms = config.start_ms
        peaks = ((dice.uniform(7, 9.5), 1.2), (dice.uniform(16.5, 19.5), 1.7), (dice.uniform(11, 14), 1.5))
        self._peaks = peaks[: dice.randint(1, 3)]
        self.weather = [dice.choice((0.8, 1.0, 1.0, 1.0, 1.3)) for _ in range(config.days)]
        self.nights: list[tuple[int, Spot, float]] = []
        for day in range(config.days):
            if dice.chance(priors.event_nights):
                ends = (
                    config.start_ms + day * DAY_MS - self._offset_ms + int(dice.uniform(20.5, 24.0) * HOUR_MS)
                )
                self.nights.append((ends, ground.spot("bar", dice), dice.log_uniform(0.01, 0.12)))
        self.bonus_hours = [
            (dice.sample(range(7), dice.randint(2, 7)), dice.uniform(5, 22), dice.uniform(1, 4))
            for _ in range(dice.randint(1, 3))
        ]

    def hour(self, ts: int) -> float:
        """Return the local time of day, in hours."""
        return (ts + self._offset_ms) % DAY_MS / HOUR_MS

    def weekday(self, ts: int) -> int:
        """Return the local day of the week."""
        return ((ts + self._offset_ms) // DAY_MS + 3) % 7

    def local(self, day: int, hour: float) -> int:
        """Return the instant at which it is ``hour`` o'clock on that day of the file (hours may pass 24)."""
        return self._start_ms + day * DAY_MS - self._offset_ms + int(hour * HOUR_MS)

    def busyness(self, ts: int) -> float:
        """Return 0 on empty roads up to about 1 at a peak of a weekday."""
        hour, busy = self.hour(ts), 0.0
        for peak, width in self._peaks:
            gap = min(abs(hour - peak), 24 - abs(hour - peak))
            busy += math.exp(-((gap / width) ** 2))
        return min(1.0, busy) * (0.45 if self.weekday(ts) >= 5 else 1.0)

    def speed(self, ts: int) -> float:
        """Return the speed of traffic in km/h."""
        return self._priors.free_speed * (1.0 - self._priors.congestion * self.busyness(ts))

    def pays_bonus(self, ts: int) -> bool:
        """Return whether a bonus hour is running."""
        hour, weekday = self.hour(ts), self.weekday(ts)
        return any(weekday in days and 0 <= hour - begin < length for days, begin, length in self.bonus_hours)

    def waking(self, ts: int, dice: Dice) -> int:
        """Return ``ts``, moved out of the hours before dawn most of the time."""
        hour = self.hour(ts)
        if hour < 6 and dice.chance(0.9):
            ts += int(dice.uniform(6.5 - hour, 15.0 - hour) * HOUR_MS)
        return ts
