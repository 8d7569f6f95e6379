"""Drivers on duty, hour by hour, and who among them takes a ride."""

from __future__ import annotations

from collections import defaultdict

from simulation.stages.calendar import SUNDAY
from simulation.stages.city import City
from simulation.stages.ground import distance_km
from simulation.stages.people import Account
from simulation.stages.requests import Request
from simulation.streams import Dice

_LOOKED_AT = 14
_OTHER = {"motorcycle": "car", "car": "motorcycle"}


class Duty:
    """Who works at which hour of the day that is being lived."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._drivers = [a for a in city.accounts if a.drives]
        self._working: defaultdict[tuple[str, int], list[Account]] = defaultdict(list)

    def begin_day(self, day: int, dice: Dice) -> None:
        """Work out who is on duty in each hour of that local day."""
        self._working.clear()
        noon, rest = self._city.calendar.at(day, 12), self._city.calendar.weekday(day) == SUNDAY
        for driver in self._drivers:
            shift = driver.shift
            if driver.joined_ms > noon or not dice.chance(shift.diligence * (0.75 if rest else 1.0)):
                continue
            begin = shift.hour + dice.gauss(0, 0.6)
            for hour in range(int(shift.length_h)):
                self._working[shift.vehicle, int(begin + hour) % 24].append(driver)

    def regular(self, request: Request, dice: Dice) -> Account | None:
        """Return the driver whom the rider likes to call, if called this time, working and free."""
        driver = request.rider.regular_driver
        if driver is None or not dice.chance(request.rider.regular_chance):
            return None
        hour = self._city.calendar.hour_of(request.ts)
        free = driver.busy_ms <= request.ts and driver.joined_ms < request.ts
        return driver if free and driver in self._working[driver.shift.vehicle, hour] else None

    def nearest(self, request: Request, ts: int, dice: Dice) -> Account | None:
        """Return a free driver not far away; one with the other vehicle where nobody has the one wanted."""
        hour = self._city.calendar.hour_of(ts)
        working = self._working[request.vehicle, hour] or self._working[_OTHER[request.vehicle], hour]
        best, least = None, float("inf")
        for _ in range(min(len(working), _LOOKED_AT)):
            driver = dice.choice(working)
            if driver.busy_ms <= ts and driver.joined_ms < ts:
                reach = distance_km(driver.spot, request.start) + dice.expovariate(1.0)
                if reach < least:
                    best, least = driver, reach
        return best
