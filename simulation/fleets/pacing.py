"""How many ordinary wishes bring the file near to the events a second that were asked for."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.city import City

_FIRST_GUESS: Final = 1.6
"""Events a wish, until enough wishes have been seen."""
_FIRST_TRIP_S: Final = 900.0
_ENOUGH: Final = 200
_MOST: Final = 60.0
"""The largest factor on what riders usually want."""


class Pacing:
    """Sets the pace of each day by what a wish came to on the days before it."""

    def __init__(self, city: City) -> None:
        self._city, config = city, city.config
        self._wanted: float | None = None
        if config.events_per_second is not None:
            self._wanted = config.events_per_second * config.days * DAY_MS / 1_000
        self._each = _FIRST_GUESS + (_FIRST_TRIP_S / config.ping_interval_s if config.gps else 0.0)
        self._before = city.filed_lines()
        self._paced = 0.0

    def of_day(self, day: int, written: int) -> float:
        """Return the factor on the day's ordinary wishes; ``written`` lines are out or wait to be."""
        city = self._city
        if self._wanted is None:
            return city.pace
        said = written + city.filed_lines()
        usual = self._usual(day)
        if self._paced > _ENOUGH:
            self._each = max(0.3, (said - self._before) / self._paced)
        missing = self._wanted - said - self._each * city.placed_wishes()
        pace = missing / max(1, city.config.days - day) / self._each / max(0.1, usual)
        pace = max(0.0, min(_MOST, pace))
        self._paced += pace * usual
        return pace

    def placed(self, wishes: int) -> None:
        """Count the wishes placed beforehand for a day."""
        self._paced += wishes

    def _usual(self, day: int) -> float:
        """Return about how many wishes the riders of a day would have at pace 1."""
        noon = self._city.calendar.at(day, 12)
        there = [a for a in self._city.riders() if a.joined_ms <= noon < a.until_ms]
        return sum(a.share * (1.5 if a.profile == "tourist" else 1.5 * a.rate + 0.1) for a in there)
