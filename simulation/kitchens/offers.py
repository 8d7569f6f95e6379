"""What the platform gives: vouchers and campaigns to riders, quests and guarantees to drivers, bonuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from simulation.config import DAY_MS, CityConfig
from simulation.kitchens.calendar import HOUR_MS, Calendar
from simulation.mint import Mint
from simulation.streams import Dice

WELCOME_VOUCHERS = 3
"""How many welcome vouchers an account can take."""
WELCOME_DAYS = 18
"""For how many days after signing up they can be taken."""


NEWCOMER_MS = 10 * DAY_MS
"""Drivers who joined at most this long before the file are still new in it."""
REFERRED_MS = 20 * DAY_MS
"""Invitations of accounts that joined at most this long before the file are still to be paid."""
LAST_ORDER_MS = HOUR_MS
"""No order is placed later than this before the file's end."""


class Voucher(NamedTuple):
    """A promotion and what it is worth, in units of account."""

    promo: str
    worth: float


@dataclass(frozen=True, slots=True)
class Campaign:
    """A voucher for some services (``any``, ``food`` or ``ride``) for some time."""

    voucher: Voucher
    service: str
    begin_ms: int
    end_ms: int

    def covers(self, service: str) -> bool:
        """Whether an order of that service may use it."""
        return self.service in {"any", "food" if service == "food" else "ride"}


class Offers:
    """The platform's rules, the same for everybody, honest or not."""

    def __init__(self, config: CityConfig, calendar: Calendar, mint: Mint, dice: Dice) -> None:
        worth = (dice.uniform(1.8, 3.2), dice.uniform(1.2, 2.5), dice.uniform(0.8, 2.0))
        self.welcome = [Voucher(mint.promo(), each) for each in worth]
        self.invitation = Voucher(mint.promo(), dice.uniform(1.0, 3.0))
        self.cashback = Voucher(mint.promo(), dice.uniform(0.04, 0.09))
        """Paid on sends of the wallet; worth a share of what is sent."""
        self.quests = dict(
            zip(
                sorted(dice.sample(range(4, 16), 3)), sorted(dice.uniform(0.8, 5) for _ in "123"), strict=True
            )
        )
        """Bonus for the n-th trip of a day."""
        self.guarantee_trips, self.guarantee = dice.randint(12, 25), dice.uniform(8, 20)
        """A new driver is paid the guarantee with that many trips."""
        self.meal_bonus, self.meal_bonus_chance = dice.uniform(0.2, 0.6), dice.uniform(0.25, 0.6)
        self._by_day = self._campaigns(config, calendar, mint, dice)

    def _campaigns(
        self, config: CityConfig, calendar: Calendar, mint: Mint, dice: Dice
    ) -> dict[int, list[Campaign]]:
        found: list[Campaign] = []
        pace = dice.choice(((0, 0, 1), (0, 1, 1, 2), (1, 1, 2, 3)))
        for day in range(-3, config.days + 1):
            for _ in range(dice.choice(pace)):
                begin = calendar.at(day, dice.choice((0, 6, 10, 16)))
                length = int(dice.choice((0.5, 1, 3, 5, 7)) * DAY_MS)
                service = dice.choice(("food", "ride", "any"))
                voucher = Voucher(mint.promo(), dice.choice((0.6, 0.9, 1.2, 1.8, 2.5)))
                found.append(Campaign(voucher, service, begin, begin + length))
        days = range(-1, config.days + 2)
        bounds = {day: (calendar.at(day, 0), calendar.at(day, 24)) for day in days}
        return {
            day: [one for one in found if one.begin_ms < until and one.end_ms > begin]
            for day, (begin, until) in bounds.items()
        }

    def of_day(self, day: int) -> list[Campaign]:
        """Return the campaigns that run at some time of that local day."""
        return self._by_day.get(day, [])

    def campaigns(self, day: int, ts: int) -> list[Campaign]:
        """Return the campaigns that run at that instant of that local day."""
        return [one for one in self.of_day(day) if one.begin_ms <= ts < one.end_ms]

    def code(self, mint: Mint, low: float, high: float, dice: Dice) -> Voucher:
        """Return a voucher that goes to a few people only, worth between the two."""
        return Voucher(mint.promo(), dice.uniform(low, high))
