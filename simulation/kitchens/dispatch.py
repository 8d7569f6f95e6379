"""Who serves an order: the nearest driver on duty and free, or the one that was asked for."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulation.kitchens.calendar import HOUR_MS, SECOND_MS
from simulation.kitchens.city import City
from simulation.kitchens.ground import Spot
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account
from simulation.streams import Dice

_LONGEST_WAIT_MS: Final = 3 * HOUR_MS
"""Longer than that nobody waits for a driver asked for by name."""
_HOME_AREA_PULL: Final = 0.25
_LUCK_KM: Final = 0.8


class Dispatch:
    """Drivers on duty by the hour. Cost: 25 us an order, and 0.1 us more for each driver on duty."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._drivers = [account for account in city.accounts if account.drives]
        self._place = {driver.id: place for place, driver in enumerate(self._drivers)}
        count = len(self._drivers)
        self._at = np.array([driver.area for driver in self._drivers]).reshape(count, 2)
        self._area = self._at.copy()
        self._busy = np.zeros(count, dtype=np.int64)
        self._duty = np.zeros((2, count), dtype=np.int64)
        self._night = np.zeros((2, count), dtype=np.int64)
        self._on: dict[int, NDArray[np.intp]] = {}
        self._luck = city.streams.numbers(city.stream, "dispatch")

    def begin_day(self, day: int) -> None:
        """Draw who works on that local day; shifts of the day before may still run."""
        dice = self._city.dice("shifts", day)
        self._night, self._duty = self._duty, np.zeros_like(self._duty)
        self._on = {}
        for place, driver in enumerate(self._drivers):
            shift = driver.shift
            if shift is None or not dice.chance(shift.share):
                continue
            begin = self._city.calendar.at(day, shift.hour + dice.uniform(-0.8, 0.8))
            end = begin + int(shift.length_h * HOUR_MS)
            self._duty[0, place] = max(begin, driver.joined_ms + HOUR_MS)
            self._duty[1, place] = min(end, driver.until_ms)

    def find(self, order: Order, dice: Dice) -> tuple[Account, int] | None:
        """Return who takes the order and when, or None if nobody does."""
        ts, named = order.ts, order.driver
        if named is not None:
            busy = int(self._busy[self._place[named.id]])
            if busy > ts:
                ts = busy + dice.randint(20, 240) * SECOND_MS
            if ts - order.ts > _LONGEST_WAIT_MS or ts <= named.joined_ms:
                return None
            return named, ts
        on = self._on_duty(ts)
        free = on[self._busy[on] <= ts]
        if not free.size:
            return None
        away = self._at[free] - order.start
        from_area = self._area[free] - order.start
        km = np.hypot(away[:, 0], away[:, 1])
        km += _HOME_AREA_PULL * np.hypot(from_area[:, 0], from_area[:, 1])
        km += self._luck.exponential(_LUCK_KM, free.size)
        nearest = int(km.argmin())
        driver = self._drivers[int(free[nearest])]
        if km[nearest] > self._city.priors.reach_km or driver.other_self is order.rider:
            return None
        return driver, ts

    def _on_duty(self, ts: int) -> NDArray[np.intp]:
        """Return who is on duty in the middle of that hour, and has joined before it began."""
        hour = ts // HOUR_MS
        found = self._on.get(hour)
        if found is None:
            middle = hour * HOUR_MS + HOUR_MS // 2
            working = (self._duty[0] <= middle - HOUR_MS // 2) & (middle < self._duty[1])
            still = (self._night[0] <= middle) & (middle < self._night[1])
            found = self._on[hour] = np.flatnonzero(working | still)
        return found

    def occupy(self, driver: Account, until_ms: int, end: Spot | None) -> None:
        """The driver is busy until then, and afterwards at ``end`` if he really goes there."""
        place = self._place[driver.id]
        self._busy[place] = max(int(self._busy[place]), until_ms)
        if end is not None:
            self._at[place] = end

    def spot(self, driver: Account) -> Spot:
        """Return where the driver is."""
        east, north = self._at[self._place[driver.id]]
        return float(east), float(north)
