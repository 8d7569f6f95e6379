"""What a trip costs."""

from __future__ import annotations

from simulation.clock import Clock, weekday_of
from simulation.habits import CityHabits
from simulation.streams import Dice


class Tariff:
    """Base fare plus kilometres plus minutes, never under a minimum, with surge at busy hours and noise."""

    def __init__(self, habits: CityHabits, clock: Clock) -> None:
        self._habits = habits
        self._clock = clock

    def fare(self, ts: int, distance_km: float, duration_s: float, dice: Dice) -> float:
        """Return the fare in the platform's main unit."""
        habits = self._habits
        plain = habits.base_fare + habits.per_km * distance_km + habits.per_minute * duration_s / 60
        hour = self._clock.hour(ts)
        busy = 7 <= hour < 9.5 or 16.5 <= hour < 19 or (weekday_of(ts) >= 4 and (hour >= 21 or hour < 2))
        surge = 1 + (habits.surge * dice.random() if busy else 0.0)
        return max(habits.least_fare, plain) * surge * (0.94 + 0.12 * dice.random())
