"""What ordinary people order on a day: rides to work and out, meals at home and at work, parcels."""

from __future__ import annotations

from typing import Final

from simulation.kitchens.city import City
from simulation.kitchens.ground import Spot
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account
from simulation.streams import Dice

OCCASIONS: Final = ("to work", "from work", "lunch", "dinner", "late", "out", "parcel")
_MEALS: Final = frozenset(("lunch", "dinner", "late"))
_WEIGHTS: Final = {
    "worker": (24, 22, 14, 18, 4, 14, 4),
    "student": (14, 14, 18, 22, 14, 14, 4),
    "home": (3, 3, 20, 26, 4, 26, 18),
    "night": (20, 20, 10, 8, 26, 14, 2),
}


def orders_of_day(city: City, day: int, pace: float) -> list[Order]:
    """Return the day's ordinary orders, unsorted; ``pace`` is a factor on how many. Cost: 15 us an order."""
    dice = city.dice("appetites", day)
    begin, noon, end = (city.calendar.at(day, hour) for hour in (0, 12, 24))
    found: list[Order] = []
    for rider in city.riders():
        rate = rider.pace(noon)
        if rate <= 0.0 or rider.until_ms <= begin or rider.joined_ms >= end:
            continue
        for _ in range(dice.poisson(rate * pace)):
            order = _order(city, rider, day, dice)
            if rider.joined_ms < order.ts < rider.until_ms and rider.pace(order.ts) > 0.0:
                found.append(order)
    return found


def _order(city: City, rider: Account, day: int, dice: Dice) -> Order:
    ground, workday = city.ground, city.calendar.is_workday(day)
    occasion = _occasion(rider, workday, dice)
    home, work = ground.door(rider.home, dice), ground.around(rider.work, 0.05, dice)
    by_night = rider.life == "night"
    start, end = home, work
    service = "food" if occasion in _MEALS else "ride"
    if occasion == "to work":
        hour = (20.5 if by_night else 7.7) + dice.gauss(0, 0.7)
    elif occasion == "from work":
        hour, start, end = (5.5 if by_night else 18.0) + dice.gauss(0, 1), work, home
    elif occasion == "lunch":
        at_work = workday and dice.chance(0.6)
        hour, start = 12 + dice.gauss(0, 0.8), _kitchen(city, rider, at_work, dice)
        end = work if at_work else home
    elif occasion == "dinner":
        hour, start, end = 19 + dice.gauss(0, 1), _kitchen(city, rider, False, dice), home
    elif occasion == "late":
        hour, start = 23.2 + dice.gauss(0, 1.3), _kitchen(city, rider, by_night, dice)
        end = work if by_night else home
    elif occasion == "out":
        hour, end = dice.uniform(9, 23), ground.outing(0.5, dice)
        if dice.chance(0.5):
            start, end = end, start
    else:
        hour, end, service = dice.uniform(8.5, 18), ground.anywhere(1.5, dice), "parcel"
    ts = city.calendar.at(day, hour % 24)
    return Order(ts=ts, rider=rider, service=service, start=start, end=end)


def _occasion(rider: Account, workday: bool, dice: Dice) -> str:
    weights = [
        weight * (rider.appetite if occasion in _MEALS else 1.0 - rider.appetite)
        for occasion, weight in zip(OCCASIONS, _WEIGHTS[rider.life], strict=True)
    ]
    occasion = dice.choices(OCCASIONS, weights)[0]
    if not workday and occasion in {"to work", "from work"}:
        return dice.choice(("dinner", "out"))
    return occasion


def _kitchen(city: City, rider: Account, at_work: bool, dice: Dice) -> Spot:
    if rider.kitchens is None:
        near = city.ground.kitchen_near
        rider.kitchens = [near(rider.home, dice) for _ in range(dice.randint(2, 5))]
        rider.work_kitchens = [near(rider.work, dice) for _ in range(dice.randint(1, 4))]
    return dice.choice(rider.work_kitchens if at_work and rider.work_kitchens else rider.kitchens)
