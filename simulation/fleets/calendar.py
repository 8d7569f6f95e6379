"""Time in the city: local days and hours, weekdays, and how fast traffic moves."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS, CityConfig

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000

_BICYCLE_KMH: Final = 15.0
_RUSH_KMH, _NIGHT_KMH, _DAY_KMH = 17.0, 33.0, 24.0
_MOTORWAY_KM, _MOTORWAY_FACTOR = 12.0, 1.5


class Calendar:
    """The file's days in local time: day 0 holds the file's first instant; weekday 0 is Monday."""

    def __init__(self, config: CityConfig, utc_offset_h: int) -> None:
        self._midnight = config.start_ms - utc_offset_h * HOUR_MS
        self._weekday = (config.start_ms // DAY_MS + 3) % 7

    def at(self, day: float, hour: float) -> int:
        """Return the instant so many days and hours after the local midnight before the file begins."""
        return self._midnight + int(day * DAY_MS + hour * HOUR_MS)

    def day(self, ts: int) -> int:
        """Return the local day of the file."""
        return (ts - self._midnight) // DAY_MS

    def hour(self, ts: int) -> float:
        """Return the local time of day, in hours."""
        return (ts - self._midnight) % DAY_MS / HOUR_MS

    def hour_number(self, ts: int) -> int:
        """Return how many local hours have gone by since day 0 began."""
        return (ts - self._midnight) // HOUR_MS

    def weekday(self, day: int) -> int:
        """Return the weekday of that day of the file."""
        return (self._weekday + day) % 7

    def is_workday(self, day: int) -> bool:
        """Whether offices and schools are open on that day of the file."""
        return self.weekday(day) < 5

    def goes_out(self, day: int) -> bool:
        """Whether the day is a Friday or a Saturday."""
        return self.weekday(day) in (4, 5)

    def speed_kmh(self, ts: int, km: float, *, bicycle: bool) -> float:
        """Return how fast a trip of that length goes at that time."""
        if bicycle:
            return _BICYCLE_KMH
        hour = self.hour(ts)
        rush = self.is_workday(self.day(ts)) and (7.5 <= hour < 10.0 or 17.0 <= hour < 20.0)
        kmh = _RUSH_KMH if rush else _NIGHT_KMH if hour < 6.0 else _DAY_KMH
        return kmh * (_MOTORWAY_FACTOR if km > _MOTORWAY_KM else 1.0)

    def peak(self, ts: int) -> bool:
        """Whether drivers may be paid on top at that time."""
        hour = self.hour(ts)
        late = hour < 3.0 and self.weekday(self.day(ts)) >= 4
        return 7.0 <= hour < 9.5 or 18.0 <= hour < 21.5 or late
