"""What crews of all trades do: get accounts in hand, choose when to act, place orders, collect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.city import City
from simulation.kitchens.ground import Spot
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account, Crew
from simulation.kitchens.voices import Voices
from simulation.streams import Dice

_READY_MS: Final = 5 * MINUTE_MS
"""How long after it is in hand an account begins to act."""
_ARRIVAL_PART: Final = {"burst": 0.02, "drip": 0.65}
_DEN_SPREADS_KM: Final = (0.05, 0.5, 4.0)
_NUMBERS_FOR: Final = 6
"""One of the crew's own telephone numbers for so many accounts."""


@dataclass(slots=True)
class Operation:
    """One crew at work in its city, with its own stream of chance."""

    city: City
    voices: Voices
    crew: Crew
    dice: Dice

    @property
    def span_ms(self) -> int:
        """How long the crew is at work."""
        return self.crew.end_ms - self.crew.begin_ms

    def share(self, part: float) -> int:
        """Return the instant when that part of the crew's time is over."""
        return self.crew.begin_ms + int(part * self.span_ms)

    def phones_for(self, accounts: int, each: float | None = None) -> list[str]:
        """Buy as many phones as the crew is used to for that many accounts."""
        count = max(1, math.ceil(accounts / (each or self.crew.kit.accounts_per_phone)))
        self.crew.phones = [self.city.mint.device() for _ in range(count)]
        return self.crew.phones

    def ip(self) -> str | None:
        """Return an address of the crew's sort; None where that is left to the carrier."""
        if self.crew.ips:
            return self.dice.choice(self.crew.ips)
        return self.city.mint.ip() if self.crew.kit.network == "proxy" else None

    def muster(self) -> list[Account]:
        """Get every rider account in hand, at the crew's pace, on its phones; return them."""
        dice, crew, kit = self.dice, self.crew, self.crew.kit
        phones = self.phones_for(len(crew.riders))
        own = max(1, len(crew.riders) // _NUMBERS_FOR)
        numbers = [self.city.mint.phone() for _ in range(own)]
        mails = [self.city.mint.email() for _ in range(own)]
        waves = [dice.random() * 0.6 for _ in range(dice.randint(2, 4))]
        for place, account in enumerate(crew.riders):
            part = _ARRIVAL_PART.get(kit.pace)
            when = dice.random() * part if part is not None else dice.choice(waves) + dice.random() * 0.03
            self.enlist(account, self.share(when), phones[place % len(phones)])
            if dice.chance(kit.shared_number):
                account.phone_hash = dice.choice(numbers)
            if dice.chance(kit.shared_mail):
                account.email_hash = dice.choice(mails)
        return crew.riders

    def enlist(
        self,
        account: Account,
        ts: int,
        device: str,
        *,
        referrer: Account | None = None,
        bought: bool | None = None,
    ) -> None:
        """Get an account in hand at that instant: signed up then, or bought with its honest past."""
        dice, crew, ip = self.dice, self.crew, self.ip()
        ts = self.city.inside(ts)
        if dice.chance(crew.kit.bought) if bought is None else bought:
            self._buy(account, ts, device, ip)
        else:
            account.join(ts)
            account.phones, account.referrer, account.signup_ip = [(0, device)], referrer, ip
            account.home = self.city.ground.around(crew.den, dice.choice(_DEN_SPREADS_KM), dice)
            account.cards, account.pays_by_card, account.rate, account.shift = [], False, 0.0, None
        account.turned_ms = ts + _READY_MS
        account.common_ips, account.common_ip_share = crew.ips, dice.choice((0.5, 0.9, 1.0))
        if crew.kit.leak:
            account.common_phones, account.common_phone_share = crew.phones, crew.kit.leak
        if not account.drives and dice.chance(crew.kit.cover):
            account.cover_rate = self.city.config.trips_per_rider_day * dice.uniform(0.1, 0.75)
            account.home = self.city.ground.home(dice)
        crew.show(ts, account)

    def _buy(self, account: Account, ts: int, device: str, ip: str | None) -> None:
        city, dice = self.city, self.dice
        if account.joined_ms > ts - 5 * DAY_MS:
            account.join(city.config.start_ms - int(dice.uniform(5, 600) * DAY_MS))
            account.told = dice.chance(city.priors.older_told)
        account.change_phone(ts, (ts, device))
        account.rate *= dice.uniform(0.2, 1.0)
        if account.shift is not None and dice.chance(0.5):
            account.shift = None
        spot = city.ground.around(self.crew.den, 0.3, dice)
        self.voices.login(
            ts + dice.randint(1, 50) * MINUTE_MS, account, dice, device=device, ip=ip, spot=spot
        )

    def enrol(self, *, one_bank: float = 0.2, working: float = 0.7) -> list[Account]:
        """Draw the drivers in: mostly real people with phones of their own who also work."""
        city, dice, crew = self.city, self.dice, self.crew
        bank = city.mint.bank_account()
        for driver in crew.drivers:
            if dice.chance(0.7):
                if driver.joined_ms > crew.begin_ms - DAY_MS:
                    driver.join(city.config.start_ms - int(dice.uniform(3, 500) * DAY_MS))
            else:
                recently = crew.begin_ms - int(dice.uniform(0.1, 3) * DAY_MS)
                driver.join(max(city.config.start_ms - 9 * DAY_MS, recently))
            driver.turned_ms = crew.begin_ms
            if dice.chance(one_bank):
                driver.bank = bank
            if not dice.chance(working):
                driver.shift = None
            driver.home = city.ground.around(crew.den, 1.5, dice)
            driver.area = city.ground.around(crew.den, 2.0, dice)
        return crew.drivers

    def moment(self, account: Account, *, at_meals: bool = True) -> int | None:
        """Return an instant at which the account acts for the crew; None when its time is over."""
        dice, calendar = self.dice, self.city.calendar
        begin, end = max(account.turned_ms + 10 * MINUTE_MS, self.crew.begin_ms), self.crew.end_ms
        if account.turned_ms > end:
            begin = self.crew.begin_ms
        if begin >= end:
            return None
        day = calendar.day(begin + int(dice.random() * (end - begin)))
        hour = dice.uniform(0, 24)
        if at_meals:
            hour = dice.choice((dice.gauss(12, 1), dice.gauss(18.8, 1.2), dice.uniform(8, 23)))
        ts = calendar.at(day, hour)
        return ts if begin < ts < end else begin + int(dice.random() * (end - begin) * 0.5)

    def meal(self, rider: Account, ts: int, door: Spot, *gains: str, kitchen: Spot | None = None) -> Order:
        """Decide on a meal brought to a door, paid in cash; return it for the caller to shape further."""
        start = kitchen or self.city.ground.kitchen_near(door, self.dice)
        return self.city.crew_orders(self.crew, rider, ts, "food", (start, door), gains)

    def ride(self, rider: Account, ts: int, start: Spot, end: Spot, *gains: str) -> Order:
        """Decide on a ride, paid in cash; return it for the caller to shape further."""
        return self.city.crew_orders(self.crew, rider, ts, "ride", (start, end), gains)

    def collect(self, accounts: list[Account], ts: int, units: float) -> None:
        """Let these accounts pay the crew's mules by wallet about then, in the way the crew is used to."""
        dice, mules = self.dice, self.crew.mules
        if not mules:
            return
        for account in accounts:
            if account not in mules:
                later = ts + dice.randint(1, 2_000) * MINUTE_MS
                self.pay(later, account, dice.choice(mules), units * dice.uniform(0.5, 1.4))
        if len(mules) > 1 and dice.chance(0.5):
            later = ts + dice.randint(2_000, 4_000) * MINUTE_MS
            self.pay(later, dice.choice(mules[1:]), mules[0], units * len(accounts) * 0.5)

    def pay(self, ts: int, payer: Account, payee: Account, units: float) -> None:
        """Let a member pay another one."""
        if payee.turned_ms <= ts:
            sent = self.voices.transfer(ts, payer, payee, units, self.dice)
            if sent is not None:
                self.crew.show(ts, payer, payee)

    def enlist_mules(self) -> None:
        """Get the accounts in hand that will collect."""
        for mule in self.crew.mules:
            device = self.city.mint.device()
            if self.crew.phones and self.dice.chance(0.4):
                device = self.crew.phones[0]
            self.enlist(mule, self.crew.begin_ms, device, bought=self.dice.chance(0.5))

    def days(self) -> range:
        """Return the local days of the crew's time."""
        calendar = self.city.calendar
        return range(calendar.day(self.crew.begin_ms), calendar.day(self.crew.end_ms) + 1)

    def later(self, ts: int, low_h: float, high_h: float) -> int:
        """Return an instant some hours after ``ts``."""
        return ts + int(self.dice.uniform(low_h, high_h) * HOUR_MS)
