"""What a trip costs and what drivers earn on top: fares, surge, peak bonuses and weekly quests."""

from __future__ import annotations

from typing import Final, NamedTuple

from simulation.fleets.calendar import Calendar
from simulation.fleets.people import Account
from simulation.fleets.wishes import Wish
from simulation.streams import Dice

_LEAST_FOOD_FARE, _LEAST_RIDE_FARE = 3.2, 4.5
_PEAK_CHANCE, _BOOSTED_PEAK_CHANCE = 0.2, 0.4
_PEAK, _BOOSTED_PEAK = (0.8, 3.5), (0.8, 5.0)
_QUEST_TRIPS: Final = {False: (30, 60, 90), True: (40, 80, 120)}
"""Trips in a week that pay, for cars and for couriers."""
_QUEST_PAYS: Final = (15.0, 25.0, 40.0)


class Course(NamedTuple):
    """A trip's length, duration and price, in units of account."""

    km: float
    seconds: float
    units: float


def course(calendar: Calendar, wish: Wish, crow_km: float, surge: float, dice: Dice) -> Course:
    """Return how long the trip is, how long it takes, and what it costs with that chance of surge."""
    length = max(0.5, crow_km * dice.uniform(1.2, 1.45)) * wish.stretch
    seconds = length / calendar.speed_kmh(wish.ts, length, bicycle=wish.food) * 3_600
    seconds = seconds * dice.uniform(0.85, 1.25) + dice.uniform(60.0, 240.0)
    if wish.haste is not None:
        seconds *= dice.uniform(*wish.haste)
    if wish.food:
        return Course(length, seconds, max(_LEAST_FOOD_FARE, 2.2 + 0.32 * length + 0.1 * seconds / 60))
    factor = dice.uniform(1.1, 1.9) if dice.random() < surge else 1.0
    return Course(length, seconds, max(_LEAST_RIDE_FARE, (2.4 + 1.02 * length + 0.2 * seconds / 60) * factor))


def incentive(calendar: Calendar, driver: Account, wish: Wish, dice: Dice) -> float:
    """Count the trip for the driver's week and return what it earns on top, in units of account."""
    week = calendar.day(wish.ts) // 7
    if driver.week != week:
        driver.week, driver.week_trips = week, 0
    driver.week_trips += 1
    units = 0.0
    chance = _BOOSTED_PEAK_CHANCE if driver.boosted else _PEAK_CHANCE
    if calendar.peak(wish.ts) and dice.random() < chance:
        units = dice.uniform(*(_BOOSTED_PEAK if driver.boosted else _PEAK))
    steps = _QUEST_TRIPS[driver.delivers]
    if driver.week_trips in steps:
        units += _QUEST_PAYS[steps.index(driver.week_trips)]
    if wish.top_up is not None and dice.random() < wish.top_up[0]:
        units += dice.uniform(wish.top_up[1], wish.top_up[2])
    return units
