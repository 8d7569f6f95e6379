"""One hand behind many accounts, as large as you like; each function tells a scheme and returns its accounts.

The accounts take one promotion that honest people of the city take too, and hardly ride: none, one or two
trips at the usual price. They share the one thing that the scheme says, and no address.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

from benchmarks.groups.city import City, ordinary_ride
from benchmarks.groups.stream import HOUR, MINUTE, Stream
from graph.model.vocabulary import Role

OPENS: Final = 14.0
"""The day on which the first account is made, and the longest time in days that making them takes."""
TAKES_DAYS: Final = 10.0


def one_phone(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Fresh accounts created on one phone; they pay in cash."""
    for name, made in _fresh("phone", draw, size):
        stream.signs_up(name, made, "farm phone")
        _takes_and_tries(stream, draw, city, name, made, "farm phone", None)
    return _names("phone", size)


def one_card(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Fresh accounts, each on a phone of its own, with one card."""
    for name, made in _fresh("card", draw, size):
        stream.signs_up(name, made, f"{name} phone")
        stream.adds_card(name, made + 5 * MINUTE, "farm card", f"{name} phone")
        _takes_and_tries(stream, draw, city, name, made, f"{name} phone", "farm card")
    return _names("card", size)


def one_payout(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Fresh riders, each on a phone of its own, paid out to one bank account."""
    for name, made in _fresh("payout", draw, size):
        stream.signs_up(name, made, f"{name} phone")
        stream.is_paid_to(name, made + 5 * MINUTE, "farm bank")
        _takes_and_tries(stream, draw, city, name, made, f"{name} phone", None)
    return _names("payout", size)


def one_payout_drivers(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Fresh drivers, each on a phone of its own, who take the sign-on bonus to one bank account."""
    for name, made in _fresh("wheel", draw, size):
        stream.signs_up(name, made, f"{name} phone", role=Role.DRIVER)
        stream.is_paid_to(name, made + 5 * MINUTE, "farm bank")
        stream.takes(name, made + draw.uniform(10, 60) * MINUTE, "sign on", 30.0, f"{name} phone")
        for day in _few(draw, made, 2):
            rider = city.any_rider(draw, day)
            more = {"rider_device_id": f"{rider} phone", "card_id": f"{rider} card"}
            ordinary_ride(stream, draw, rider, name, day, driver_device_id=f"{name} phone", **more)
    return _names("wheel", size)


def gathered(stream: Stream, draw: random.Random, city: City, size: int) -> frozenset[str]:
    """Accounts that lived a week or more on phones of their own, then all turn up on one phone.

    Three in ten have a card; each rode one to three times. They come to the phone within five days, in any
    order, take the offer there within the hour, and ride once more or not at all.
    """
    for n in range(size):
        name, made = f"gathered {n}", draw.uniform(0, 12)
        stream.signs_up(name, made, f"{name} phone", f"{name} home")
        card = f"{name} card" if draw.random() < 0.3 else None
        if card:
            stream.adds_card(name, made + HOUR, card, f"{name} phone")
        for _ in range(draw.randint(1, 3)):
            day = max(made, 2) + draw.uniform(0.1, 6)
            more = {"rider_device_id": f"{name} phone", "card_id": card}
            ordinary_ride(stream, draw, name, draw.choice(city.drivers), day, **more)
        comes = 21 + draw.uniform(0, 5)
        stream.logs_in(name, comes, "gathering phone")
        stream.takes(name, comes + draw.uniform(2, 50) * MINUTE, "offer", 10.0, "gathering phone")
        for day in _few(draw, comes, 1):
            more = {"rider_device_id": "gathering phone", "card_id": card}
            ordinary_ride(stream, draw, name, draw.choice(city.drivers), day, **more)
    return _names("gathered", size)


Scheme = Callable[[Stream, random.Random, City, int], frozenset[str]]
FRAUDS: Final[tuple[Scheme, ...]] = (one_phone, one_card, one_payout, one_payout_drivers, gathered)


def _names(word: str, size: int) -> frozenset[str]:
    return frozenset(f"{word} {n}" for n in range(size))


def _fresh(word: str, draw: random.Random, size: int) -> Iterator[tuple[str, float]]:
    """Accounts and the days they are made on: half an hour apart on average, or less to be done in time."""
    day, gap = OPENS, min(HOUR / 2, TAKES_DAYS / size)
    for n in range(size):
        yield f"{word} {n}", day
        day += gap * draw.uniform(0.2, 1.8)


def _few(draw: random.Random, since: float, most: int) -> list[float]:
    """When the few trips end, up to ``most`` of them within two days."""
    return sorted(since + draw.uniform(2, 48) * HOUR for _ in range(draw.randint(0, most)))


def _takes_and_tries(
    stream: Stream,
    draw: random.Random,
    city: City,
    name: str,
    made: float,
    phone: str,
    card: str | None,
) -> None:
    """The welcome within the hour, and at most two trips."""
    stream.takes(name, made + draw.uniform(10, 60) * MINUTE, "welcome", 10.0, phone)
    for day in _few(draw, made, 2):
        driver = draw.choice(city.drivers)
        ordinary_ride(stream, draw, name, driver, day, rider_device_id=phone, card_id=card)
