"""An ordinary city around a scene: honest people with phones, cards and trips of their own.

Scenes are judged against the city's habits (fares, speeds, incentives, when accounts are made), so a
scene without a city would be judged against itself.
"""

from __future__ import annotations

import random

from graph.model.vocabulary import Role
from tests.unit.graph.scenes import HOUR, KM_LAT, Scene

LATITUDE, LONGITUDE = 48.0, 16.0
DRIVERS = 200
"""So many that two strangers rarely meet the same one twice."""


def place(draw: random.Random) -> tuple[float, float]:
    """Somewhere in a city of 16 by 16 kilometres."""
    return (
        LATITUDE + draw.uniform(-8, 8) * KM_LAT,
        LONGITUDE + draw.uniform(-8, 8) * KM_LAT * 1.5,
    )


def ordinary_ride(scene, draw, rider, driver, day, start=None, **more) -> None:
    """A trip at the city's price and speed; one in fourteen pays the driver an incentive."""
    km = draw.uniform(1.5, 9.0)
    pickup = start or place(draw)
    more.setdefault("incentive", 2.0 if draw.random() < 0.07 else None)
    scene.rides(
        rider,
        driver,
        day,
        km=km,
        minutes=60 * km / draw.uniform(18, 32),
        pickup_lat=pickup[0],
        pickup_lon=pickup[1],
        dropoff_lat=pickup[0] + 0.75 * km * KM_LAT,
        dropoff_lon=pickup[1],
        **more,
    )


def live_in(scene: Scene, riders: int = 300, drivers: int = DRIVERS, days: int = 40, seed: int = 5) -> None:
    """Fill a scene with honest people: sign-ups over the first days, then a trip every few days."""
    draw = random.Random(seed)
    for n in range(drivers):
        scene.signs_up(f"driver{n:03}", draw.uniform(0, 5), f"tablet{n:03}", role=Role.DRIVER)
        scene.is_paid_to(f"driver{n:03}", 5.1, f"bank{n:03}")
    for n in range(riders):
        name, phone, joined = f"rider{n:03}", f"phone{n:03}", draw.uniform(0, days / 2)
        home = place(draw)
        scene.signs_up(name, joined, phone, ip=f"home{n:03}")
        scene.adds_card(name, joined + HOUR, f"card{n:03}", phone)
        if draw.random() < 0.4:
            scene.takes(name, joined + 2 * HOUR, "welcome", 8.0, phone)
        day = joined + draw.expovariate(0.3) + 3 * HOUR
        while day < days:
            ordinary_ride(
                scene,
                draw,
                name,
                f"driver{draw.randrange(drivers):03}",
                max(day, 5.2),
                home,
                rider_device_id=phone,
                card_id=f"card{n:03}",
            )
            day += draw.expovariate(0.3)
