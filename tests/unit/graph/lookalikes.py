"""Honest groups that look like rings, each written into an ordinary city of forty days."""

from __future__ import annotations

import random

from graph.model.vocabulary import Role
from tests.unit.graph.city import DRIVERS, ordinary_ride, place
from tests.unit.graph.scenes import HOUR, KM_LAT, Scene


def _rides_at_large(scene, draw, name, first_day, last_day, gap=2.5, start=None, **more) -> None:
    day = first_day + draw.uniform(0.2, 1)
    while day < last_day:
        ordinary_ride(scene, draw, name, f"driver{draw.randrange(DRIVERS):03}", max(day, 5.2), start, **more)
        day += draw.expovariate(1 / gap)


def _citizen(scene, draw, name, day, referrer=None) -> None:
    """Signs up with a phone, a card and a home of their own."""
    scene.signs_up(name, day, f"{name} phone", ip=f"{name} home", referrer=referrer)
    scene.adds_card(name, day + HOUR, f"{name} card", f"{name} phone")


def household(scene: Scene) -> None:
    """Four people, a family tablet, a card, one address; a welcome bonus each."""
    draw = random.Random(11)
    home = place(draw)
    for n in range(4):
        name = f"family{n}"
        scene.signs_up(name, 6 + 4 * n, "tablet" if n > 1 else f"{name} phone", ip="family home")
        scene.logs_in(name, 7 + 4 * n, "tablet", ip="family home")
        scene.adds_card(name, 7 + 4 * n, "family card", "tablet")
        if n < 2:
            scene.takes(name, 8 + 4 * n, "welcome", 8.0, "tablet")
        _rides_at_large(scene, draw, name, 8 + 4 * n, 40, start=home, card_id="family card")


def company_card_office(scene: Scene) -> None:
    """Thirty colleagues on one company card and one address, each with a phone of their own."""
    draw = random.Random(12)
    office = place(draw)
    for n in range(30):
        name = f"colleague{n:02}"
        _citizen(scene, draw, name, 5 + n * 0.7)
        scene.logs_in(name, 6 + n * 0.7, f"{name} phone", ip="office")
        scene.adds_card(name, 6 + n * 0.7, "company card", f"{name} phone")
        _rides_at_large(scene, draw, name, 7 + n * 0.7, 40, start=office, card_id="company card")


def small_office(scene: Scene) -> None:
    """Eight colleagues on a company card that has not yet turned public."""
    draw = random.Random(13)
    office = place(draw)
    for n in range(8):
        name = f"clerk{n}"
        _citizen(scene, draw, name, 5 + n * 2)
        scene.adds_card(name, 7 + n * 2, "firm card", f"{name} phone")
        scene.logs_in(name, 7 + n * 2, f"{name} phone", ip="firm")
        _rides_at_large(scene, draw, name, 8 + n * 2, 40, start=office, card_id="firm card")


def kiosk(scene: Scene) -> None:
    """Forty settled people who each use a phone at the station once or twice over weeks."""
    draw = random.Random(14)
    for n in range(40):
        name, joined = f"passer{n:02}", draw.uniform(0, 8)
        _citizen(scene, draw, name, joined)
        _rides_at_large(scene, draw, name, joined, 40, gap=5, rider_device_id=f"{name} phone")
        for again in range(draw.randrange(1, 3)):
            scene.logs_in(name, 12 + 0.6 * n + 3 * again, "kiosk", ip="station")


def young_kiosk(scene: Scene) -> None:
    """Ten settled people at a kiosk that nobody knows to be one yet."""
    draw = random.Random(15)
    for n in range(10):
        name, joined = f"early{n}", draw.uniform(0, 8)
        _citizen(scene, draw, name, joined)
        _rides_at_large(scene, draw, name, joined, 40, gap=4, rider_device_id=f"{name} phone")
        scene.logs_in(name, 12 + 2 * n, "new kiosk", ip="new station")


def campus_drive(scene: Scene) -> None:
    """Thirty students referred by each other in two days on a campus address, who then ride."""
    draw = random.Random(16)
    names = [f"student{n:02}" for n in range(30)]
    for n, name in enumerate(names):
        day = 15 + n / 15
        referrer = names[draw.randrange(n)] if n else None
        scene.signs_up(name, day, f"{name} phone", ip="campus", referrer=referrer)
        scene.adds_card(name, day + HOUR, f"{name} card", f"{name} phone")
        scene.takes(name, day + 2 * HOUR, "student", 10.0, f"{name} phone")
        _rides_at_large(scene, draw, name, day + 0.5, 40, gap=3, rider_device_id=f"{name} phone")


def fleet(scene: Scene) -> None:
    """Nine taxi drivers on three cars' tablets and one bank account, whose passengers are strangers."""
    draw = random.Random(17)
    for n in range(9):
        name = f"cabbie{n}"
        scene.signs_up(name, 1 + n * 0.6, f"car {n % 3}", role=Role.DRIVER, ip="garage")
        scene.is_paid_to(name, 1.2 + n * 0.6, "fleet bank")
        for trip in range(25):
            ordinary_ride(
                scene,
                draw,
                f"rider{draw.randrange(300):03}",
                name,
                7 + trip * 1.3 + n * HOUR,
                driver_device_id=f"car {(n + trip) % 3}",
            )


def village(scene: Scene) -> None:
    """Ten villagers and the village's two drivers: everybody rides with both, at the usual price."""
    draw = random.Random(18)
    square = place(draw)
    for n in range(2):
        scene.signs_up(f"village driver{n}", 1, f"village tablet{n}", role=Role.DRIVER)
    for n in range(10):
        name = f"villager{n}"
        _citizen(scene, draw, name, 2 + n * 1.5)
        for trip in range(10):
            ordinary_ride(
                scene,
                draw,
                name,
                f"village driver{draw.randrange(2)}",
                18 + 2 * trip + n * HOUR,
                (square[0] + draw.uniform(-1, 1) * KM_LAT, square[1]),
                rider_device_id=f"{name} phone",
                card_id=f"{name} card",
            )


def staff_shuttle(scene: Scene) -> None:
    """Twelve employees driven by three regular drivers every working morning, one route, own phones."""
    draw = random.Random(19)
    factory = place(draw)
    for n in range(3):
        scene.signs_up(f"shuttle{n}", 1, f"shuttle tablet{n}", role=Role.DRIVER)
    for n in range(12):
        name = f"worker{n:02}"
        _citizen(scene, draw, name, 2 + n)
        for day in range(15, 39):
            if day % 7 < 5:
                ordinary_ride(
                    scene,
                    draw,
                    name,
                    f"shuttle{(n + day) % 3}",
                    day + 7 * HOUR + n * HOUR / 6,
                    factory,
                    rider_device_id=f"{name} phone",
                    card_id=f"{name} card",
                )
        _rides_at_large(scene, draw, name, 15, 40, gap=6, rider_device_id=f"{name} phone")


def shared_phone(scene: Scene) -> None:
    """A village phone: seven people over a month, each with a card of their own."""
    draw = random.Random(20)
    for n in range(7):
        name = f"neighbour{n}"
        scene.signs_up(name, 1 + 4 * n, "village phone", ip="village")
        scene.adds_card(name, 2 + 4 * n, f"{name} card", "village phone")
        _rides_at_large(
            scene,
            draw,
            name,
            2 + 4 * n,
            40,
            gap=2.5,
            rider_device_id="village phone",
            card_id=f"{name} card",
        )


def phone_sold_on(scene: Scene) -> None:
    """A couple sells its phone to another couple; both have homes and cards of their own."""
    draw = random.Random(21)
    for n, (name, first, last) in enumerate(
        (("seller", 1, 18), ("spouse", 2, 18), ("buyer", 22, 40), ("brother", 23, 40))
    ):
        home = "sellers home" if n < 2 else "buyers home"
        scene.signs_up(name, first, "sold phone", ip=home)
        scene.adds_card(name, first + HOUR, f"{name} card", "sold phone")
        _rides_at_large(scene, draw, name, first, last, rider_device_id="sold phone", card_id=f"{name} card")
    for name in ("seller", "spouse"):
        scene.logs_in(name, 19, f"{name} new phone", ip="sellers home")
        _rides_at_large(scene, draw, name, 20, 40, rider_device_id=f"{name} new phone")


def driver_who_also_rides(scene: Scene) -> None:
    """A driver with a rider account on the same phone, and a cousin; both ride with colleagues."""
    draw = random.Random(22)
    scene.signs_up("both drives", 1, "both phone", role=Role.DRIVER, ip="both home")
    scene.signs_up("both rides", 3, "both phone", ip="both home")
    scene.signs_up("cousin", 12, "cousin phone", ip="both home")
    scene.logs_in("cousin", 12.5, "both phone", ip="both home")
    for name in ("both rides", "cousin"):
        scene.adds_card(name, 13, f"{name} card")
        _rides_at_large(scene, draw, name, 13, 40, gap=3)
    for trip in range(60):
        ordinary_ride(scene, draw, f"rider{draw.randrange(300):03}", "both drives", 6 + trip / 2)
    for trip in range(3):
        ordinary_ride(scene, draw, "cousin", "both drives", 15 + trip * 6)


def regular_pair(scene: Scene) -> None:
    """A child driven to school by the same driver every morning, on the parent's phone."""
    draw = random.Random(23)
    home = place(draw)
    _citizen(scene, draw, "parent", 2)
    scene.signs_up("child", 6, "parent phone", ip="parent home")
    for day in range(8, 39):
        if day % 7 < 5:
            ordinary_ride(scene, draw, "child", "driver001", day + 7 * HOUR, home, card_id="parent card")
    _rides_at_large(scene, draw, "parent", 8, 40, card_id="parent card")


LOOKALIKES = (
    household,
    company_card_office,
    small_office,
    kiosk,
    young_kiosk,
    campus_drive,
    fleet,
    village,
    staff_shuttle,
    shared_phone,
    phone_sold_on,
    driver_who_also_rides,
    regular_pair,
)
