"""When people ride: the hours of a weekday and of a weekend day, and how fast traffic moves."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulation.config import DAY_MS
from simulation.habits import CityHabits

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000

_WEEKDAY = (6, 4, 3, 2, 3, 8, 22, 48, 55, 34, 24, 25, 29, 28, 26, 30, 42, 58, 60, 46, 36, 30, 24, 13)
_WEEKEND = (26, 24, 18, 12, 7, 5, 6, 9, 14, 21, 27, 31, 35, 36, 35, 35, 37, 40, 44, 47, 46, 44, 43, 36)
_DAY_FACTOR = (0.92, 0.94, 0.97, 1.02, 1.2, 1.15, 0.85)


def weekday_of(ts: int) -> int:
    """Return the day of the week in UTC; 0 is Monday."""
    return (ts // DAY_MS + 3) % 7


class Clock:
    """The daily and weekly rhythm of one city, in its own time zone."""

    def __init__(self, habits: CityHabits, numbers: np.random.Generator) -> None:
        self._habits = habits
        self._offset_ms = habits.utc_offset_h * HOUR_MS
        noise = numbers.lognormal(0.0, 0.2, 24)
        self._cumulative: list[NDArray[np.float64]] = []
        for profile in (_WEEKDAY, _WEEKEND):
            weights = np.roll(np.array(profile, dtype=np.float64) * noise, -habits.utc_offset_h)
            self._cumulative.append(np.concatenate(([0.0], np.cumsum(weights) / weights.sum())))

    def hour(self, ts: int) -> float:
        """Return the local time of day, in hours."""
        return (ts + self._offset_ms) % DAY_MS / HOUR_MS

    def utc_minute(self, local_hour: float) -> float:
        """Return the minute of the UTC day at which it is ``local_hour`` o'clock."""
        return (local_hour - self._habits.utc_offset_h) % 24 * 60

    def day_factor(self, day_ms: int) -> float:
        """Return how busy the day is, 1 being the mean of a week."""
        return _DAY_FACTOR[weekday_of(day_ms)]

    def moments(self, day_ms: int, count: int, numbers: np.random.Generator) -> NDArray[np.int64]:
        """Return ``count`` instants (epoch ms) of the day, drawn by its rhythm, unsorted."""
        cumulative = self._cumulative[1 if weekday_of(day_ms) >= 5 else 0]
        share = numbers.random(count)
        hours = np.interp(share, cumulative, np.arange(25.0))
        within: NDArray[np.int64] = np.minimum(hours * HOUR_MS, DAY_MS - 1).astype(np.int64)
        return within + day_ms

    def speed(self, ts: int) -> float:
        """Return the typical speed of traffic in km/h."""
        hour = self.hour(ts)
        if hour < 5.5 or hour >= 22:
            return self._habits.night_speed
        if (7 <= hour < 9.5 or 16.5 <= hour < 19) and weekday_of(ts + self._offset_ms) < 5:
            return self._habits.rush_speed
        return self._habits.day_speed
