"""Crews that know how rings are found and choose what to spend; each trade is a function that tells one crew.

A crew buys phones, cards, addresses and payout accounts and lets so many accounts share one; it may make its
accounts slowly, and buy honest rides for them in the city. What it takes is told as events; what it bought is
counted beside them, so that nothing has to be guessed from the stream.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.groups.city import City, ordinary_ride
from benchmarks.groups.stream import HOUR, MINUTE, Stream
from graph.model.events import TripCompleted
from graph.model.vocabulary import Role

OPENS: Final = 4.0
"""The day on which a crew makes its first account."""
BUSY_DAYS: Final = 12.0
"""For so long after it is made an account rides."""
FAKE_RIDES: Final = 6
STOLEN_RIDES: Final = 4


@dataclass(frozen=True, slots=True)
class Spending:
    """How many accounts share a phone, a card, an address, a payout account; 0: the crew does without any.

    Payout accounts are for drivers. ``gap_hours`` lie between the making of two accounts, on average; each
    account buys ``honest_rides``; ``drivers`` are the crew's own, where the trade needs some.
    """

    to_a_phone: int
    to_a_card: int = 0
    to_an_address: int = 0
    to_a_payout: int = 0
    gap_hours: float = 0.5
    honest_rides: int = 0
    drivers: int = 0


class Crew:
    """One crew in a city, told into ``stream`` as its trade makes it act.

    ``accounts`` are all it made; ``takings`` hold (account, epoch ms, money) for each event that takes money,
    and ``bought`` how much of each thing it bought, by name.
    """

    def __init__(self, stream: Stream, draw: random.Random, city: City, spend: Spending) -> None:
        self.stream, self.draw, self.city, self.spend = stream, draw, city, spend
        self.accounts: list[str] = []
        self.takings: list[tuple[str, int, float]] = []
        self.bought: defaultdict[str, float] = defaultdict(float)
        self._phones: dict[str, str] = {}
        self._things: set[str] = set()

    def days(self, size: int) -> list[float]:
        """The days on which so many accounts are made."""
        days = [OPENS]
        while len(days) < size:
            days.append(days[-1] + self.spend.gap_hours * HOUR * self.draw.uniform(0.5, 1.5))
        return days

    def makes(
        self, name: str, made: float, role: Role, card: str = "card", referrer: str | None = None
    ) -> str | None:
        """An account with what the crew lets it share, and its honest rides; gives its card."""
        number, spend = len(self.accounts), self.spend
        phone = self._share("phone", spend.to_a_phone, number)
        assert phone is not None
        paid_with = self._share(card, spend.to_a_card, number)
        self.stream.signs_up(
            name, made, phone, self._share("address", spend.to_an_address, number), role, referrer
        )
        if paid_with is not None:
            self.stream.adds_card(name, made + 5 * MINUTE, paid_with, phone)
        bank = self._share("payout", spend.to_a_payout, number) if role is Role.DRIVER else None
        if bank is not None:
            self.stream.is_paid_to(name, made + 6 * MINUTE, bank)
        self.accounts.append(name)
        self._phones[name] = phone
        self.bought["day waited"] += made - OPENS
        for day in self.spread(made, spend.honest_rides):
            self.rides_honestly(name, day, role, paid_with)
        return paid_with

    def takes(self, name: str, day: float, promo: str, amount: float) -> None:
        """An account takes a promotion on its phone."""
        self.stream.takes(name, day, promo, amount, self._phones[name])
        self.took(name, amount)

    def took(self, name: str, amount: float) -> None:
        """The event told last took money for an account."""
        self.takings.append((name, self.stream.events[-1].ts, amount))

    def rides_honestly(self, name: str, day: float, role: Role, card: str | None = None) -> None:
        """A ride with anybody of the city: one that a rider pays for, or one that a driver has to drive."""
        if role is Role.DRIVER:
            rider = self.city.any_rider(self.draw, day)
            more = {"rider_device_id": f"{rider} phone", "card_id": f"{rider} card"}
            self._rides(rider, name, day, driver_device_id=self._phones[name], **more)
            self.bought["driven ride"] += 1
        else:
            driver = self.draw.choice(self.city.drivers)
            self._rides(name, driver, day, rider_device_id=self._phones[name], card_id=card)
            self.bought["honest ride"] += 1

    def rides_inside(self, rider: str, driver: str, day: float, **more: Any) -> float:
        """A ride between two of the crew, at the usual price; gives the fare."""
        devices = {"rider_device_id": self._phones[rider], "driver_device_id": self._phones[driver]}
        trip = self._rides(rider, driver, day, **devices, **more)
        self.bought["inside ride"] += 1
        return trip.fare

    def spread(self, since: float, number: int) -> list[float]:
        """So many moments in the busy days of an account, before the city ends."""
        until = min(since + BUSY_DAYS, self.city.days - 0.5)
        return sorted(self.draw.uniform(since + 3 * HOUR, until) for _ in range(number))

    def _rides(self, rider: str, driver: str, day: float, **more: Any) -> TripCompleted:
        ordinary_ride(self.stream, self.draw, rider, driver, day, None, **more)
        trip = self.stream.events[-1]
        assert isinstance(trip, TripCompleted)
        return trip

    def _share(self, thing: str, to: int, number: int) -> str | None:
        """The thing that an account shares with ``to - 1`` others; bought with the first who uses it."""
        if to == 0:
            return None
        shared = f"crew {thing} {number // to}"
        if shared not in self._things:
            self._things.add(shared)
            self.bought[thing] += 1
        return shared


Trade = Callable[[Crew, int], None]


def promo_farm(crew: Crew, size: int) -> None:
    """Fresh riders who take the welcome within the hour and ride once."""
    for n, made in enumerate(crew.days(size)):
        crew.makes(f"crew rider {n}", made, Role.RIDER)
        crew.takes(f"crew rider {n}", made + crew.draw.uniform(10, 60) * MINUTE, "welcome", 10.0)


def referral_chain(crew: Crew, size: int) -> None:
    """Fresh riders, each referred by the one before, who take the welcome and the bonus for the friend."""
    for n, made in enumerate(crew.days(size)):
        before = f"crew rider {n - 1}" if n else None
        crew.makes(f"crew rider {n}", made, Role.RIDER, referrer=before)
        crew.takes(f"crew rider {n}", made + crew.draw.uniform(10, 60) * MINUTE, "welcome", 10.0)
        if before is not None:
            crew.takes(before, made + crew.draw.uniform(61, 120) * MINUTE, "friend", 5.0)


def sign_on(crew: Crew, size: int) -> None:
    """Fresh drivers who take the bonus for signing on after one ride."""
    for n, made in enumerate(crew.days(size)):
        name = f"crew driver {n}"
        crew.makes(name, made, Role.DRIVER)
        crew.rides_honestly(name, made + crew.draw.uniform(2, 5) * HOUR, Role.DRIVER)
        crew.takes(name, made + crew.draw.uniform(6, 24) * HOUR, "sign on", 30.0)


def fake_rides(crew: Crew, size: int) -> None:
    """Riders who ride with the crew's drivers, for the incentive that the drivers get on every trip."""
    drivers, riders = _drivers(crew), crew.days(size - crew.spend.drivers)
    for n, made in enumerate(riders):
        card = crew.makes(f"crew rider {n}", made, Role.RIDER)
        for day in crew.spread(made, FAKE_RIDES):
            driver = crew.draw.choice(drivers)
            crew.rides_inside(f"crew rider {n}", driver, day, incentive=4.0, card_id=card)
            crew.took(driver, 4.0)


def stolen_cards(crew: Crew, size: int) -> None:
    """Riders who pay the crew's drivers with stolen cards; the fares are disowned within eight days."""
    drivers, riders = _drivers(crew), crew.days(size - crew.spend.drivers)
    for n, made in enumerate(riders):
        name = f"crew rider {n}"
        card = crew.makes(name, made, Role.RIDER, card="stolen card")
        for day in crew.spread(made, STOLEN_RIDES):
            driver = crew.draw.choice(drivers)
            fare = crew.rides_inside(name, driver, day, card_id=card)
            crew.took(driver, fare)
            crew.stream.disowns(name, min(day + crew.draw.uniform(5, 8), crew.city.days), card, fare)


TRADES: Final[tuple[Trade, ...]] = (promo_farm, referral_chain, sign_on, fake_rides, stolen_cards)


def _drivers(crew: Crew) -> list[str]:
    """The crew's drivers, made up to two days before the rest."""
    names = [f"crew driver {n}" for n in range(crew.spend.drivers)]
    for name in names:
        crew.makes(name, OPENS - crew.draw.uniform(1, 2), Role.DRIVER)
    return names
