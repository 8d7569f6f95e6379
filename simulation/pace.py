"""How many trips a day, so that the file has the events per second that were asked for."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.demand import Demand
from simulation.town import Town


class Pace:
    """Scales each day's demand towards the wanted number of events, learning from the days before.

    Without ``events_per_second`` the scale is 1. Cars and riders set a bound: a city cannot be driven
    faster than they can ride.
    """

    def __init__(self, town: Town, demand: Demand) -> None:
        config = town.config
        self._config = config
        self._demand = demand
        self._planned = town.agenda.line_count()
        self._wanted: float | None = None
        if config.events_per_second is not None:
            self._wanted = config.events_per_second * config.days * DAY_MS / 1_000
        pings = 900.0 / config.ping_interval_s if config.gps else 0.0
        self._per_trip = 1.0 + town.habits.login_rate + pings
        self._wished = 0.0

    def scale(self, day: int, events: int, trips: int) -> float:
        """Return the factor on the day's trips, given what was made before it."""
        if self._wanted is None:
            return 1.0
        daily = self._demand.expected(1.0) / self._config.days
        planned_so_far = self._planned * day / self._config.days
        if trips > 500:
            self._per_trip = max(1.0, (events - planned_so_far) / trips)
        served = min(1.0, max(0.2, trips / self._wished)) if self._wished else 1.0
        missing = self._wanted - events - self._planned * (1 - day / self._config.days)
        scale = max(0.0, missing / (self._config.days - day) / self._per_trip / (daily * served))
        self._wished += scale * daily
        return scale
