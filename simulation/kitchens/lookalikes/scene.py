"""What honest groups of all sorts do: find people, have newcomers, order, and send each other money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.city import City, NobodyLeft
from simulation.kitchens.ground import Ground, Spot
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account
from simulation.kitchens.voices import Voices
from simulation.streams import Dice

_CROWD_PART = 0.04
"""No crowd is more than that part of the riders, unless it is small anyway."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The city as one group finds it, with the group's own stream of chance."""

    city: City
    voices: Voices
    dice: Dice

    @property
    def ground(self) -> Ground:
        """The city's ground."""
        return self.city.ground

    def riders(
        self, count: int, fit: Callable[[Account], bool] | None = None, *, newer: bool = False
    ) -> list[Account]:
        """Return riders without a story, older than the file unless ``newer`` ones will do as well."""

        def fits(account: Account) -> bool:
            return (newer or self.city.is_settled(account)) and (fit is None or fit(account))

        return self.city.take(count, self.dice, fit=fits)

    def rider(self, fit: Callable[[Account], bool] | None = None) -> Account:
        """Return one such rider; raises ``NobodyLeft``."""
        found = self.riders(1, fit)
        if not found:
            raise NobodyLeft
        return found[0]

    def drivers(self, count: int) -> list[Account]:
        """Return up to so many drivers without a story, older than the file; raises ``NobodyLeft``."""
        found = self.city.take(count, self.dice, drives=True, fit=self.city.is_settled)
        if not found:
            raise NobodyLeft
        return found

    def crowd(self, low: int, high: int) -> int:
        """Return the size of a crowd, between the two where the city is large enough."""
        most = max(8, round(_CROWD_PART * self.city.config.riders))
        return self.dice.randint(min(low, most), min(high, most))

    def newcomer(
        self,
        ts: int | None = None,
        *,
        drives: bool = False,
        home: Spot | None = None,
        device: str | None = None,
        ip: str | None = None,
        wifi: str | None = None,
        referrer: Account | None = None,
        life: str | None = None,
        thrift: float | None = None,
        pace: tuple[float, float] | None = None,
    ) -> Account:
        """Return somebody made to measure; without ``ts``, three in five are older than the file.

        ``pace`` bounds how often the account orders, in parts of the city's mean. Raises ``NobodyLeft``.
        """
        city, dice = self.city, self.dice
        account = city.take_one(dice, drives=drives)
        if ts is None and dice.chance(0.6):
            account.join(city.config.start_ms - int(dice.uniform(1, 500) * DAY_MS))
            account.told = dice.chance(city.priors.older_told)
        else:
            account.join(city.early(self.hours(8, 22) if ts is None else ts))
        account.phones = [(0, device or account.phones[0][1])]
        account.signup_ip, account.referrer = ip, referrer
        account.home, account.wifi = home or account.home, wifi or account.wifi
        account.life = life or account.life
        account.thrift = account.thrift if thrift is None else thrift
        if not drives:
            factor = min(3.0, dice.lognormvariate(-0.9, 0.7)) if pace is None else dice.uniform(*pace)
            account.rate = city.config.trips_per_rider_day * factor
        return account

    def hours(self, low: float, high: float) -> int:
        """Return an instant on any day of the file, between two local hours."""
        return self.city.hours(low, high, self.dice)

    def day(self, part: float = 1.0) -> int:
        """Return any day in that part of the file."""
        return self.dice.randrange(max(1, int(self.city.config.days * part)))

    def at(self, day: float, hour: float) -> int:
        """Return the instant of that local hour of that day of the file."""
        return self.city.calendar.at(day, hour)

    def workdays(self) -> list[int]:
        """Return the days of the file on which offices and schools are open."""
        return [day for day in range(self.city.config.days) if self.city.calendar.is_workday(day)]

    def weeks(self) -> range:
        """Return the first day of each week of the file."""
        return range(0, self.city.config.days, 7)

    def order(self, ts: int, rider: Account, service: str, start: Spot, end: Spot) -> Order:
        """Decide on an order; return it for the caller to shape further."""
        order = Order(ts=ts, rider=rider, service=service, start=start, end=end)
        self.city.place(order)
        return order

    def meal(self, ts: int, rider: Account, door: Spot) -> Order:
        """Decide on a meal from a kitchen near the door; return it for the caller to shape further."""
        return self.order(ts, rider, "food", self.ground.kitchen_near(door, self.dice), door)

    def send(self, ts: int, payer: Account, payee: Account, units: float) -> None:
        """Let one pay another by wallet."""
        self.voices.transfer(ts, payer, payee, units, self.dice)

    def chat(self, people: list[Account], times: int, low: float, high: float) -> None:
        """Let people pay each other so many times, whoever to whomever."""
        for _ in range(times):
            payer, payee = self.dice.choice(people), self.dice.choice(people)
            self.send(self.hours(8, 23), payer, payee, self.dice.uniform(low, high))

    def store_card(self, account: Account, card: str, within_h: float, device: str | None = None) -> None:
        """Let the account store a card soon after the file or the account began, and pay with it."""
        begin = max(account.joined_ms, self.city.config.start_ms)
        account.pays_by_card = True
        self.voices.card(
            begin + int(self.dice.uniform(0.2, within_h) * HOUR_MS), account, card, device=device
        )
