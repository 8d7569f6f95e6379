"""A ride from the wish to its last line: who drives, what is written, and what comes of it."""

from __future__ import annotations

from simulation import lines
from simulation.boroughs.calendar import MINUTE_MS
from simulation.boroughs.city import City
from simulation.boroughs.meter import Meter
from simulation.boroughs.people import Account
from simulation.boroughs.ranks import Ranks
from simulation.boroughs.tracks import pings
from simulation.boroughs.voices import Voices
from simulation.boroughs.wishes import Ride
from simulation.config import DAY_MS
from simulation.outbox import Outbox
from simulation.streams import Dice
from simulation.summary import Tally


class Rides:
    """Serves rides one after another, in order of time. Cost: 40 us a ride."""

    def __init__(self, city: City, ranks: Ranks, outbox: Outbox) -> None:
        self._city, self._ranks, self._outbox = city, ranks, outbox
        self._meter = Meter(city)
        self._voices = Voices(city)
        self.tally = Tally()

    def serve(self, ride: Ride, dice: Dice) -> None:
        """Let the ride happen, be cancelled, or find no driver."""
        city = self._city
        found = self._ranks.find(ride, dice)
        if found is None:
            self.tally.unserved += 1
            return
        driver, begin = found
        if dice.chance(city.priors.cancellations):
            self._cancel(ride, driver, begin, dice)
            if not ride.settled:
                return
        self._decline(ride, dice)
        if dice.chance(city.priors.logins * 0.5):
            self._voices.login(ride.ts, ride.rider, dice, device=ride.device, net=ride.net)
        if dice.chance(city.priors.logins * 0.1):
            self._voices.login(begin, driver, dice)
        road = city.ground.road_km(ride.start, ride.end)
        km = max(0.15, road * dice.lognormvariate(0.03, 0.06) * ride.claim_factor)
        minutes = 1.5 + 60 * max(0.15, road) / city.calendar.speed(begin) * dice.lognormvariate(0, 0.12)
        minutes = max(0.5, min(150.0, minutes * ride.speed_factor))
        begin = min(
            begin + int(dice.uniform(0, 4) * MINUTE_MS), max(begin, city.config.end_ms - 155 * MINUTE_MS)
        )
        end = begin + int(minutes * MINUTE_MS)
        self._ranks.drove(driver, ride.rider, end, ride.end, dice)
        if end < city.config.end_ms:
            self._complete(ride, driver, begin, end, km, minutes, dice)

    def _complete(
        self, ride: Ride, driver: Account, begin: int, end: int, km: float, minutes: float, dice: Dice
    ) -> None:
        city, priors, rider = self._city, self._city.priors, ride.rider
        device = ride.device or (rider.second_phone if dice.chance(0.12) else None) or rider.phone(begin)
        card = ride.card
        if card is None and rider.cards and not dice.chance(rider.cash):
            card = rider.cards[0] if dice.chance(0.8) else dice.choice(rider.cards)
        fare = self._meter.fare(begin, ride, km, minutes, dice)
        incentive = self._meter.bonus(driver, begin, dice)
        if ride.incentive is not None:
            incentive = round(ride.incentive, 2)
        promo = ride.promo
        if promo is None and ride.crew is None and rider.voucher is not None:
            promo, rider.voucher = rider.voucher, None
        trip, event = city.mint.trip(), city.mint.event()
        placeless = dice.chance(priors.lost_place)
        line = lines.trip_completed(
            event,
            end,
            trip,
            rider.id,
            driver.id,
            fare,
            distance_km=None if dice.chance(priors.lost_distance) else round(km, 2),
            duration_s=None if dice.chance(priors.lost_distance) else round(minutes * 60),
            rider_device_id=None if dice.chance(priors.lost_device) else device,
            driver_device_id=None if dice.chance(priors.lost_device) else driver.phone(begin),
            card_id=None if dice.chance(priors.lost_card) else card,
            pickup=None if placeless else city.ground.degrees(ride.start),
            dropoff=None if placeless else city.ground.degrees(ride.end),
            promo_id=None if promo is None else promo[0],
            incentive=incentive,
        )
        self._outbox.put(end, line)
        self.tally.trips += 1
        if promo is not None:
            self._voices.promo(
                end + 1,
                rider,
                promo,
                dice,
                crew=ride.crew if ride.gain == "promo" else None,
                trip=trip,
                device=device,
            )
        if city.config.gps:
            track = pings(city, trip, driver.id, ride.start, ride.end, (begin, end), ride.track, dice)
            self._outbox.put_all(track)
            self.tally.pings += len(track)
        self._gain(ride, driver, end, event, fare, incentive)
        chance = ride.chargeback if ride.chargeback is not None else priors.chargebacks
        if card is not None and dice.chance(chance):
            later = end + int(dice.log_uniform(0.3, 40.0) * DAY_MS)
            self._voices.chargeback(later, rider, fare, card, None if dice.chance(0.2) else trip)
        for after in city.after_trips:
            after(rider, driver, end, fare, dice)

    def _gain(
        self, ride: Ride, driver: Account, end: int, event: str, fare: float, incentive: float | None
    ) -> None:
        crew = ride.crew
        if crew is None or ride.gain in {"", "promo"}:
            return
        money = {"fare": fare, "bonus": incentive or fare, "tenth": max(0.01, 0.1 * fare)}[ride.gain]
        acting = [each for each in (ride.rider, driver) if each.crew is crew]
        crew.took(end, event, money, *acting)

    def _cancel(self, ride: Ride, driver: Account, ts: int, dice: Dice) -> None:
        city = self._city
        if not city.config.transfers:
            return
        ts += int(dice.uniform(0.2, 6) * MINUTE_MS)
        line = lines.trip_cancelled(
            city.mint.event(),
            ts,
            city.mint.trip(),
            ride.rider.id,
            driver.id,
            "rider" if dice.chance(0.65) else "driver",
            fee=round(city.priors.price * dice.uniform(0.1, 0.5), 2) if dice.chance(0.3) else None,
            rider_device_id=None if dice.chance(city.priors.lost_device) else ride.rider.phone(ts),
            driver_device_id=None if dice.chance(city.priors.lost_device) else driver.phone(ts),
        )
        self._outbox.put(ts, line)

    def _decline(self, ride: Ride, dice: Dice) -> None:
        """Cards that are refused before one is taken: now and then an honest one, most of a thief's."""
        city, rider = self._city, ride.rider
        if not city.config.transfers:
            return
        tries = ride.taps_declined
        if not tries and rider.cards and dice.chance(city.priors.declines):
            tries = 1 + dice.chance(0.2)
        for number in range(tries):
            ts = ride.ts + (1 + number) * int(dice.uniform(3, 40) * 1000)
            amount = round(city.priors.price * dice.uniform(0.8, 5.0), 2)
            card = city.mint.card() if ride.taps_declined else dice.choice(rider.cards)
            device = None if dice.chance(city.priors.lost_device) else ride.device or rider.phone(ts)
            line = lines.payment_declined(
                city.mint.event(), ts, rider.id, card, amount, device_id=device, trip_id=None
            )
            self._outbox.put(ts, line)
