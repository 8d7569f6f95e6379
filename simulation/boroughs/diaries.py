"""What people want on a day: their errands, and the way home on event nights."""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.wishes import Ride
from simulation.streams import Dice


def rides_of_day(city: City, day: int, pace: float) -> list[Ride]:
    """Return the wishes of a local day, unsorted, none before ``first_instant`` of it.

    ``pace`` multiplies the errands of everybody. Cost: the number of errands in the city.
    """
    dice = city.dice("diaries", day)
    calendar, weekday = city.calendar, city.calendar.weekday(city.calendar.local(day, 12.0))
    pace *= calendar.weather[day % len(calendar.weather)]
    wishes: list[Ride] = []
    noon, earliest = calendar.local(day, 12.0), first_instant(city, day)
    for account in city.accounts:
        if (
            not account.errands
            or not account.from_ms - 12 * HOUR_MS <= noon <= account.until_ms + 12 * HOUR_MS
        ):
            continue
        rate = account.rate * pace
        for errand in account.errands:
            if weekday not in errand.days:
                continue
            fixed = errand.driver is not None
            mean = errand.count if fixed else errand.count * rate
            count = int(mean) + dice.chance(mean % 1.0)
            for _ in range(count):
                ts = calendar.local(day, errand.hour + dice.gauss(0, errand.spread_h))
                if ts < earliest or not account.from_ms <= ts < account.until_ms:
                    continue
                start = _place(city, errand.start, dice)
                wishes.append(
                    Ride(
                        ts=ts,
                        rider=account,
                        start=start,
                        end=_place(city, errand.end, dice),
                        driver=errand.driver,
                    )
                )
    _event_nights(city, day, wishes, dice)
    return wishes


def first_instant(city: City, day: int) -> int:
    """Return the instant before which no ride of that local day begins: nine in the evening before."""
    return max(city.config.start_ms, city.calendar.local(day, -3.0))


def _place(city: City, place: tuple[float, float] | str, dice: Dice) -> tuple[float, float]:
    if isinstance(place, str):
        return city.ground.spot(place, dice)
    return city.ground.around(place, 0.04, dice)


def _event_nights(city: City, day: int, wishes: list[Ride], dice: Dice) -> None:
    begin, end = city.calendar.local(day, 12.0), city.calendar.local(day + 1, 12.0)
    for ends, spot, share in city.calendar.nights:
        if begin <= ends < end:
            there = dice.some(city.riders(), int(share * city.config.riders))
            crowd = [a for a in there if a.from_ms <= ends < a.until_ms and dice.chance(0.7)]
            for account in crowd:
                ts = ends + int(dice.expovariate(1.0 / (0.4 * HOUR_MS)))
                start = city.ground.around(spot, 0.15, dice)
                wishes.append(Ride(ts=ts, rider=account, start=start, end=account.home))
            if crowd and dice.chance(0.5):
                city.note("event_night", [a for a in crowd if a.crew is None])
