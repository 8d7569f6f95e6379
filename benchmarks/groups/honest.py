"""Honest groups as large as you like that share what a ring shares; each function returns its accounts.

Each is the counterpart of a scheme in ``benchmarks.groups.frauds``: strangers behind one phone, card, bank
account or address, who have something of their own and ride as people do.
"""

from __future__ import annotations

import random
from typing import Final

from benchmarks.groups.city import City, lives, ordinary_ride, place, settles, signs_up_to_drive
from benchmarks.groups.frauds import Scheme
from benchmarks.groups.stream import HOUR, Stream

TRIPS_A_DRIVER: Final = 12
PASSENGERS_A_DRIVER: Final = 4


def kiosk(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Settled people with phones of their own who use the station's phone once or twice."""
    names = _names("passer", size)
    for name in names:
        joined = draw.uniform(0, 8)
        settles(stream, name, joined)
        lives(stream, draw, city, name, joined)
        for _ in range(draw.randint(1, 2)):
            stream.logs_in(name, draw.uniform(12, city.days), "kiosk phone", "station")
    return frozenset(names)


def company_card(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Employees with phones and cards of their own; two trips in three are paid with the company's card."""
    names = _names("employee", size)
    for name in names:
        joined = draw.uniform(0, 14)
        settles(stream, name, joined)
        stream.adds_card(name, joined + draw.uniform(1, 24) * HOUR, "company card", f"{name} phone")
        cards = ("company card", "company card", f"{name} card")
        lives(stream, draw, city, name, joined + 1, card_id=lambda cards=cards: draw.choice(cards))
    return frozenset(names)


def fleet_account(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Drivers with phones of their own and a day's work, all paid to the fleet's bank account."""
    names, passengers = _names("fleet driver", size), _passengers(stream, draw, size)
    for name in names:
        joined = draw.uniform(0, 10)
        signs_up_to_drive(stream, name, joined, "fleet bank")
        _drives(stream, draw, city, name, joined, passengers)
    return frozenset(names)


def clone_id(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Strangers who sign up over months on phones of a make that carries one device id."""
    names = _names("clone", size)
    for name in names:
        joined = draw.uniform(0, 0.9 * city.days)
        settles(stream, name, joined, "clone id")
        lives(stream, draw, city, name, joined, rider_device_id="clone id")
    return frozenset(names)


def dormitory(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Riders and, one in three, couriers behind one address, each referred by one who came before."""
    names, passengers = _names("lodger", size), _passengers(stream, draw, size // 3)
    joins = sorted(draw.uniform(0, 18) for _ in names)
    for n, (name, joined) in enumerate(zip(names, joins, strict=True)):
        referrer = names[draw.randrange(max(0, n - 10), n)] if n else None
        if n % 3:
            settles(stream, name, joined, ip="dormitory", referrer=referrer)
            lives(stream, draw, city, name, joined)
        else:
            signs_up_to_drive(stream, name, joined, f"{name} bank", "dormitory", referrer)
            _drives(stream, draw, city, name, joined, passengers)
    return frozenset(names)


def campus_drive(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Students who sign up and take the welcome on one address within two days, and ride from then on."""
    names = _names("student", size)
    for name in names:
        joined = 10 + draw.uniform(0, 2)
        settles(stream, name, joined, ip="campus")
        stream.takes(name, joined + draw.uniform(1, 6) * HOUR, "welcome", 10.0, f"{name} phone")
        lives(stream, draw, city, name, joined + HOUR)
    return frozenset(names)


def concierge(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Guests of a hotel booked on the desk's phone and card as they come: one to three trips a stay."""
    names, door = _names("guest", size), place(draw)
    for name in names:
        comes = draw.uniform(1, city.days - 4)
        stream.signs_up(name, comes, "desk phone", "hotel")
        stream.adds_card(name, comes + HOUR / 20, "hotel card", "desk phone")
        for _ in range(draw.randint(1, 3)):
            day, driver = max(comes, 2) + draw.uniform(0.05, 3), draw.choice(city.drivers)
            more = {"rider_device_id": "desk phone", "card_id": "hotel card"}
            ordinary_ride(stream, draw, name, driver, day, door, **more)
    return frozenset(names)


def carer(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Clients booked by their carer's phone with cards of their own: there and back, every week."""
    names = _names("client", size)
    for name in names:
        joined, home = draw.uniform(0, 10), place(draw)
        settles(stream, name, joined, "carer phone")
        day = max(joined, 2) + draw.uniform(0.1, 7)
        while day + 4 * HOUR < city.days:
            for when in (day, day + draw.uniform(1, 4) * HOUR):
                driver = draw.choice(city.drivers)
                more = {"rider_device_id": "carer phone", "card_id": f"{name} card"}
                ordinary_ride(stream, draw, name, driver, when, home, **more)
            day += 7 + draw.uniform(-4, 4) * HOUR
    return frozenset(names)


HONEST: Final[tuple[Scheme, ...]] = (
    kiosk,
    company_card,
    fleet_account,
    clone_id,
    dormitory,
    campus_drive,
    concierge,
    carer,
)
TAKES_MONTHS: Final[frozenset[Scheme]] = frozenset({clone_id})
"""Told in a city that is three times as old."""


def _names(word: str, size: int) -> list[str]:
    return [f"{word} {n}" for n in range(size)]


def _passengers(stream: Stream, draw: random.Random, drivers: int) -> list[str]:
    """Settled riders for so many drivers more than the city has."""
    names = _names("passenger", PASSENGERS_A_DRIVER * drivers)
    for name in names:
        settles(stream, name, draw.uniform(0, 2))
    return names


def _drives(
    stream: Stream, draw: random.Random, city: City, name: str, since: float, passengers: list[str]
) -> None:
    """A driver's trips until the last day, each with any rider of the city or of the passengers."""
    for _ in range(TRIPS_A_DRIVER):
        day = draw.uniform(max(since, 3) + HOUR, city.days)
        ours = passengers and draw.random() < 0.8
        rider = draw.choice(passengers) if ours else city.any_rider(draw, day)
        more = {"rider_device_id": f"{rider} phone", "card_id": f"{rider} card"}
        ordinary_ride(stream, draw, rider, name, day, driver_device_id=f"{name} phone", **more)
