"""The ordinary rides of a day: to work and back, and out, by motorcycle or car."""

from __future__ import annotations

from simulation.stages.city import City
from simulation.stages.ground import Spot, around, distance_km
from simulation.stages.people import Account
from simulation.stages.requests import Request
from simulation.streams import Dice

_WORKDAY, _SATURDAY, _SUNDAY = 1.1, 1.15, 0.7
_SHORT_KM = 5.0


def vehicle_for(rider: Account, start: Spot, end: Spot, dice: Dice) -> str:
    """Return what the rider asks for: a motorcycle the likelier the shorter the way."""
    factor = 1.25 if distance_km(start, end) < _SHORT_KM else 0.8
    return "motorcycle" if dice.chance(rider.motorcycle * factor) else "car"


def requests_of_day(city: City, day: int, pace: float, dice: Dice) -> list[Request]:
    """Return what the riders ask for on that local day, unsorted; ``pace`` scales everybody's rides."""
    weekday = city.calendar.weekday(day)
    factor = pace * (_WORKDAY if weekday < 5 else _SATURDAY if weekday == 5 else _SUNDAY)
    begin, end = city.calendar.at(day, 0), city.calendar.at(day + 1, 0)
    found: list[Request] = []
    for rider in city.accounts[: city.config.riders]:
        if rider.rate <= 0 or rider.joined_ms >= end or rider.until_ms <= begin:
            continue
        count = dice.poisson(rider.rate * factor)
        if count:
            _live(city, day, rider, count, weekday < 5, found, dice)
    return found


def _live(
    city: City, day: int, rider: Account, count: int, workday: bool, found: list[Request], dice: Dice
) -> None:
    at, home, work = city.calendar.at, rider.home, rider.work
    if rider.commutes and workday and dice.chance(0.75):
        found.append(_ride(rider, at(day, rider.leaves_h + dice.gauss(0, 0.25)), home, work, dice))
        if count > 1:
            found.append(_ride(rider, at(day, rider.returns_h + dice.gauss(0, 0.5)), work, home, dice))
        count -= 2
    for _ in range(count):
        place = dice.choice(rider.haunts) if dice.chance(0.65) else city.ground.anywhere(dice)
        start, end = dice.choices(((home, place), (place, home), (work, place)), (0.45, 0.4, 0.15))[0]
        found.append(_ride(rider, at(day, city.calendar.hour(dice)), start, end, dice))


def _ride(rider: Account, ts: int, start: Spot, end: Spot, dice: Dice) -> Request:
    start, end = around(start, 0.03, dice), around(end, 0.04, dice)
    vehicle = vehicle_for(rider, start, end, dice)
    return Request(ts=ts, rider=rider, start=start, end=end, vehicle=vehicle, ordinary=True)
