"""Time in the city: local days, hours and weekdays, meal times and rush hours."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS, CityConfig

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


class Calendar:
    """The file's days in local time: day 0 holds the file's first instant; weekday 0 is Monday."""

    def __init__(self, config: CityConfig, utc_offset_h: int) -> None:
        self._midnight = config.start_ms - utc_offset_h * HOUR_MS
        self._weekday = (config.start_ms // DAY_MS + 3) % 7
        self.days = config.days

    def at(self, day: float, hour: float) -> int:
        """Return the instant of that local hour of that day of the file."""
        return self._midnight + int(day) * DAY_MS + int(hour * HOUR_MS)

    def day(self, ts: int) -> int:
        """Return the local day of the file."""
        return (ts - self._midnight) // DAY_MS

    def hour(self, ts: int) -> float:
        """Return the local time of day, in hours."""
        return (ts - self._midnight) % DAY_MS / HOUR_MS

    def weekday(self, day: int) -> int:
        """Return the weekday of that day of the file."""
        return (self._weekday + day) % 7

    def is_workday(self, day: int) -> bool:
        """Whether offices and schools are open on that day of the file."""
        return self.weekday(day) < 5


def is_rush(hour: float) -> bool:
    """Whether roads are full at that hour."""
    return 7.0 <= hour < 9.7 or 16.5 <= hour < 20.0


def is_meal_time(hour: float) -> bool:
    """Whether couriers are paid on top at that hour."""
    return 11.0 <= hour < 13.3 or 17.3 <= hour < 20.7


def speed_kmh(hour: float) -> float:
    """Return how fast traffic moves at that hour."""
    if is_rush(hour):
        return 13.0
    return 27.0 if hour < 6.0 or hour > 22.5 else 19.0
