"""Phones that many accounts are seen on: counters, refurbished ones, repairs, coin cafés."""

from __future__ import annotations

from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account


def phone_kiosk(scene: Scene) -> list[Account]:
    """A kiosk sells phones and sets the app up for buyers, often on its own phone and under its code."""
    dice, city, keeper = scene.dice, scene.city, scene.rider()
    counter, ip, place = keeper.phones[0][1], city.mint.ip(), scene.ground.anywhere(1.0, dice)
    under_code, people = dice.chance(0.5), [keeper]
    for _ in range(scene.crowd(6, 40)):
        on_counter = dice.chance(0.5)
        buyer = scene.newcomer(
            scene.hours(9, 19),
            home=scene.ground.around(place, 1.5, dice),
            device=counter if on_counter else None,
            ip=ip,
            referrer=keeper if under_code else None,
            pace=(0.08, 0.8),
        )
        if on_counter:
            own_ms = buyer.joined_ms + int(dice.uniform(1, 40) * HOUR_MS)
            buyer.phones.append((own_ms, city.mint.device()))
        if dice.chance(0.4):
            first_ms = buyer.joined_ms + dice.randint(2, 9) * MINUTE_MS
            scene.send(first_ms, keeper, buyer, dice.choice((1.0, 2.0, 5.0)))
        people.append(buyer)
    return people


def second_hand(scene: Scene) -> list[Account]:
    """Refurbished phones keep their device id: the old phone of one is the phone of a stranger."""
    dice, city = scene.dice, scene.city
    sellers = scene.riders(dice.randint(2, 12))
    people, shop = list(sellers), city.mint.ip()
    for seller in sellers:
        sold_ms = city.early(scene.hours(10, 18))
        old = seller.own_phone(sold_ms)
        new_ms = sold_ms - dice.randint(2, 60) * HOUR_MS
        seller.change_phone(new_ms, (new_ms, city.mint.device()))
        people.append(
            scene.newcomer(
                sold_ms + dice.randint(0, 80) * HOUR_MS, device=old, ip=shop if dice.chance(0.5) else None
            )
        )
    return people


def repair_shop(scene: Scene) -> list[Account]:
    """A repair shop logs in to its customers' accounts on its test phone."""
    dice, mint = scene.dice, scene.city.mint
    phones, ip = [mint.device() for _ in range(dice.randint(1, 2))], mint.ip()
    people = scene.riders(scene.crowd(5, 30))
    for each in people:
        ts = scene.hours(9.5, 19)
        scene.voices.login(ts, each, dice, device=dice.choice(phones), ip=ip)
        if dice.chance(0.5):
            scene.voices.login(ts + dice.randint(1, 30) * HOUR_MS, each, dice, ip=ip)
    return people


def coin_cafe(scene: Scene) -> list[Account]:
    """A coin café: many accounts on few machines."""
    dice, mint = scene.dice, scene.city.mint
    ips = [mint.ip() for _ in range(dice.randint(1, 2))]
    machines = [mint.device() for _ in range(dice.randint(3, 8))]
    people = scene.riders(scene.crowd(8, 40), lambda account: account.life in {"student", "home"})
    for each in people:
        for _ in range(dice.randint(1, 5)):
            device = dice.choice(machines) if dice.chance(0.5) else None
            scene.voices.login(scene.hours(10, 22), each, dice, device=device, ip=dice.choice(ips))
    return people
