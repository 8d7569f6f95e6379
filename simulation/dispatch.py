"""Which driver takes a trip: one on duty and free, from the neighbourhood when possible."""

from __future__ import annotations

from simulation.accounts import Account
from simulation.clock import Clock, weekday_of
from simulation.geography import Land, Point, straight_km
from simulation.streams import Dice


class Dispatch:
    """Drivers on duty by zone. Cost: a handful of random looks per trip, whatever the number of drivers."""

    def __init__(self, accounts: list[Account], land: Land, clock: Clock, dice: Dice) -> None:
        self._accounts = accounts
        self._drivers = [a for a in accounts if a.is_driver]
        self._land = land
        self._clock = clock
        self._dice = dice
        self._areas = {d.number: self._area(d.home) for d in self._drivers}
        self._near: list[list[Account]] = []
        self._all: list[Account] = []

    def _area(self, home: Point) -> list[int]:
        zones = range(len(self._land.zones))
        return sorted(zones, key=lambda z: straight_km(self._land.zones[z], home))[:3]

    def new_day(self, day_ms: int, day_end_ms: int) -> None:
        """Draw up who works on this day. Cost: the number of drivers."""
        bit = 1 << weekday_of(day_ms)
        self._near = [[] for _ in self._land.zones]
        self._all = []
        for driver in self._drivers:
            if driver.days_off & bit or driver.active_from_ms >= day_end_ms or driver.active_to_ms < day_ms:
                continue
            self._all.append(driver)
            for zone in self._areas[driver.number]:
                self._near[zone].append(driver)

    def _free(self, driver: Account, ts: int) -> bool:
        return driver.hand.busy_until_ms <= ts and driver.active_from_ms <= ts < driver.active_to_ms

    def insist(self, ts: int) -> Account | None:
        """Return a driver of the day for somebody who waits until one is free, or None on an empty day."""
        present = [d for d in self._all if d.active_from_ms <= ts < d.active_to_ms]
        return self._dice.choice(present) if present else None

    def match(self, ts: int, pickup: Point, rider: Account) -> Account | None:
        """Return a driver for the rider, or None when nobody is free."""
        dice = self._dice
        if rider.favourites and dice.random() < rider.loyalty:
            driver = self._accounts[rider.favourites[int(dice.random() * len(rider.favourites))]]
            if self._free(driver, ts):
                return driver
        hour = self._clock.hour(ts)
        for pool, tries in ((self._near[self._land.zone_of(pickup)], 7), (self._all, 24)):
            best: Account | None = None
            best_km = 1e9
            for _ in range(tries if pool else 0):
                driver = pool[int(dice.random() * len(pool))]
                on_shift = (hour - driver.shift_from_h) % 24 < driver.shift_hours
                if on_shift and driver.hand is not rider.hand and self._free(driver, ts):
                    gap = straight_km(driver.hand.place, pickup)
                    if gap < best_km:
                        best, best_km = driver, gap
            if best is not None:
                return best
        return None
