"""Rides as they happen: from the wish to the events of the trip."""

from __future__ import annotations

from simulation import lines
from simulation.accounts import Account
from simulation.agenda import NewPhone, Ride, Take, Track
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.demand import Demand
from simulation.dispatch import Dispatch
from simulation.fares import Tariff
from simulation.geography import Point, straight_km
from simulation.outbox import Outbox
from simulation.routes import Routes
from simulation.summary import Tally
from simulation.town import Town

_MOST_PINGS = 20_000


class Driving:
    """Turns rides into events. Cost: about 25 us a trip and 2 us a ping."""

    def __init__(self, town: Town, demand: Demand, outbox: Outbox) -> None:
        self._town = town
        self._demand = demand
        self._outbox = outbox
        self._tariff = Tariff(town.habits, town.clock)
        self._routes = Routes(town.habits, town.land, town.streams.numbers("routes"))
        self._dice = town.streams.dice("driving")
        self._ordinary = Ride(ts=0, rider=0)
        self.dispatch = Dispatch(town.accounts, town.land, town.clock, town.streams.dice("dispatch"))
        self.tally = Tally()

    def wish(self, ts: int, number: int) -> None:
        """Let a rider who wants a car at ``ts`` have an ordinary trip, if the rider and a driver are free."""
        rider = self._town.accounts[number]
        if rider.hand.busy_until_ms > ts:
            self.tally.unserved += 1
            return
        pickup, dropoff = self._demand.way(ts, rider, self._dice)
        driver = self._dispatch(ts, pickup, rider)
        if driver is not None:
            self._drive(ts, rider, driver, pickup, dropoff, self._ordinary)

    def ride(self, ride: Ride) -> None:
        """Let a scripted ride happen, later than planned when one of the two is still busy."""
        dice, ts = self._dice, ride.ts
        rider = self._town.accounts[ride.rider]
        if ride.device is None and rider.hand.busy_until_ms > ts:
            if not ride.patient:
                return
            ts = rider.hand.busy_until_ms + int(dice.uniform(30_000, 600_000))
        way = self._demand.way(ts, rider, dice)
        pickup, dropoff = ride.pickup or way[0], ride.dropoff or way[1]
        driver = None if ride.driver is None else self._town.accounts[ride.driver]
        if driver is None:
            driver = self._dispatch(ts, pickup, rider)
        if driver is None and ride.ring is not None:
            driver = self.dispatch.insist(ts)
        if driver is not None:
            if driver.hand.busy_until_ms > ts:
                ts = driver.hand.busy_until_ms + int(dice.uniform(30_000, 600_000))
            if ts - ride.ts > (6 if ride.patient else 1) * HOUR_MS:
                driver = None
        if driver is not None:
            self._drive(ts, rider, driver, pickup, dropoff, ride)

    def change_phone(self, action: NewPhone) -> None:
        """Move an account to another device and log it in there."""
        account = self._town.accounts[action.account]
        account.device = action.device
        line = lines.account_login(
            self._town.mint.event(),
            action.ts,
            account.id,
            action.device,
            ip=self._town.ip_of(account, self._dice),
            place=None,
        )
        self._outbox.put(action.ts, line)

    def _dispatch(self, ts: int, pickup: Point, rider: Account) -> Account | None:
        driver = self.dispatch.match(ts, pickup, rider)
        if driver is None:
            self.tally.unserved += 1
        return driver

    def _drive(
        self, ts: int, rider: Account, driver: Account, pickup: Point, dropoff: Point, ride: Ride
    ) -> None:
        town, dice, habits = self._town, self._dice, self._town.habits
        random = dice.random
        shape = int(random() * len(self._routes.ratios))
        distance_km = max(0.25, straight_km(pickup, dropoff) * self._routes.ratios[shape]) * ride.claim_factor
        speed = town.clock.speed(ts) * dice.lognormvariate(0.0, 0.18)
        duration_s = max(15.0, (distance_km / ride.claim_factor / speed * 3_600 + 45) / ride.speed_factor)
        begin = ts + int(60_000 + 420_000 * random())
        end = begin + int(duration_s * 1_000)
        fare = round(self._tariff.fare(ts, distance_km, duration_s, dice) * ride.fare_factor, 2)
        self._log_in(ts, rider, pickup, ride)
        for person in (driver,) if ride.device is not None else (rider, driver):
            person.hand.place, person.hand.place_ms, person.hand.busy_until_ms = dropoff, end, end
        trip_id = town.mint.trip()
        promo_id = self._redeem(ts, rider, trip_id)
        card = ride.card
        if card is None and rider.cards and random() >= rider.cash_share:
            card = rider.cards[0] if random() < 0.8 else dice.choice(rider.cards)
        incentive = ride.incentive
        if incentive is None and random() < habits.incentive_rate:
            incentive = round(habits.incentive_amount * (0.5 + random()), 2)
        event_id = town.mint.event()
        line = lines.trip_completed(
            event_id,
            end,
            trip_id,
            rider.id,
            driver.id,
            fare,
            distance_km=None if random() < habits.missing_distance else round(distance_km, 2),
            duration_s=None if random() < habits.missing_distance else round(duration_s),
            rider_device_id=None if random() < habits.missing_trip_device else self._device(rider, ride),
            driver_device_id=None if random() < habits.missing_trip_device else self._device(driver, None),
            card_id=None if random() < habits.missing_card else card,
            pickup=None if random() < habits.missing_place else town.land.degrees(pickup),
            dropoff=None if random() < habits.missing_place else town.land.degrees(dropoff),
            promo_id=promo_id,
            incentive=incentive or None,
        )
        self.tally.trips += 1
        if town.config.gps:
            self._pings(begin, end, trip_id, driver, shape, pickup, dropoff, ride.track)
        if self._outbox.put(end, line):
            self._account_for(end, event_id, fare, incentive or 0.0, rider, driver, ride)
            self._maybe_disowned(end, rider, trip_id, fare, card, ride)

    def _device(self, account: Account, ride: Ride | None) -> str:
        if ride is not None and ride.device is not None:
            return ride.device
        if account.other_devices and self._dice.random() < account.other_share:
            return self._dice.choice(account.other_devices)
        return account.device

    def _log_in(self, ts: int, rider: Account, pickup: Point, ride: Ride) -> None:
        if self._dice.random() < self._town.habits.login_rate:
            town = self._town
            place = town.land.degrees(pickup) if self._dice.random() < 0.2 else None
            when = ts + int(self._dice.random() * 50_000)
            line = lines.account_login(
                town.mint.event(),
                when,
                rider.id,
                self._device(rider, ride),
                ip=ride.ip or town.ip_of(rider, self._dice),
                place=place,
            )
            self._outbox.put(when, line)

    def _redeem(self, ts: int, rider: Account, trip_id: str) -> str | None:
        promo, ring = rider.voucher, rider.voucher_for
        rider.voucher = rider.voucher_for = None
        if promo is None:
            for index, (campaign, amount, begin, last) in enumerate(self._town.campaigns):
                unused = begin <= ts < last and not rider.campaigns_used & (1 << index)
                if unused and self._dice.random() < self._town.habits.campaign_uptake:
                    rider.campaigns_used |= 1 << index
                    promo = (campaign, amount)
                    break
        if promo is None:
            return None
        device = None if self._dice.random() < self._town.habits.missing_promo_device else rider.device
        event_id = self._town.mint.event()
        line = lines.promo_redeemed(
            event_id,
            ts + 50_000,
            rider.id,
            promo[0],
            promo[1],
            device_id=device,
            trip_id=trip_id,
        )
        if self._outbox.put(ts + 50_000, line) and ring is not None:
            ring.took(ts + 50_000, event_id, promo[1])
        return promo[0]

    def _pings(
        self,
        begin: int,
        end: int,
        trip_id: str,
        driver: Account,
        shape: int,
        pickup: Point,
        dropoff: Point,
        track: Track,
    ) -> None:
        dice = self._dice
        if track is Track.ROAD and dice.random() < 0.003:
            track = Track.STILL
        count = int((end - begin) / (self._town.config.ping_interval_s * 1_000)) + 1
        count = max(2, min(count, _MOST_PINGS))
        latitudes, longitudes = self._routes.trace(
            shape, pickup, dropoff, count, track, int(dice.random() * 60_000)
        )
        step = (end - 1 - begin) / (count - 1)
        moments = [begin + int(at * step) for at in range(count)]
        if dice.random() < 0.06:
            lost = 1 + int(dice.random() * (count - 1))
            gap = slice(lost, lost + 4)
            del latitudes[gap], longitudes[gap], moments[gap]
        pings = lines.gps_pings(
            self._town.mint.events(len(moments)), moments, trip_id, driver.id, latitudes, longitudes
        )
        if end > self._town.config.end_ms:
            pings = [ping for ping in pings if ping[0] < self._town.config.end_ms]
        self._outbox.put_all(pings)
        self.tally.pings += len(pings)

    def _account_for(
        self,
        ts: int,
        event_id: str,
        fare: float,
        incentive: float,
        rider: Account,
        driver: Account,
        ride: Ride,
    ) -> None:
        if ride.ring is not None and ride.take is not Take.NOTHING:
            by_incentive = ride.take is Take.INCENTIVE and incentive > 0
            ride.ring.took(ts, event_id, incentive if by_incentive else fare)
            return
        for account in (rider, driver):
            if account.tithe is not None:
                ring, share = account.tithe
                ring.took(ts, event_id, fare * share)
                return

    def _maybe_disowned(
        self, ts: int, rider: Account, trip_id: str, fare: float, card: str | None, ride: Ride
    ) -> None:
        dice, town = self._dice, self._town
        chance = ride.chargeback_chance or town.habits.chargeback_rate
        if card is None or dice.random() >= chance:
            return
        when = ts + HOUR_MS + int(dice.expovariate(1.0 / ride.chargeback_days) * DAY_MS)
        line = lines.chargeback(
            town.mint.event(),
            when,
            rider.id,
            fare,
            card_id=card,
            trip_id=None if dice.random() < 0.3 else trip_id,
        )
        self._outbox.put(when, line)
