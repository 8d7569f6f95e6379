"""Drivers with something in common: a boarding house, a fleet, a class, a car, riders of their own."""

from __future__ import annotations

from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account, Shift


def courier_dorm(scene: Scene) -> list[Account]:
    """Couriers of one boarding house: its network, own rider accounts, a savings pot, a phone lent out."""
    dice, city = scene.dice, scene.city
    home, wifi = scene.ground.home(dice), city.mint.ip()
    couriers = scene.drivers(min(dice.randint(5, 18), max(3, city.config.drivers // 5)))
    people = list(couriers)
    for each in couriers:
        each.home, each.wifi, each.common_ips, each.common_ip_share = home, wifi, [wifi], 0.5
        if dice.chance(0.4):
            rider = scene.rider()
            rider.home, rider.wifi, rider.phones = home, wifi, each.phones
            rider.rate, rider.other_self = city.config.trips_per_rider_day * 0.3, each
            each.other_self = rider
            rider.referrer = each if each.joined_ms < rider.joined_ms and dice.chance(0.3) else None
            people.append(rider)
    if len(couriers) > 2:
        for number, week in enumerate(scene.weeks()):
            for each in couriers:
                payday = scene.at(week + 5, dice.uniform(18, 23))
                scene.send(payday, each, couriers[number % len(couriers)], 9.0)
        scene.chat(couriers, len(couriers) * 2, 0.5, 4)
        if dice.chance(0.5):
            couriers[1].common_phones = [couriers[0].phones[0][1]]
            couriers[1].common_phone_share = 0.1
    return people


def fleet(scene: Scene) -> list[Account]:
    """A firm's drivers: one payout account, some from its depot, the rent for the vehicle each week."""
    dice, city = scene.dice, scene.city
    people = scene.drivers(min(dice.randint(5, 30), max(3, city.config.drivers // 5)))
    owner, bank, ip = scene.rider(), city.mint.bank_account(), city.mint.ip()
    for each in people:
        scene.voices.payout(scene.at(dice.randrange(3), dice.uniform(9, 17)), each, bank)
        if dice.chance(0.4):
            each.common_ips, each.common_ip_share = [ip], 0.4
        for week in scene.weeks():
            if dice.chance(0.8):
                scene.send(scene.at(week, dice.uniform(9, 20)), each, owner, dice.uniform(15, 40))
    return [*people, owner]


def driver_class(scene: Scene) -> list[Account]:
    """New drivers enrolled on one tablet within days by a captain, who is paid for some of them."""
    dice, mint = scene.dice, scene.city.mint
    captain, ip, tablet = scene.drivers(1)[0], mint.ip(), mint.device()
    people = [captain]
    for _ in range(min(dice.randint(4, 16), max(2, scene.city.config.drivers // 8))):
        pupil = scene.newcomer(
            scene.at(dice.uniform(0, min(11, scene.city.config.days)), dice.uniform(9, 16)),
            drives=True,
            device=tablet if dice.chance(0.5) else None,
            ip=ip,
            referrer=captain if dice.chance(0.6) else None,
        )
        pupil.phones.append((pupil.joined_ms + 2 * HOUR_MS, mint.device()))
        people.append(pupil)
    return people


def shared_car(scene: Scene) -> list[Account]:
    """Two or three of a family on one car, in shifts: one phone, one bank account."""
    dice, mint = scene.dice, scene.city.mint
    bank, device, home, wifi = mint.bank_account(), mint.device(), scene.ground.home(dice), mint.ip()
    people = scene.drivers(dice.randint(2, 3))
    for number, each in enumerate(people):
        each.bank, each.home, each.wifi = bank, home, wifi
        each.phones = [(0, device)] if dice.chance(0.8) else each.phones
        each.shift = Shift(5.0 + 8 * number, 7.5, 0.85)
    return people


def school_run(scene: Scene) -> list[Account]:
    """A driver or two who take the children of a street to school and back, settled by the week."""
    dice, ground = scene.dice, scene.ground
    drivers = scene.drivers(dice.randint(1, 2))
    school = ground.in_one_of(("homes",), 1.0, dice)
    people = scene.riders(dice.randint(3, 10), lambda account: ground.km(account.home, school) < 5)
    for each in people:
        driver = dice.choice(drivers)
        for day in scene.workdays():
            if not dice.chance(0.7):
                continue
            ends = (ground.around(each.home, 0.02, dice), ground.door(school, dice))
            there = scene.order(scene.at(day, dice.gauss(6.6, 0.2)), each, "ride", *ends)
            there.driver, there.cancel_chance = driver, 0.03
            if dice.chance(0.6):
                back = scene.order(scene.at(day, dice.gauss(16.1, 0.2)), each, "ride", *reversed(ends))
                back.driver, back.cancel_chance = driver, 0.03
        if dice.chance(0.5):
            for week in scene.weeks():
                scene.send(scene.at(week + 4, dice.uniform(16, 21)), each, driver, dice.uniform(1, 5))
    return people + drivers


def regular_driver(scene: Scene) -> list[Account]:
    """One to four commuters who ride with one driver, morning and evening, and tip by wallet."""
    dice, ground, driver = scene.dice, scene.ground, scene.drivers(1)[0]
    people = scene.riders(dice.randint(1, 4))
    for each in people:
        for day in range(scene.city.config.days):
            if scene.city.calendar.weekday(day) < 6 and dice.chance(0.65):
                ends = (ground.around(each.home, 0.01, dice), ground.around(each.work, 0.02, dice))
                there = scene.order(scene.at(day, dice.gauss(7.3, 0.3)), each, "ride", *ends)
                there.driver, there.cancel_chance = driver, 0.04
                if dice.chance(0.7):
                    back = scene.order(scene.at(day, dice.gauss(18.2, 0.5)), each, "ride", *reversed(ends))
                    back.driver, back.cancel_chance = driver, 0.04
            if dice.chance(0.1):
                scene.send(scene.at(day, 20), each, driver, dice.uniform(0.5, 3))
    return [*people, driver]
