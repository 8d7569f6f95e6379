"""Honest drivers together, and riders who keep to one driver."""

from __future__ import annotations

from itertools import cycle

from simulation.fleets.draws import about
from simulation.fleets.lookalikes.scene import Scene

_MARKET_DAYS = (1, 3, 5)


def fleet(scene: Scene) -> None:
    """A firm's cars in two shifts: the phone stays in the car, one bank account is paid."""
    dice, city = scene.dice, scene.city
    size = scene.crew_of_drivers(about(dice, 12.0, 0.55, 5.0, 45.0))
    cars = [city.mint.device() for _ in range((size + 1) // 2)]
    bank, base, wifi = city.mint.bank_account(), scene.ground.home(dice), city.mint.ip()
    founded = dice.uniform(30.0, 600.0)
    for number in range(size):
        old = city.before(founded - dice.uniform(0.0, 20.0))
        account = scene.driver(
            old if dice.chance(0.7) else scene.at(scene.day(0, 5), 10.0),
            delivers=False,
            device=cars[number // 2],
            bank=bank,
            shift=("day", "night")[number % 2],
            wifi=wifi,
            home=base if dice.chance(0.6) else None,
        )
        account.day_phones = {day: dice.choice(cars) for day in range(scene.days) if dice.chance(0.15)}
        scene.group.append(account)


def one_car(scene: Scene) -> None:
    """Two or three of a family on one car, phone and bank account, and one who rides with them."""
    dice, city = scene.dice, scene.city
    phone, bank, wifi = city.mint.device(), city.mint.bank_account(), city.mint.ip()
    home, delivers = scene.ground.home(dice), dice.chance(0.5)
    for number in range(dice.randint(2, 3)):
        account = scene.driver(
            scene.born(0.85),
            delivers=delivers,
            device=phone if dice.chance(0.8) else None,
            bank=bank,
            home=home,
            wifi=wifi,
            shift=("day", "eve", "night")[number],
            works=0.7,
        )
        scene.group.append(account)
    if dice.chance(0.6):
        relative = scene.rider(scene.born(0.8), home=home, wifi=wifi)
        scene.group.append(relative)
        for day in range(scene.days):
            if dice.chance(0.1):
                shop = scene.ground.around(dice.choice(scene.ground.malls), 0.2, dice)
                wish = scene.wish(scene.at(day, dice.uniform(9.0, 20.0)), relative, home, shop, "home")
                wish.driver = scene.group[0]


def courier_flat(scene: Scene) -> None:
    """Couriers in one flat who brought each other, with a spare phone for whoever needs it."""
    dice, city = scene.dice, scene.city
    home, wifi, spare = scene.ground.home(dice), city.mint.ip(), city.mint.device()
    for _ in range(scene.crew_of_drivers(dice.randint(3, 9))):
        ts = scene.born(0.6)
        referrer = scene.earlier(scene.group, ts, 1.0)
        account = scene.driver(ts, delivers=True, home=home, wifi=wifi, referrer=referrer)
        if referrer is not None and ts > city.config.start_ms:
            account.bonus_at = dice.choice((10, 20, 30))
        account.day_phones = {day: spare for day in range(scene.days) if dice.chance(0.04)}
        scene.group.append(account)


def commuter(scene: Scene) -> None:
    """One to three riders whom the same driver takes to work by appointment, and half of the time home."""
    dice, ground = scene.dice, scene.ground
    driver = scene.regular()
    scene.group.append(driver)
    for _ in range(dice.randint(1, 3)):
        account = scene.rider(scene.born(0.9), profile="occasional")
        scene.group.append(account)
        goal = ground.around(dice.choice(ground.offices + ground.hospitals), 0.2, dice)
        hour, often = dice.gauss(8.0, 0.8), dice.uniform(0.4, 0.9)
        for day in scene.workdays():
            if dice.chance(often):
                ts = scene.at(day, dice.gauss(hour, 0.15))
                scene.wish(ts, account, account.home, goal, "home").driver = driver
            if dice.chance(often / 2):
                ts = scene.at(day, dice.gauss(hour + 9.5, 0.3))
                scene.wish(ts, account, goal, account.home).driver = driver


def school_run(scene: Scene) -> None:
    """Families of one school with one driver, some on a common card, who pay each other back."""
    dice, ground = scene.dice, scene.ground
    driver, school, card = scene.regular(), ground.home(dice), scene.city.mint.card()
    for _ in range(dice.randint(3, 8)):
        cards = [card] if dice.chance(0.5) else None
        scene.group.append(scene.rider(scene.born(0.9), home=ground.around(school, 1.2, dice), cards=cards))
    families = list(scene.group)
    for day in scene.workdays():
        for account in dice.sample(families, 2):
            wish = scene.wish(scene.at(day, dice.gauss(8.5, 0.15)), account, account.home, school, "home")
            wish.driver = driver if dice.chance(0.85) else None
        for account in dice.sample(families, 2):
            wish = scene.wish(scene.at(day, dice.gauss(16.6, 0.15)), account, school, account.home)
            wish.driver = driver if dice.chance(0.7) else None
    scene.chat(families, 10, (20.0, 22.0), (10.0, 15.0, 20.0))
    scene.group.append(driver)


def market(scene: Scene) -> None:
    """Traders who ride to the market at dawn on its days, half of them always with the same driver."""
    dice, ground = scene.dice, scene.ground
    place = ground.around(dice.choice(ground.malls), 0.3, dice)
    drivers = [scene.regular() for _ in range(3)]
    for _, driver in zip(range(dice.randint(4, 16)), cycle(drivers), strict=False):
        account = scene.rider(scene.born(0.9), work=place, profile="occasional")
        scene.group.append(account)
        for day in range(scene.days):
            if scene.city.calendar.weekday(day) in _MARKET_DAYS and dice.chance(0.6):
                wish = scene.wish(scene.at(day, dice.gauss(6.2, 0.3)), account, account.home, place, "home")
                wish.driver = driver if dice.chance(0.5) else None
                scene.wish(scene.at(day, dice.gauss(15.0, 0.5)), account, place, account.home)
