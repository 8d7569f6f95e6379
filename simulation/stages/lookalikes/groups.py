"""How look-alikes are put together: who is in a group, and the rides that its people arrange."""

from __future__ import annotations

from simulation.stages.city import City
from simulation.stages.demand import vehicle_for
from simulation.stages.draws import head_count
from simulation.stages.ground import Spot, around
from simulation.stages.people import Account
from simulation.stages.requests import Request
from simulation.stages.settling import arrival
from simulation.streams import Dice

_LARGEST_SHARE = 1 / 15
"""No group of strangers holds more than this share of the riders."""


def crowd(city: City, dice: Dice, median: float, sigma: float, low: int, high: int) -> int:
    """Return the size of a large group; in a small city large groups are smaller."""
    largest = max(low, round(city.config.riders * _LARGEST_SHARE))
    return head_count(dice, median, sigma, low, min(high, largest))


def newcomers(city: City, count: int, recent: float, dice: Dice, *, drives: bool = False) -> list[Account]:
    """Return people without a story; they sign up during the file with the chance ``recent``."""
    people = city.take(count, drives=drives)
    for each in people:
        city.join(each, arrival(city, recent, dice))
    return people


def old_hands(
    city: City, count: int, least: int, most: int, dice: Dice, *, drives: bool = False
) -> list[Account]:
    """Return people without a story who signed up that many days before the file."""
    people = city.take(count, drives=drives)
    for each in people:
        city.join(each, city.calendar.before(dice, least, most))
        each.until_ms = city.config.end_ms
    return people


def errand(
    city: City,
    rider: Account,
    ts: int,
    start: Spot,
    end: Spot,
    dice: Dice,
    *,
    vehicle: str | None = None,
    driver: Account | None = None,
) -> Request:
    """Ask for a ride that somebody has arranged, with a driver if one is named; return it."""
    start, end = around(start, 0.03, dice), around(end, 0.03, dice)
    wanted = vehicle or (vehicle_for(rider, start, end, dice) if driver is None else driver.shift.vehicle)
    request = Request(
        ts=ts,
        rider=rider,
        start=start,
        end=end,
        vehicle=wanted,
        driver=driver,
        arranged=driver is not None,
    )
    city.ask(request)
    return request
