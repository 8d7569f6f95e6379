"""Homes: families, flatmates, couples, relatives abroad, and people who look after others."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account

_ABROAD = ((1_500.0, 1_100.0), (-7_900.0, 1_400.0), (-7_300.0, 900.0), (2_800.0, 2_300.0))
"""Where people work abroad, in kilometres from the city."""


def family(scene: Scene) -> list[Account]:
    """One home and card, at times a tablet or an old phone handed down, an allowance each week."""
    dice, city = scene.dice, scene.city
    home, wifi = scene.ground.home(dice), city.mint.ip()
    people = [scene.newcomer(home=home, wifi=wifi) for _ in range(dice.randint(2, 6))]
    card, parent = city.mint.card(), people[0]
    for each in people[: dice.randint(1, len(people))]:
        scene.store_card(each, card, 20)
    if dice.chance(0.6):
        for each in people[1:]:
            if dice.chance(0.5):
                each.common_phones = [parent.phones[0][1]]
                each.common_phone_share = dice.uniform(0.05, 0.6)
    if dice.chance(0.4) and len(people) > 2:
        people[-1].phones = people[-2].phones
    for child in people[1:]:
        for week in scene.weeks():
            scene.send(scene.at(week, dice.uniform(7, 21)), parent, child, dice.uniform(3, 15))
    return people


def flatmates(scene: Scene) -> list[Account]:
    """Students of one flat who order together and split the bill."""
    dice, ground = scene.dice, scene.ground
    home, wifi = ground.in_one_of(("campus",), 0.8, dice), scene.city.mint.ip()
    people = [
        scene.newcomer(home=home, wifi=wifi, life="student", thrift=dice.uniform(0.5, 0.95))
        for _ in range(dice.randint(3, 9))
    ]
    for day in range(scene.city.config.days):
        if dice.chance(0.3):
            buyer, ts = dice.choice(people), scene.at(day, dice.uniform(18, 23))
            scene.meal(ts, buyer, ground.around(home, 0.01, dice)).fare = dice.uniform(8, 20)
            for each in people:
                if each is not buyer and dice.chance(0.7):
                    later = ts + int(dice.uniform(0.3, 9) * HOUR_MS)
                    scene.send(later, each, buyer, dice.uniform(1.5, 4))
    return people


def courier_couple(scene: Scene) -> list[Account]:
    """A courier who brings home the dinner that his wife orders."""
    dice, driver, wife = scene.dice, scene.drivers(1)[0], scene.rider()
    driver.home, driver.wifi = wife.home, wife.wifi
    for day in range(scene.city.config.days):
        if dice.chance(0.25):
            door = scene.ground.around(wife.home, 0.01, dice)
            scene.meal(scene.at(day, dice.gauss(19, 1)), wife, door).driver = driver
        if dice.chance(0.3):
            scene.send(scene.at(day, dice.uniform(18, 23)), driver, wife, dice.uniform(3, 12))
    return [driver, wife]


def overseas(scene: Scene) -> list[Account]:
    """A relative abroad pays for several homes with one card and looks after them from one phone."""
    dice, mint = scene.dice, scene.city.mint
    card, ip, device, place = mint.card(), mint.ip(), mint.device(), dice.choice(_ABROAD)
    people = [scene.newcomer() for _ in range(dice.randint(2, 6))]
    for each in people:
        scene.store_card(each, card, 40, device)
        for _ in range(dice.randint(1, 4)):
            scene.voices.login(scene.hours(0, 24), each, dice, device=device, ip=ip, spot=place)
    return people


def carer(scene: Scene) -> list[Account]:
    """A helper with the accounts of one to four old people on her phone, each with a card of its own."""
    dice, helper = scene.dice, scene.rider()
    people = [helper]
    for _ in range(dice.randint(1, 4)):
        home = scene.ground.around(helper.home, 1.5, dice)
        client = scene.newcomer(
            home=home, device=helper.phones[0][1], life="home", thrift=0.1, pace=(0.25, 1.0)
        )
        scene.store_card(client, scene.city.mint.card(), 1)
        people.append(client)
    return people


def lost_number(scene: Scene) -> list[Account]:
    """Somebody who lost the SIM starts again on the same phone, and takes no second welcome."""
    dice, old = scene.dice, scene.rider()
    days = scene.city.config.days
    old.until_ms = scene.at(dice.uniform(0.15, 0.7) * days, 10)
    new = scene.newcomer(
        old.until_ms + int(dice.uniform(1, 50) * HOUR_MS),
        home=old.home,
        device=old.phones[-1][1],
        wifi=old.wifi,
    )
    new.email_hash, new.rate, new.vouchers_taken = old.email_hash, old.rate, 3
    for _, card in old.cards[:1]:
        scene.store_card(new, card, 1)
    return [old, new]


def recycled_sim(scene: Scene) -> list[Account]:
    """Telephone numbers that the carrier gave to somebody else."""
    dice, people = scene.dice, []
    long_ago = scene.city.config.start_ms - 200 * DAY_MS
    for old in scene.riders(dice.randint(1, 4), lambda account: account.joined_ms < long_ago):
        old.until_ms = scene.at(dice.randint(0, 5), 12)
        new = scene.newcomer(scene.at(scene.day(0.85), 13))
        new.phone_hash = old.phone_hash
        people += [old, new]
    return people
