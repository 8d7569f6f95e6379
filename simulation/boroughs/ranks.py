"""Drivers on duty, and who among them takes a ride."""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS, MINUTE_MS
from simulation.boroughs.city import City
from simulation.boroughs.people import Account
from simulation.boroughs.wishes import Ride
from simulation.streams import Dice

_LOOKED_AT = 7


class Ranks:
    """The drivers hour by hour: where each was last and until when he is busy."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._last_start_ms = city.config.end_ms - 3 * HOUR_MS
        self._drivers = [a for a in city.accounts if a.drives]
        self._on_duty: dict[int, list[Account]] = {}
        self._busy_until: dict[int, int] = {}
        self._at = {driver.number: driver.home for driver in self._drivers}
        self._known: dict[int, list[Account]] = {}

    def begin_day(self, day: int, dice: Dice) -> None:
        """Work out who is on duty in each hour that begins on that local day."""
        calendar = self._city.calendar
        weekday = calendar.weekday(calendar.local(day, 12.0))
        oldest = calendar.local(day - 1, 0.0) // HOUR_MS
        for slot in [slot for slot in self._on_duty if slot < oldest]:
            del self._on_duty[slot]
        for driver in self._drivers:
            shift = driver.shift
            if shift is None or weekday not in shift.days or dice.chance(0.07):
                continue
            if shift.chaser:
                spans = [(b, n) for days, b, n in calendar.bonus_hours if weekday in days]
            else:
                spans = [(shift.hour + dice.gauss(0, 0.4), shift.length_h * dice.uniform(0.7, 1.1))]
            for begin, length in spans:
                first = calendar.local(day, begin)
                for ts in range(first, first + int(length * HOUR_MS), HOUR_MS):
                    if driver.from_ms <= ts < driver.until_ms:
                        self._on_duty.setdefault(ts // HOUR_MS, []).append(driver)

    def find(self, ride: Ride, dice: Dice) -> tuple[Account, int] | None:
        """Return who drives and when the ride begins; None where nobody is free."""
        ts = ride.ts
        if ride.driver is not None:
            free = max(ts, self._busy_until.get(ride.driver.number, 0) + MINUTE_MS)
            if ride.settled and free <= max(ts, self._last_start_ms):
                return ride.driver, free
            if free <= ts + 15 * MINUTE_MS and ride.driver.from_ms <= ts < ride.driver.until_ms:
                return ride.driver, free
        rider = ride.rider
        if rider.drivers_nearby:
            able = [d for d in rider.drivers_nearby if self._free(d, ts)]
            if able:
                return dice.choice(able), ts
            if not dice.chance(0.2):
                return None
        known = self._known.get(rider.number)
        if known and dice.chance(rider.loyalty):
            driver = dice.choice(known)
            if self._free(driver, ts):
                return driver, ts
        on_duty = self._on_duty.get(ts // HOUR_MS)
        if on_duty:
            looked_at = (dice.choice(on_duty) for _ in range(_LOOKED_AT))
            able = [d for d in looked_at if self._free(d, ts) and d is not rider]
            if able:
                road = self._city.ground.road_km
                return min(able, key=lambda d: (road(self._at[d.number], ride.start), d.number)), ts
        if ride.settled:
            return self._any(ride, dice)
        return None

    def _any(self, ride: Ride, dice: Dice) -> tuple[Account, int] | None:
        """A ride that a crew has decided on waits for some driver, on duty or not, if there is time."""
        there = [d for d in self._drivers if d.from_ms <= ride.ts < d.until_ms and d is not ride.rider]
        if not there:
            return None
        waited = [(max(ride.ts, self._busy_until.get(d.number, 0)), d) for d in dice.some(there, 12)]
        begin, driver = min(waited, key=lambda pair: (pair[0], pair[1].number))
        return (driver, begin) if begin <= max(ride.ts, self._last_start_ms) else None

    def _free(self, driver: Account, ts: int) -> bool:
        return self._busy_until.get(driver.number, 0) <= ts and driver.from_ms <= ts < driver.until_ms

    def drove(
        self, driver: Account, rider: Account, until_ms: int, end: tuple[float, float], dice: Dice
    ) -> None:
        """Note where the driver is now, and that the rider knows him."""
        self._busy_until[driver.number] = until_ms
        self._at[driver.number] = end
        if rider.loyalty > 0.01 and dice.chance(0.3):
            known = self._known.setdefault(rider.number, [])
            if driver not in known:
                known.append(driver)
                del known[:-3]
