"""An order from its placing to its last line: who serves it, what is written, what comes of it."""

from __future__ import annotations

from typing import Final

from simulation import lines
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS, SECOND_MS, speed_kmh
from simulation.kitchens.city import City
from simulation.kitchens.dispatch import Dispatch
from simulation.kitchens.fares import Incentives, fare
from simulation.kitchens.offers import LAST_ORDER_MS, REFERRED_MS
from simulation.kitchens.orders import Dispute, Order
from simulation.kitchens.people import Account, Taking
from simulation.kitchens.tracks import pings
from simulation.kitchens.voices import Voices
from simulation.kitchens.vouchers import choose_voucher
from simulation.outbox import Outbox
from simulation.streams import Dice
from simulation.summary import Tally

_SESSION_MS: Final = 10 * HOUR_MS
"""Who was logged in so lately does not log in again."""
_SHORTEST_S: Final = 45.0
_MOST_TRIES: Final = 2


class Deliveries:
    """Serves orders one after another, in order of time. Cost: 60 us an order."""

    def __init__(self, city: City, voices: Voices, outbox: Outbox) -> None:
        self._city, self._voices, self._outbox = city, voices, outbox
        self._dispatch, self._incentives = Dispatch(city), Incentives(city)
        self._seen_today: set[int] = set()
        self.tally = Tally()

    def begin_day(self, day: int) -> None:
        """Begin a local day: shifts, quests, first logins."""
        self._dispatch.begin_day(day)
        self._incentives.begin_day()
        self._seen_today.clear()

    def serve(self, order: Order, dice: Dice) -> None:
        """Let the order be served, be cancelled, or find nobody."""
        city, rider = self._city, order.rider
        if order.ts <= rider.joined_ms + MINUTE_MS or (order.ts < rider.busy_ms and not order.insists):
            return
        found = self._dispatch.find(order, dice)
        if found is None or found[1] >= city.config.end_ms - LAST_ORDER_MS // 2:
            self.tally.unserved += 1
            self._try_tomorrow(order)
            return
        driver, ts = found
        device, driver_device = order.device or rider.phone(ts, dice), driver.phone(ts, dice)
        self._log_in(order, driver, ts, (device, driver_device), dice)
        named = order.driver is not None
        chance = order.cancel_chance if named else city.priors.cancellations
        if order.cancel_fee is not None or dice.chance(chance):
            self._cancel(order, driver, ts, (device, driver_device), dice)
        else:
            self._complete(order, driver, ts, (device, driver_device), dice)

    def _try_tomorrow(self, order: Order) -> None:
        """Where nobody came, a crew tries again a day later, twice at most; ordinary people do not."""
        if order.crew is not None and order.tries < _MOST_TRIES:
            order.tries += 1
            order.ts += DAY_MS
            self._city.place(order)

    def _log_in(self, order: Order, driver: Account, ts: int, devices: tuple[str, str], dice: Dice) -> None:
        if order.quiet:
            return
        rider, priors = order.rider, self._city.priors
        if ts - rider.logged_in_ms > _SESSION_MS and dice.chance(priors.login_before_order):
            spot = order.start if order.service == "ride" else order.end
            before = ts - dice.randint(10, 400) * SECOND_MS
            self._voices.login(before, rider, dice, device=devices[0], spot=spot)
            rider.logged_in_ms = ts
        if driver.number not in self._seen_today:
            self._seen_today.add(driver.number)
            if dice.chance(0.55):
                before = ts - dice.randint(60, 1_100) * SECOND_MS
                self._voices.login(before, driver, dice, device=devices[1], spot=self._dispatch.spot(driver))

    def _cancel(self, order: Order, driver: Account, ts: int, devices: tuple[str, str], dice: Dice) -> None:
        city, rider, crew = self._city, order.rider, order.crew
        self._dispatch.occupy(driver, ts + 4 * MINUTE_MS, None)
        by, fee = order.cancel_by, order.cancel_fee
        if fee is None:
            by = "rider" if dice.chance(0.62) else "driver"
            fee = dice.choice((0.0, 0.0, 0.0, 0.0, 0.3, 0.5, 0.9)) if dice.chance(0.8) else None
        if not city.config.transfers:
            return
        ts += dice.randint(20, 500) * SECOND_MS
        event, paid = city.mint.event(), None if fee is None else city.money(fee) if fee else 0.0
        line = lines.trip_cancelled(
            event,
            ts,
            city.mint.trip(),
            rider.id,
            driver.id,
            by,
            fee=paid,
            rider_device_id=devices[0],
            driver_device_id=devices[1],
        )
        if self._outbox.put(ts, line) and crew is not None and paid and "fee" in order.gains:
            crew.took(Taking(ts, event, paid), rider, driver)

    def _complete(self, order: Order, driver: Account, ts: int, devices: tuple[str, str], dice: Dice) -> None:
        city, rider = self._city, order.rider
        hour = city.calendar.hour(ts)
        km = max(0.3, city.ground.km(order.start, order.end) * dice.uniform(1.2, 1.5))
        seconds = km / (speed_kmh(hour) * dice.uniform(0.8, 1.25)) * 3_600
        seconds += dice.uniform(300, 1_100) if order.service == "food" else dice.uniform(40, 240)
        seconds = max(_SHORTEST_S, seconds * order.pace)
        price = fare(order, km, hour, dice)
        begin = ts + dice.randint(60, 540) * SECOND_MS
        end = begin + int(seconds * 1_000)
        self._dispatch.occupy(
            driver, end + dice.randint(20, 200) * SECOND_MS, None if order.standing else order.end
        )
        rider.busy_ms = max(rider.busy_ms, end if order.service == "ride" else ts + 10 * MINUTE_MS)
        if end >= city.config.end_ms:
            return
        voucher, card = choose_voucher(city, order, ts, price, dice), self._card(order, ts, dice)
        if card is not None and dice.chance(city.priors.declines):
            self._voices.declined(ts - dice.randint(1, 20) * SECOND_MS, rider, card, price, device=devices[0])
        trip, event = city.mint.trip(), city.mint.event()
        given = None
        if voucher is not None:
            after = ts + dice.randint(1, 40) * SECOND_MS
            given = self._voices.promo(after, rider, voucher, dice, trip=trip, device=devices[0])
        earned = self._incentives.earn(driver, order.service, hour, dice)
        priors, paid = city.priors, city.money(price)
        incentive = city.money(earned) if earned else None
        placeless = dice.chance(priors.lost_place)
        line = lines.trip_completed(
            event,
            end,
            trip,
            rider.id,
            driver.id,
            paid,
            distance_km=round(km, 2),
            duration_s=int(seconds),
            rider_device_id=None if dice.chance(priors.lost_device) else devices[0],
            driver_device_id=None if dice.chance(priors.lost_device) else devices[1],
            card_id=card,
            pickup=None if placeless else city.ground.degrees(order.start),
            dropoff=None if placeless else city.ground.degrees(order.end),
            promo_id=None if voucher is None or dice.chance(priors.lost_promo) else voucher.promo,
            incentive=incentive,
        )
        self._outbox.put(end, line)
        self.tally.trips += 1
        if city.config.gps:
            track = pings(city, trip, driver, order, (begin, end), dice)
            self._outbox.put_all(track)
            self.tally.pings += len(track)
        self._gain(order, driver, given, Taking(end, event, paid), incentive)
        if driver.hold is not None:
            driver.hold.note(driver, Taking(end, event, paid), incentive or 0.0)
        if card is not None:
            self._dispute(order, end, paid, card, trip, dice)
        if order.handback is not None:
            later = end + int(dice.uniform(5, 900) * MINUTE_MS)
            self._voices.transfer(later, driver, rider, price * order.handback, dice)
        self._pay_inviter(rider, end, dice)

    @staticmethod
    def _gain(
        order: Order, driver: Account, given: Taking | None, paid: Taking, incentive: float | None
    ) -> None:
        """Note what a crew takes by the order."""
        crew, rider = order.crew, order.rider
        if crew is None:
            return
        crew.served(paid.ts, rider, driver)
        if "promo" in order.gains:
            crew.took(given, rider, driver)
        if "incentive" in order.gains and incentive:
            crew.took(paid._replace(money=incentive), rider, driver)
        if "fare" in order.gains:
            crew.took(paid, rider, driver)

    def _card(self, order: Order, ts: int, dice: Dice) -> str | None:
        if order.card is not None or order.cash:
            return order.card
        rider = order.rider
        if not rider.cards or not rider.pays_by_card or dice.chance(0.08):
            return None
        known = [card for since, card in rider.cards if since <= ts]
        return dice.choice(known) if known else None

    def _dispute(self, order: Order, end: int, paid: float, card: str, trip: str, dice: Dice) -> None:
        dispute = order.dispute or Dispute(
            chance=self._city.priors.chargebacks, first_days=2.0, last_days=20.0
        )
        if dice.chance(dispute.chance):
            later = end + int(dice.uniform(dispute.first_days, dispute.last_days) * DAY_MS)
            shown = trip if dice.chance(0.9) else None
            self._voices.chargeback(later, order.rider, paid, card, shown)

    def _pay_inviter(self, rider: Account, end: int, dice: Dice) -> None:
        """With the first trip of an invited account, its inviter is paid."""
        city, inviter = self._city, rider.referrer
        if inviter is None or rider.invitation_paid:
            return
        rider.invitation_paid = True
        if rider.joined_ms > city.config.start_ms - REFERRED_MS and dice.chance(0.92):
            later = end + dice.randint(1, 90) * MINUTE_MS
            paid = self._voices.promo(later, inviter, city.offers.invitation, dice)
            if rider.crew is not None and rider.crew is inviter.crew:
                rider.crew.took(paid, rider, inviter)
