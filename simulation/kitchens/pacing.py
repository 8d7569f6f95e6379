"""How many ordinary orders bring the file near to the events a second that were asked for."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.kitchens.city import City

_FIRST_GUESS: Final = 1.8
"""Events an order, until enough orders have been seen."""
_FIRST_TRIP_S: Final = 1_800.0
_ENOUGH: Final = 200
_ORDERS_PER_DRIVER: Final = 12.0
"""More than that in a day would not be served."""


class Pacing:
    """Sets the pace of each day by what an order came to on the days before it."""

    def __init__(self, city: City) -> None:
        self._city, config = city, city.config
        self._wanted: float | None = None
        if config.events_per_second is not None:
            self._wanted = config.events_per_second * config.days * DAY_MS / 1_000
        self._each = _FIRST_GUESS + (_FIRST_TRIP_S / config.ping_interval_s if config.gps else 0.0)
        self._before = city.filed_lines()
        self._orders = 0

    def placed(self, orders: int) -> None:
        """Count the orders of a day."""
        self._orders += orders

    def of_day(self, day: int, written: int) -> float:
        """Return the factor on the day's ordinary orders; ``written`` lines are out or wait to be."""
        if self._wanted is None:
            return 1.0
        city = self._city
        said = written + city.filed_lines()
        if self._orders > _ENOUGH:
            self._each = max(0.3, (said - self._before) / self._orders)
        missing = self._wanted - said - self._each * city.planned_orders()
        early = city.calendar.at(day, 3)
        usual = sum(a.pace(early) for a in city.riders() if a.joined_ms <= early < a.until_ms)
        days = max(1, city.config.days - day)
        most = _ORDERS_PER_DRIVER * city.config.drivers
        return max(0.0, min(most, missing / days / self._each)) / max(0.1, usual)
