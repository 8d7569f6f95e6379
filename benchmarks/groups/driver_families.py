"""People for real trips: families of a driver and riders, and strangers who meet by chance.

Everybody signs up in the ``SETTLING_DAYS`` before the first trip, which is day 0, and has one phone to ride
or drive with. A family has one address and one card.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.groups.city import settles, signs_up_to_drive
from benchmarks.groups.real_trips import RealTrip
from benchmarks.groups.stream import HOUR, Stream
from graph.model.vocabulary import Role

SETTLING_DAYS: Final = 30.0
TRIPS_A_DRIVER: Final = 25
RIDERS_A_DRIVER: Final = 8
OUTSIDE_A_DRIVER: Final = 12
OUTSIDE_A_RIDER: Final = 2


@dataclass(frozen=True)
class Person:
    """Rides or drives with a phone; only riders pay, with a card."""

    account: str
    phone: str
    card: str | None = None


@dataclass(frozen=True)
class Family:
    """A driver and three or four riders; some of them also meet strangers."""

    driver: Person
    riders: tuple[Person, ...]
    meets_strangers: bool

    @property
    def accounts(self) -> frozenset[str]:
        """All of them."""
        return frozenset(each.account for each in (self.driver, *self.riders))


def closed_family(stream: Stream, draw: random.Random, name: str) -> Family:
    """Two phones for all of them, one of which is the driver's; they only ride with each other."""
    phones = (f"{name} phone 0", f"{name} phone 1")
    riders = range(draw.randint(3, 4))
    return _sign_up(stream, draw, name, phones[0], [phones[n % 2] for n in riders], None)


def open_family(stream: Stream, draw: random.Random, name: str) -> Family:
    """A phone for each and a tablet for all, used within two days of signing up; they meet strangers, too."""
    riders = range(draw.randint(3, 4))
    phones = [f"{name} phone {n}" for n in riders]
    return _sign_up(stream, draw, name, f"{name} driver's phone", phones, f"{name} tablet")


Habit = Callable[[Stream, random.Random, str], Family]


def rides_inside(stream: Stream, draw: random.Random, family: Family, trips: Sequence[RealTrip]) -> None:
    """The driver takes any rider of the family on each of these trips."""
    for trip in trips:
        _meet(stream, trip, draw.choice(family.riders), family.driver)


def rides_outside(
    stream: Stream, draw: random.Random, families: Sequence[Family], trips: Sequence[RealTrip]
) -> None:
    """Strangers on these trips: any rider with any driver; open families take their share of both sides.

    There are as many drivers as the trips keep busy and eight riders each, all with means of their own.
    """
    drivers = [Person(f"driver {n}", f"driver {n} phone") for n in range(1 + len(trips) // TRIPS_A_DRIVER)]
    names = [f"rider {n}" for n in range(RIDERS_A_DRIVER * len(drivers))]
    riders = [Person(name, f"{name} phone", f"{name} card") for name in names]
    for each in drivers:
        signs_up_to_drive(stream, each.account, _joins(draw), f"{each.account} bank")
    for each in riders:
        settles(stream, each.account, _joins(draw))
    ours = _outside(draw, [family for family in families if family.meets_strangers], drivers, riders)
    for trip in draw.sample(trips, len(trips)):
        rider, driver = next(ours, None) or (draw.choice(riders), draw.choice(drivers))
        _meet(stream, trip, rider, driver)


def _outside(
    draw: random.Random, families: Sequence[Family], drivers: Sequence[Person], riders: Sequence[Person]
) -> Iterator[tuple[Person, Person]]:
    """Riders and drivers of the trips on which one of the two is of a family and the other a stranger."""
    for family in families:
        yield from ((draw.choice(riders), family.driver) for _ in range(OUTSIDE_A_DRIVER))
        for rider in family.riders:
            yield from ((rider, draw.choice(drivers)) for _ in range(OUTSIDE_A_RIDER))


def _sign_up(
    stream: Stream,
    draw: random.Random,
    name: str,
    drivers_phone: str,
    phones: Sequence[str],
    tablet: str | None,
) -> Family:
    """Each on a day of their own; a family with a tablet is an open one."""
    driver, home, card = f"{name} driver", f"{name} home", f"{name} card"
    days = {driver: _joins(draw)} | {f"{name} rider {n}": _joins(draw) for n in range(len(phones))}
    stream.signs_up(driver, days[driver], drivers_phone, home, Role.DRIVER)
    stream.is_paid_to(driver, days[driver] + HOUR, f"{name} bank")
    riders = tuple(Person(f"{name} rider {n}", phone, card) for n, phone in enumerate(phones))
    for each in riders:
        stream.signs_up(each.account, days[each.account], each.phone, home)
        stream.adds_card(each.account, days[each.account] + HOUR, card, each.phone)
    if tablet is not None:
        for account, joined in days.items():
            stream.logs_in(account, joined + draw.uniform(2, 48) * HOUR, tablet, home)
    return Family(Person(driver, drivers_phone), riders, meets_strangers=tablet is not None)


def _joins(draw: random.Random) -> float:
    return -draw.uniform(2.5, SETTLING_DAYS)


def _meet(stream: Stream, trip: RealTrip, rider: Person, driver: Person) -> None:
    used = {"rider_device_id": rider.phone, "driver_device_id": driver.phone, "card_id": rider.card}
    stream.rides(rider.account, driver.account, trip.day, trip.fare, **trip.way, **used)
