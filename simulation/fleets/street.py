"""What becomes of a wish: a driver is found, it is cancelled or declined, or a trip is made and paid."""

from __future__ import annotations

from typing import Final

from simulation import lines
from simulation.fleets.addresses import address
from simulation.fleets.aftermath import Aftermath
from simulation.fleets.calendar import HOUR_MS, MINUTE_MS, SECOND_MS
from simulation.fleets.city import City
from simulation.fleets.discounts import Discounts
from simulation.fleets.duty import Duty
from simulation.fleets.ground import km
from simulation.fleets.meter import Course, course, incentive
from simulation.fleets.people import Account
from simulation.fleets.tracks import pings
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import USUAL, Wish
from simulation.outbox import Outbox
from simulation.streams import Dice
from simulation.summary import Tally

EARLIEST_LINE_MS: Final = 6 * MINUTE_MS
"""No line of a wish is earlier than so long before it."""
_RIDER_TRIES, _DRIVER_TRIES = 6, 8
_BY_RIDER: Final = 0.66
_FEES: Final = (3.0, 4.0, 5.0, 5.0, 6.0, 6.25, 8.0)
_FEE_CHANCE: Final = {"rider": 0.25, "driver": 0.15}
_ORDERS_AGAIN: Final = 0.55
_USES_ANOTHER_CARD, _PAYS_WITHOUT_CARD = 0.07, 0.05


class Street:
    """Serves wishes one by one; trips go to the outbox, what follows from them is filed."""

    def __init__(self, city: City, voices: Voices, duty: Duty, outbox: Outbox) -> None:
        self._city = city
        self._voices = voices
        self._duty = duty
        self._outbox = outbox
        self._discounts = Discounts(city, voices)
        self._aftermath = Aftermath(city, voices)
        self.tally = Tally()

    def begin_day(self, day: int) -> None:
        """Learn the campaigns of the day."""
        self._discounts.begin_day(day)

    def serve(self, wish: Wish, dice: Dice) -> Wish | None:
        """Serve a wish; return what is wanted later in its stead. Cost: 40 us, and 4 us a ping."""
        city, rider = self._city, wish.rider
        if rider.busy_ms > wish.ts and not wish.insists:
            return self._later(wish, rider.busy_ms, _RIDER_TRIES, (2, 25), dice) if wish.crew else None
        driver = wish.driver
        if driver is not None:
            if wish.ts < driver.joined_ms + HOUR_MS:
                return None
            if driver.busy_ms > wish.ts:
                return self._later(wish, driver.busy_ms, _DRIVER_TRIES, (1, 9), dice)
        else:
            driver = self._duty.nearest(wish.ts, wish.start, food=wish.food, dice=dice)
            if driver is None:
                self.tally.unserved += 1
                return None
        device = wish.device or rider.phone(wish.ts)
        self._log_in(wish, device, dice)
        card = self._card(wish, dice)
        leg = course(city.calendar, wish, km(wish.start, wish.end), city.priors.surge, dice)
        phone = driver.work_phone(wish.ts, city.calendar.day(wish.ts), dice)
        if dice.random() < (city.priors.cancellations if wish.cancels is None else wish.cancels):
            return self._cancel(wish, driver, (device, phone), card, dice)
        fare = city.money(leg.units)
        declines = city.priors.declines if wish.declines is None else wish.declines
        trip = city.mint.trip()
        if card is not None and dice.random() < declines:
            self._voices.declined(wish.ts, rider, card, fare, device=device, trip=trip)
            if wish.card == USUAL and len(rider.cards) > 1 and dice.random() < 0.6:
                card = dice.choice(rider.cards)
            elif dice.random() < wish.gives_up:
                return None
        self._ride(wish, driver, trip, (device, phone), card, leg, fare, dice)
        return None

    def _later(
        self, wish: Wish, free_ms: int, most: int, minutes: tuple[int, int], dice: Dice
    ) -> Wish | None:
        if wish.tries >= most:
            return None
        wish.tries += 1
        wish.ts = free_ms + int(dice.uniform(*minutes) * MINUTE_MS)
        return wish

    def _log_in(self, wish: Wish, device: str, dice: Dice) -> None:
        city, rider = self._city, wish.rider
        chance = city.priors.login_before_trip if wish.logs_in is None else wish.logs_in
        if dice.random() >= chance or wish.ts - EARLIEST_LINE_MS <= rider.joined_ms:
            return
        if wish.network is not None:
            ip = wish.network.address(city.mint, dice)
        else:
            ip = address(city, rider, wish.place, dice)
        where = wish.end if wish.food else wish.start
        spot = wish.seen_at or city.ground.around(where, 0.05, dice)
        shown = None if dice.random() < city.priors.lost_place else spot
        ts = wish.ts - int(dice.uniform(0.5, 5.0) * MINUTE_MS)
        self._voices.login(ts, rider, dice, device=device, ip=ip, spot=shown)

    def _card(self, wish: Wish, dice: Dice) -> str | None:
        if wish.card != USUAL:
            return wish.card
        rider = wish.rider
        if dice.random() < _PAYS_WITHOUT_CARD:
            return None
        if rider.cards and dice.random() < _USES_ANOTHER_CARD:
            return dice.choice(rider.cards)
        return rider.usual_card

    def _cancel(
        self, wish: Wish, driver: Account, phones: tuple[str, str], card: str | None, dice: Dice
    ) -> Wish | None:
        city, rider = self._city, wish.rider
        by = wish.cancelled_by or ("rider" if dice.random() < _BY_RIDER else "driver")
        ts = wish.ts + int(dice.uniform(1.0, 9.0) * MINUTE_MS)
        units = wish.fee
        if units is None and dice.random() < _FEE_CHANCE[by]:
            units = dice.choice(_FEES)
        driver.busy_ms = max(driver.busy_ms, ts + MINUTE_MS)
        rider.busy_ms = max(rider.busy_ms, ts)
        fee = None if units is None else city.money(units)
        if city.config.transfers:
            event, trip = city.mint.event(), city.mint.trip()
            line = lines.trip_cancelled(
                event,
                ts,
                trip,
                rider.id,
                driver.id,
                by,
                fee=fee,
                rider_device_id=phones[0],
                driver_device_id=phones[1],
            )
            if self._outbox.put(ts, line) and wish.crew is not None and fee and "fee" in wish.gains:
                wish.crew.took(ts, event, fee)
            if card is not None and fee and dice.random() < wish.fee_declined:
                self._voices.declined(ts + 2 * SECOND_MS, rider, card, fee, device=phones[0], trip=trip)
        if wish.fee is not None or dice.random() >= _ORDERS_AGAIN:
            return None
        wish.ts, wish.logs_in = ts + int(dice.uniform(1.0, 6.0) * MINUTE_MS), 0.05
        return wish

    def _ride(
        self,
        wish: Wish,
        driver: Account,
        trip: str,
        phones: tuple[str, str],
        card: str | None,
        leg: Course,
        fare: float,
        dice: Dice,
    ) -> None:
        city, rider, crew = self._city, wish.rider, wish.crew
        begin = wish.ts + int(dice.uniform(2.0, 11.0) * MINUTE_MS)
        end = begin + int(leg.seconds * SECOND_MS)
        promo = self._discounts.redeem(wish, trip, phones[0], fare, dice)
        units = incentive(city.calendar, driver, wish, dice)
        extra = city.money(units) if units else None
        event = city.mint.event()
        line = lines.trip_completed(
            event,
            end,
            trip,
            rider.id,
            driver.id,
            fare,
            distance_km=round(leg.km, 2),
            duration_s=float(int(leg.seconds)),
            rider_device_id=None if dice.random() < city.priors.lost_device else phones[0],
            driver_device_id=phones[1],
            card_id=card,
            pickup=city.ground.degrees(wish.start),
            dropoff=city.ground.degrees(wish.end),
            promo_id=promo,
            incentive=extra,
        )
        if self._outbox.put(end, line):
            self.tally.trips += 1
            if crew is not None:
                gain = (fare if "fare" in wish.gains else 0.0) + (extra or 0.0) * ("incentive" in wish.gains)
                crew.took(end, event, gain)
            if driver.crew is not None and driver.crew.keeps_incentives and "incentive" not in wish.gains:
                driver.crew.took(end, event, extra or 0.0)
        if city.config.gps:
            for ts, ping in pings(city, trip, driver, wish, (begin, end), dice):
                self.tally.pings += self._outbox.put(ts, ping)
        rider.busy_ms = max(rider.busy_ms, end)
        driver.busy_ms, driver.spot = end + int(dice.uniform(0.5, 5.0) * MINUTE_MS), wish.end
        rider.trips += 1
        driver.trips += 1
        self._aftermath.of_trip(wish, driver, trip, end, fare, card, discounted=promo is not None, dice=dice)
