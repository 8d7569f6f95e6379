"""A ride from the request to its last line: who drives, whether it is cancelled, what it costs and brings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation import lines
from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS, RUSH_HOURS
from simulation.stages.city import City
from simulation.stages.draws import clip
from simulation.stages.duty import Duty
from simulation.stages.earnings import Earnings
from simulation.stages.ground import around, distance_km
from simulation.stages.people import Account
from simulation.stages.perks import Perks
from simulation.stages.requests import Request
from simulation.stages.tracks import pings
from simulation.stages.voices import Voices
from simulation.streams import Dice
from simulation.summary import Tally

_FARES = {"motorcycle": (60, 18, 1.5), "car": (130, 35, 4.0)}
"""Units of reckoning to begin with, for a kilometre, for a minute."""
_PATIENCE = 3
"""How often somebody looks for a driver before giving up."""
_WAITS_MS = 20 * MINUTE_MS
"""So long somebody waits for the driver with whom the ride was arranged."""
_CANCEL_FEES = {"motorcycle": 40, "car": 70}


@dataclass(slots=True)
class _Trip:
    """A ride under way: ``device`` is the rider's."""

    request: Request
    driver: Account
    device: str
    km: float
    seconds: float
    begin: int
    end: int
    id: str


class Trips:
    """Serves requests one after another, in order of time. Cost: 60 us a ride."""

    def __init__(self, city: City, duty: Duty) -> None:
        self._city, self._duty = city, duty
        self._voices = Voices(city)
        self._earnings = Earnings(city)
        self._perks = Perks(city, self._voices)
        self.tally = Tally()

    def serve(self, request: Request, dice: Dice) -> None:
        """Let the ride happen, be cancelled, or find no driver; nobody rides before signing up."""
        if request.ts < request.rider.joined_ms:
            return
        found = self._meet(request, dice)
        if found is None:
            self.tally.unserved += 1
            return
        driver, ts = found
        rider = request.rider
        device = request.device or rider.phone(ts, dice)
        if request.cancelled:
            self._stand_up(request, driver, ts, device, dice)
            return
        fickle = self._city.priors.cancellations * (0.4 if request.arranged else 1.0)
        if not request.staged and dice.chance(fickle):
            self._cancel(request, driver, ts, device, dice)
            if request.arranged or dice.chance(0.5):
                return
            ts += 9 * MINUTE_MS
        trip = self._drive(request, driver, ts, device, dice)
        if trip.end < self._city.config.end_ms:
            self._complete(trip, dice)

    def _meet(self, request: Request, dice: Dice) -> tuple[Account, int] | None:
        """Return who drives and from when; None where the rider is busy, or nobody is there."""
        rider, driver, ts = request.rider, request.driver, request.ts
        if request.staged and driver is not None:
            if driver.joined_ms > ts - HOUR_MS:
                return None
            ts = max(
                ts,
                rider.busy_ms + dice.randint(1, 6) * MINUTE_MS,
                driver.busy_ms + dice.randint(1, 8) * MINUTE_MS,
            )
            return (driver, ts) if ts < self._city.config.end_ms - HOUR_MS else None
        if rider.busy_ms > ts:
            if not request.insists:
                return None
            ts = rider.busy_ms + 5 * MINUTE_MS
        if driver is not None:
            late = driver.busy_ms > ts + _WAITS_MS or driver.joined_ms > ts or dice.chance(0.07)
            driver, ts = (None, ts) if late else (driver, max(ts, driver.busy_ms))
        if driver is None and request.ordinary:
            driver = self._duty.regular(request, dice)
        for _ in range(_PATIENCE):
            driver = driver or self._duty.nearest(request, ts, dice)
            if driver is not None:
                return driver, ts
            ts += dice.randint(4, 15) * MINUTE_MS
        return None

    def _drive(self, request: Request, driver: Account, ts: int, device: str, dice: Dice) -> _Trip:
        vehicle, staged = driver.shift.vehicle, request.staged
        km = max(0.35, distance_km(request.start, request.end) * dice.uniform(1.22, 1.5))
        speed = self._city.calendar.speed(ts) * (1.35 if vehicle == "motorcycle" else 1.0)
        speed *= math.exp(dice.gauss(0, 0.18))
        if request.manner == "fast":
            speed *= dice.uniform(1.5, 3)
        elif request.manner == "same":
            km, speed = round(km * 2) / 2 + 0.1, 24.0
        seconds = clip(km / speed * 3_600 + dice.uniform(40, 160), 60, 3 * 3_600)
        wait = dice.randint(20, 300) * 1_000 if staged else dice.randint(2, 14) * MINUTE_MS
        begin = ts + wait
        end = begin + int(seconds * 1_000)
        driver.busy_ms, driver.spot = end, request.end
        request.rider.busy_ms = end + 2 * MINUTE_MS
        return _Trip(request, driver, device, km, seconds, begin, end, self._city.mint.trip())

    def _complete(self, trip: _Trip, dice: Dice) -> None:
        city, priors, request, driver = self._city, self._city.priors, trip.request, trip.driver
        rider = request.rider
        fare = self._fare(trip, dice)
        card = request.card
        if card is None and rider.card is not None and trip.begin >= rider.card_from_ms:
            card = rider.card if dice.chance(rider.card_chance) else None
        refused = priors.declines if request.declined is None else request.declined
        if card is not None and dice.chance(refused):
            named = trip.id if dice.chance(0.5) else None
            self._voices.declined(
                trip.begin, rider, card, fare, device=trip.device, trip=named, crew=request.crew
            )
            if request.gain:
                return
            card = None
        rider.rides += 1
        promo = None
        if not request.gain:
            promo = self._perks.redeem(rider, fare, (trip.begin, trip.end), trip.id, trip.device, dice)
        self._perks.reward_friend(rider, driver, trip.end, dice)
        incentive, tainted = self._earnings.bonus(driver, trip.begin, request.staged, request.at_peak, dice)
        self._perks.reward_recruiter(driver, self._earnings.rides(driver), trip.end, dice)
        event = city.mint.event()
        lost = dice.chance(priors.lost_place)
        line = lines.trip_completed(
            event,
            trip.end,
            trip.id,
            rider.id,
            driver.id,
            fare,
            distance_km=round(trip.km, 2),
            duration_s=int(trip.seconds),
            rider_device_id=None if dice.chance(priors.lost_device) else trip.device,
            driver_device_id=None if dice.chance(priors.lost_device) else driver.phone(trip.begin, dice),
            card_id=card,
            pickup=None if lost else city.ground.degrees(around(request.start, 0.01, dice)),
            dropoff=None if lost else city.ground.degrees(around(request.end, 0.01, dice)),
            promo_id=promo,
            incentive=incentive,
        )
        city.file(trip.end, line)
        self.tally.trips += 1
        if request.crew is not None:
            request.crew.act(trip.end, rider, driver)
            if request.gain == "fare":
                request.crew.took(trip.end, event, fare, rider, driver)
        if incentive is not None and tainted and driver.crew is not None and request.gain != "fare":
            driver.crew.took(trip.end, event, incentive, driver, rider)
        if card is not None:
            self._disown(trip, fare, card, dice)
        if city.config.gps:
            self._track(trip, dice)

    def _fare(self, trip: _Trip, dice: Dice) -> int:
        base, per_km, per_minute = _FARES[trip.driver.shift.vehicle]
        rush = self._city.calendar.hour_of(trip.begin) in RUSH_HOURS and dice.chance(0.4)
        surge = 1.0 + (dice.random() * 0.5 if rush else 0.0) + (0.3 if trip.request.at_peak else 0.0)
        units = base + per_km * trip.km + per_minute * trip.seconds / 60
        return self._city.priors.amount(units * surge * self._city.priors.fare_level)

    def _disown(self, trip: _Trip, fare: int, card: str, dice: Dice) -> None:
        given = trip.request.chargeback
        if dice.chance(self._city.priors.chargebacks if given is None else given):
            ts = trip.end + int(dice.uniform(1, 18) * DAY_MS)
            named = trip.id if dice.chance(0.92) else None
            self._voices.chargeback(ts, trip.request.rider, fare, card, named)

    def _track(self, trip: _Trip, dice: Dice) -> None:
        ends, ruled = (trip.request.start, trip.request.end), trip.request.manner in {"fast", "same"}
        track = pings(self._city, trip.id, trip.driver.id, ends, (trip.begin, trip.end), ruled, dice)
        self.tally.pings += len(track)
        for ts, line in track:
            self._city.file(ts, line)

    def _cancel(self, request: Request, driver: Account, ts: int, device: str, dice: Dice) -> None:
        """One of the two thinks better of it; now and then the rider owes a fee."""
        by = "rider" if dice.chance(0.6) else "driver"
        owes = by == "rider" and dice.chance(0.25)
        fee = self._city.priors.amount(_CANCEL_FEES[driver.shift.vehicle]) if owes else None
        self._write_cancelled(request, driver, ts + dice.randint(1, 9) * MINUTE_MS, by, fee, device, dice)

    def _stand_up(self, request: Request, driver: Account, ts: int, device: str, dice: Dice) -> None:
        """The rider of a crew lets its driver wait, who is paid the fee."""
        end = ts + dice.randint(4, 11) * MINUTE_MS
        fee = self._city.priors.amount(_CANCEL_FEES[driver.shift.vehicle] * dice.uniform(0.8, 1.3))
        event = self._write_cancelled(request, driver, end, "rider", fee, device, dice)
        driver.busy_ms = request.rider.busy_ms = end
        if event is not None and request.crew is not None:
            request.crew.took(end, event, fee, request.rider, driver)

    def _write_cancelled(
        self, request: Request, driver: Account, ts: int, by: str, fee: int | None, device: str, dice: Dice
    ) -> str | None:
        """Write the cancellation, where the city writes them; return its event."""
        city, lost = self._city, self._city.priors.lost_device
        if not city.config.transfers:
            return None
        event = city.mint.event()
        line = lines.trip_cancelled(
            event,
            ts,
            city.mint.trip(),
            request.rider.id,
            driver.id,
            by,
            fee=fee,
            rider_device_id=None if dice.chance(lost) else device,
            driver_device_id=None if dice.chance(lost) else driver.phone(ts, dice),
        )
        return event if city.file(ts, line) else None
