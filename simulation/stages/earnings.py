"""What drivers earn on top: daily and weekly quests, the ramp of their first rides, the peak hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.config import DAY_MS
from simulation.stages.calendar import RUSH_HOURS
from simulation.stages.city import City
from simulation.stages.people import Account
from simulation.streams import Dice

_PEAK: Final = {"motorcycle": 25, "car": 50}
_NEW_DAYS = 5
_RAMP_SHARE = 0.3
"""A ramp counts as taken by fraud when more than this share of its rides was forged."""
_WEEKLY_SLACK = 2


@dataclass(slots=True)
class _Count:
    """Rides of one driver, and how many of them were forged: of the day, of the week, of all."""

    day: int = -9
    today: int = 0
    forged_today: int = 0
    week: int = -9
    this_week: int = 0
    forged_this_week: int = 0
    ever: int = 0
    forged_ever: int = 0


class Earnings:
    """Counts the drivers' rides and says what each one brings."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._counts: dict[int, _Count] = {}
        self._rules = city.priors

    def rides(self, driver: Account) -> int:
        """Return how many rides of the driver have been counted."""
        count = self._counts.get(driver.number)
        return 0 if count is None else count.ever

    def bonus(
        self, driver: Account, ts: int, forged: bool, at_peak: bool, dice: Dice
    ) -> tuple[int | None, bool]:
        """Count a ride; return the incentive, and whether forged rides have earned it."""
        rules, calendar = self._rules, self._city.calendar
        count = self._counts.setdefault(driver.number, _Count())
        self._turn(count, calendar.day_of(ts))
        count.today += 1
        count.this_week += 1
        count.ever += 1
        count.forged_today += forged
        count.forged_this_week += forged
        count.forged_ever += forged
        earned, tainted = 0, forged
        for rides, units in rules.quests:
            if count.today == rides:
                earned, tainted = earned + units, tainted or count.forged_today > 0
        for rides, units in rules.weekly_quests:
            if count.this_week == rides:
                earned, tainted = earned + units, tainted or count.forged_this_week > _WEEKLY_SLACK
        if driver.joined_ms >= self._city.config.start_ms - _NEW_DAYS * DAY_MS:
            for rides, units in rules.ramp:
                if count.ever == rides:
                    sold = count.forged_ever > rides * _RAMP_SHARE or "ramp" in driver.takes
                    earned, tainted = earned + units, tainted or sold
        rush = calendar.hour_of(ts) in RUSH_HOURS and dice.chance(rules.peak_bonus)
        if rush or (at_peak and dice.chance(0.85)):
            earned += _PEAK[driver.shift.vehicle]
        return (rules.amount(earned) if earned else None), tainted

    def _turn(self, count: _Count, day: int) -> None:
        week = (day + self._city.calendar.weekday(0)) // 7
        if count.day != day:
            count.day, count.today, count.forged_today = day, 0, 0
        if count.week != week:
            count.week, count.this_week, count.forged_this_week = week, 0, 0
