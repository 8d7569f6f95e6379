"""Which drivers are on the street at which hour, and who of them serves a wish."""

from __future__ import annotations

from typing import Final

from simulation.fleets.addresses import address
from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.city import City
from simulation.fleets.ground import Spot, km
from simulation.fleets.people import Account
from simulation.fleets.settling import SHIFTS
from simulation.fleets.voices import Voices
from simulation.streams import Dice

_LOOKS: Final = 10
_PART_TIME: Final = 0.45
_WEEKEND: Final = 1.1
_LOGS_IN: Final = 0.8
_PAUSE: Final = (11, 17)
"""When a car on a split shift rests."""


class Duty:
    """Cars and couriers by the hour. Memory: two days of it."""

    def __init__(self, city: City, voices: Voices) -> None:
        self._city = city
        self._voices = voices
        self._hours: dict[tuple[int, bool], list[Account]] = {}

    def begin_day(self, day: int, dice: Dice) -> None:
        """Put the drivers of a day on the street and forget those of the day before the last."""
        for key in [key for key in self._hours if key[0] < 24 * (day - 1)]:
            del self._hours[key]
        weekend = _WEEKEND if self._city.calendar.goes_out(day) else 1.0
        for driver in self._city.drivers():
            part = _PART_TIME if driver.shift == "part" else 1.0
            if driver.works and dice.random() < driver.works * part * weekend:
                self._work(driver, day, dice)

    def _work(self, driver: Account, day: int, dice: Dice) -> None:
        city = self._city
        begins, ends = SHIFTS[driver.shift]
        begins, ends = max(0.0, begins + dice.gauss(0.0, 0.5)), ends + dice.gauss(0.0, 0.7)
        ts = city.calendar.at(day, begins)
        if ts < driver.joined_ms + 3 * HOUR_MS:
            return
        if dice.random() < _LOGS_IN:
            spot = city.ground.around(driver.home, 0.4, dice)
            ip = address(city, driver, dice.choice(("home", "out")), dice)
            phone = driver.work_phone(ts, day, dice)
            self._voices.login(ts, driver, dice, device=phone, ip=ip, spot=spot)
        for hour in range(int(begins), int(ends)):
            rests = driver.shift == "split" and not driver.delivers and _PAUSE[0] <= hour < _PAUSE[1]
            if not rests:
                self._hours.setdefault((day * 24 + hour, driver.delivers), []).append(driver)

    def nearest(self, ts: int, spot: Spot, *, food: bool, dice: Dice) -> Account | None:
        """Return the nearest of some drivers on duty and free; None when all are busy."""
        there = self._hours.get((self._city.calendar.hour_number(ts), food))
        if not there:
            return None
        best, best_km = None, 0.0
        for _ in range(_LOOKS):
            driver = dice.choice(there)
            if driver.busy_ms > ts:
                continue
            away = km(driver.spot, spot)
            if best is None or away < best_km:
                best, best_km = driver, away
        return best
