"""Seven ways to cheat, each as small as it can be told, in an ordinary city of forty days.

Each function writes its scheme into a scene and returns the accounts that are in it.
"""

from __future__ import annotations

import random

from graph.model.vocabulary import Role
from tests.unit.graph.city import DRIVERS, ordinary_ride, place
from tests.unit.graph.scenes import HOUR, MINUTE, Scene


def multi_account(scene: Scene) -> set[str]:
    """Twelve accounts on two phones and two cards, made within two days, riding like anybody."""
    draw = random.Random(1)
    home = place(draw)
    names = [f"same{n:02}" for n in range(12)]
    for n, name in enumerate(names):
        made = 20 + n * 4 * HOUR
        scene.signs_up(name, made, f"same phone {n % 2}", ip="same home")
        scene.adds_card(name, made + HOUR, f"same card {n % 2}", f"same phone {n % 2}")
        scene.logs_in(name, made + 2 * HOUR, f"same phone {(n + 1) % 2}", ip="same home")
        for trip in range(2):
            ordinary_ride(
                scene, draw, name, f"driver{draw.randrange(DRIVERS):03}", 24 + trip + n * HOUR / 2, home
            )
    return set(names)


def promo_farm(scene: Scene) -> set[str]:
    """Twelve accounts made in a day on two phones, each taking the launch bonus within the hour."""
    names = [f"farm{n:02}" for n in range(12)]
    for n, name in enumerate(names):
        made = 20 + n * HOUR
        scene.signs_up(name, made, f"farm phone {n % 2}", ip="farm home")
        scene.takes(name, made + 20 * MINUTE, "launch", 15.0, f"farm phone {n % 2}")
        scene.logs_in(name, made + 30 * MINUTE, f"farm phone {(n + 1) % 2}", ip="farm home")
    return set(names)


def referral_chain(scene: Scene) -> set[str]:
    """Ten accounts on two phones, each referred by the one before it."""
    names = [f"chain{n:02}" for n in range(10)]
    for n, name in enumerate(names):
        made = 20 + n * 3 * HOUR
        scene.signs_up(
            name, made, f"chain phone {n % 2}", ip="chain home", referrer=names[n - 1] if n else None
        )
        scene.logs_in(name, made + HOUR, f"chain phone {(n + 1) % 2}", ip="chain home")
    return set(names)


def fake_rides(scene: Scene) -> set[str]:
    """A driver whose passengers are eight accounts of his own: incentives for trips that never were."""
    draw = random.Random(2)
    start = place(draw)
    names = [f"ghost{n:02}" for n in range(8)]
    scene.signs_up("puppeteer", 15, "puppeteer tablet", role=Role.DRIVER, ip="ghost home")
    for n, name in enumerate(names):
        made = 20 + n * 2 * HOUR
        scene.signs_up(name, made, f"ghost phone {n % 2}", ip="ghost home")
        scene.adds_card(name, made + HOUR, "ghost card", f"ghost phone {n % 2}")
    for trip in range(40):
        scene.rides(
            names[trip % 8],
            "puppeteer",
            21.5 + trip * 2 * HOUR,
            km=2.5,
            minutes=6,
            pickup_lat=start[0],
            pickup_lon=start[1],
            rider_device_id=f"ghost phone {trip % 2}",
            driver_device_id="puppeteer tablet",
            card_id="ghost card",
            incentive=4.0,
        )
    return {*names, "puppeteer"}


def collusion(scene: Scene) -> set[str]:
    """Eight riders and three drivers with means of their own, who ride with each other for the incentive."""
    draw = random.Random(3)
    riders, drivers = [f"friend{n:02}" for n in range(8)], [f"partner{n}" for n in range(3)]
    for n, name in enumerate(drivers):
        scene.signs_up(name, 8 + n, f"{name} tablet", role=Role.DRIVER)
    for n, name in enumerate(riders):
        scene.signs_up(name, 10 + n, f"{name} phone")
        scene.adds_card(name, 10.2 + n, f"{name} card", f"{name} phone")
    for again in range(4):
        for n, name in enumerate(riders):
            for m, driver in enumerate(drivers):
                day = 19 + again * 4 + n * HOUR * 2 + m * HOUR * 20
                ordinary_ride(
                    scene,
                    draw,
                    name,
                    driver,
                    day,
                    incentive=5.0,
                    rider_device_id=f"{name} phone",
                    card_id=f"{name} card",
                )
    return {*riders, *drivers}


def stolen_cards(scene: Scene) -> set[str]:
    """Six accounts on two phones, fifteen cards that move between them, chargebacks a week later."""
    draw = random.Random(4)
    names = [f"thief{n}" for n in range(6)]
    for n, name in enumerate(names):
        scene.signs_up(name, 20 + n * HOUR, f"thief phone {n % 2}")
    for card in range(15):
        for n in (card % 6, (card + 1) % 6):
            day = 20.5 + card * 3 * HOUR + n * HOUR / 2
            phone = f"thief phone {n % 2}"
            scene.adds_card(names[n], day, f"stolen {card}", phone)
            ordinary_ride(
                scene,
                draw,
                names[n],
                f"driver{draw.randrange(DRIVERS):03}",
                day + HOUR / 4,
                rider_device_id=phone,
                card_id=f"stolen {card}",
            )
        scene.disowns(names[card % 6], 29 + card * HOUR, 20.0, f"stolen {card}")
    return set(names)


def takeover(
    scene: Scene, gang: str = "thief", drivers: tuple[str, ...] = ("accomplice0", "accomplice1")
) -> set[str]:
    """Eight accounts of the city turn up on one new phone within a day and ride with the gang's drivers."""
    draw = random.Random(6)
    victims = [f"{gang} victim{n}" for n in range(8)]
    for n, name in enumerate(victims):
        scene.signs_up(name, n / 2, f"{name} phone", ip=f"{name} home")
        scene.adds_card(name, n / 2 + HOUR, f"{name} card", f"{name} phone")
        for trip in range(4):
            ordinary_ride(scene, draw, name, f"driver{draw.randrange(DRIVERS):03}", 6 + trip * 4 + n * HOUR)
    for n, name in enumerate(victims):
        scene.logs_in(name, 25 + n * HOUR, f"{gang} phone", ip=f"{gang} home")
        for trip in range(4):
            ordinary_ride(
                scene,
                draw,
                name,
                drivers[trip % len(drivers)],
                25.5 + trip / 2 + n * HOUR,
                rider_device_id=f"{gang} phone",
                card_id=f"{name} card",
                incentive=3.0,
            )
    return {*victims, *drivers}


SCHEMES = (multi_account, promo_farm, referral_chain, fake_rides, collusion, stolen_cards, takeover)
