"""A quiet city: riders and drivers with means of their own, prices that follow the road, some promotions.

What a group does is judged against the habits of the city around it, so every group is told beside one.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.groups.stream import HOUR, Stream
from graph.model.vocabulary import Role

KM_LATITUDE: Final = 1 / 111.195
"""Degrees of latitude in a kilometre."""
LATITUDE: Final = 48.0
LONGITUDE: Final = 16.0
INCENTIVE_SHARE: Final = 0.07
WELCOME_SHARE: Final = 0.4
OFFER_SHARE: Final = 0.1
Place = tuple[float, float]


@dataclass(frozen=True)
class City:
    """``days`` long; its trips end between day 2 and the last. ``joined`` are the riders' days, in order."""

    days: float
    drivers: tuple[str, ...]
    riders: tuple[str, ...]
    joined: tuple[float, ...]
    stream: Stream

    def any_rider(self, draw: random.Random, day: float) -> str:
        """One of those who signed up before a day; there is one from the first day on."""
        return self.riders[draw.randrange(bisect_right(self.joined, day - 2 * HOUR))]


def quiet_city(riders: int, drivers: int, days: float, seed: int) -> City:
    """Drivers sign up in two days, riders over half of the time, and live there until the last day.

    Two in five riders take the welcome, one in ten the later offer, every other driver the sign-on bonus.
    """
    draw, stream = random.Random(f"city {seed}"), Stream("city ")
    city = City(
        days,
        drivers=tuple(f"driver {n}" for n in range(drivers)),
        riders=tuple(f"rider {n}" for n in range(riders)),
        joined=(0.0, *sorted(draw.uniform(0, days / 2) for _ in range(riders - 1))),
        stream=stream,
    )
    for name in city.drivers:
        joined = draw.uniform(0, 2)
        signs_up_to_drive(stream, name, joined, f"{name} bank")
        if draw.random() < 0.5:
            stream.takes(name, joined + draw.uniform(1, 48) * HOUR, "sign on", 30.0, f"{name} phone")
    for name, joined in zip(city.riders, city.joined, strict=True):
        settles(stream, name, joined)
        if draw.random() < WELCOME_SHARE:
            stream.takes(name, joined + draw.uniform(1, 24) * HOUR, "welcome", 10.0, f"{name} phone")
        if draw.random() < OFFER_SHARE:
            stream.takes(name, draw.uniform(days / 2, days) + 2 * HOUR, "offer", 10.0, f"{name} phone")
        lives(stream, draw, city, name, joined)
    return city


def signs_up_to_drive(
    stream: Stream, name: str, day: float, bank: str, ip: str | None = None, referrer: str | None = None
) -> None:
    """A driver with a phone of their own; the address is their own where none is given."""
    stream.signs_up(name, day, f"{name} phone", ip or f"{name} home", Role.DRIVER, referrer)
    stream.is_paid_to(name, day + HOUR / 2, bank)


def settles(
    stream: Stream,
    name: str,
    day: float,
    phone: str | None = None,
    ip: str | None = None,
    referrer: str | None = None,
) -> None:
    """A rider signs up with a card of their own; phone and address are their own where none is given."""
    phone = phone or f"{name} phone"
    stream.signs_up(name, day, phone, ip or f"{name} home", referrer=referrer)
    stream.adds_card(name, day + HOUR / 2, f"{name} card", phone)


def lives(stream: Stream, draw: random.Random, city: City, name: str, since: float, **more: Any) -> None:
    """A settled rider rides from home every two to seven days, each time with any driver.

    ``more`` replaces fields of the trips; a field given as a function is asked anew for every trip.
    """
    home, gap = place(draw), draw.uniform(2, 7)
    day = max(since, 2.0) + draw.expovariate(1 / gap) + HOUR
    while day < city.days:
        usual = {"rider_device_id": f"{name} phone", "card_id": f"{name} card"}
        asked = {field: value() if callable(value) else value for field, value in more.items()}
        ordinary_ride(stream, draw, name, draw.choice(city.drivers), day, home, **(usual | asked))
        day += draw.expovariate(1 / gap)


def place(draw: random.Random) -> Place:
    """Somewhere in a city of 16 by 16 kilometres."""
    return (
        LATITUDE + draw.uniform(-8, 8) * KM_LATITUDE,
        LONGITUDE + draw.uniform(-8, 8) * KM_LATITUDE * 1.5,
    )


def ordinary_ride(
    stream: Stream,
    draw: random.Random,
    rider: str,
    driver: str,
    day: float,
    start: Place | None = None,
    **more: Any,
) -> None:
    """A trip at the city's speed and price, give or take a twentieth; one in fourteen pays an incentive.

    ``more`` are further fields of the trip, or another incentive.
    """
    km, pickup = draw.uniform(1.5, 9.0), start or place(draw)
    minutes = 60 * km / draw.uniform(18, 32)
    stream.rides(
        rider,
        driver,
        day,
        fare=round((2.5 + 1.1 * km + 0.3 * minutes) * draw.uniform(0.95, 1.05), 2),
        distance_km=round(km, 3),
        duration_s=round(minutes * 60),
        pickup_lat=pickup[0],
        pickup_lon=pickup[1],
        dropoff_lat=pickup[0] + 0.75 * km * KM_LATITUDE,
        dropoff_lon=pickup[1],
        **({"incentive": 2.0 if draw.random() < INCENTIVE_SHARE else None} | more),
    )
