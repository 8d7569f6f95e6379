"""Workplaces: offices on one card or one night shift, lunch for the floor, markets, hotels, kitchens."""

from __future__ import annotations

from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account


def office_card(scene: Scene) -> list[Account]:
    """Colleagues on one company card, from one office."""
    dice, mint = scene.dice, scene.city.mint
    people = scene.riders(scene.crowd(4, 45), lambda account: account.life == "worker")
    card, ip, office = mint.card(), mint.ip(), scene.ground.in_one_of(("business",), 0.4, dice)
    for each in people:
        each.work, each.office_ip = office, ip
        scene.store_card(each, card, 60)
        each.rate *= dice.uniform(1.0, 2.0)
    return people


def night_office(scene: Scene) -> list[Account]:
    """A call centre's night shift: rides home before dawn with a code from the company."""
    dice = scene.dice
    office = scene.ground.in_one_of(("business",), 0.3, dice)
    ip, code = scene.city.mint.ip(), scene.city.offers.code(scene.city.mint, 1.0, 1.5, dice)
    people = scene.riders(scene.crowd(25, 90), lambda account: account.life == "night")
    for each in people:
        each.work, each.office_ip = office, ip
        for day in scene.workdays():
            if dice.chance(0.25):
                ts = scene.at(day, dice.choice((4.1, 5.1)) + dice.gauss(0, 0.15))
                door = scene.ground.around(each.home, 0.02, dice)
                scene.order(ts, each, "ride", scene.ground.door(office, dice), door).offer = code
    return people


def office_lunch(scene: Scene) -> list[Account]:
    """One colleague orders for the floor and is paid back by wallet."""
    dice = scene.dice
    people = scene.riders(dice.randint(5, 20), lambda account: account.life == "worker")
    if not people:
        return []
    buyer = people[0]
    for each in people:
        each.work = buyer.work
    for day in scene.workdays():
        if dice.chance(0.6):
            ts = scene.at(day, dice.gauss(11.6, 0.3))
            order = scene.meal(ts, buyer, scene.ground.around(buyer.work, 0.01, dice))
            order.fare, order.offer = dice.uniform(12, 35), "campaign"
            for each in people[1:]:
                if dice.chance(0.5):
                    later = ts + int(dice.uniform(0.3, 6) * HOUR_MS)
                    scene.send(later, each, buyer, dice.uniform(2, 5))
    return people


def market(scene: Scene) -> list[Account]:
    """Traders of one market who send parcels all over town and pay each other."""
    dice, ground = scene.dice, scene.ground
    place, ip = ground.outing(0.5, dice), scene.city.mint.ip()
    people = scene.riders(scene.crowd(5, 22))
    for each in people:
        each.work, each.office_ip, each.life = ground.around(place, 0.06, dice), ip, "worker"
        for _ in range(dice.randint(5, 30)):
            start = ground.around(place, 0.05, dice)
            scene.order(scene.hours(6, 17), each, "parcel", start, ground.anywhere(2.0, dice))
    if people:
        scene.chat(people, len(people) * dice.randint(4, 14), 2, 40)
    return people


def concierge(scene: Scene) -> list[Account]:
    """A hotel's desk: two to five accounts on one tablet and one card, with rides for its guests."""
    dice, ground, mint = scene.dice, scene.ground, scene.city.mint
    place = ground.in_one_of(("business", "mall", "market", "airport"), 0.5, dice)
    ip, tablet, card = mint.ip(), mint.device(), mint.card()
    people = []
    for _ in range(dice.randint(2, 5)):
        desk = scene.rider()
        desk.home, desk.phones, desk.wifi, desk.signup_ip = place, [(0, tablet)], ip, ip
        desk.cards, desk.rate, desk.thrift = [(0, card)], 0.0, 0.05
        desk.pays_by_card, desk.common_ips, desk.common_ip_share = True, [ip], 0.95
        for _ in range(dice.randint(15, 60)):
            hour = dice.choice((dice.gauss(8, 2), dice.gauss(18, 3)))
            start, end = ground.around(place, 0.01, dice), ground.outing(0.4, dice)
            scene.order(scene.at(scene.day(), hour), desk, "ride", start, end)
        people.append(desk)
    return people


def kitchen_tests(scene: Scene) -> list[Account]:
    """A kitchen's staff test its menu and printer with cheap orders, which a few couriers know."""
    dice, ground, mint = scene.dice, scene.ground, scene.city.mint
    kitchen, ip, tablet = ground.kitchen(dice), mint.ip(), mint.device()
    people = []
    for _ in range(dice.randint(2, 7)):
        home = ground.around(kitchen, 0.05, dice)
        device = tablet if dice.chance(0.6) else None
        each = scene.newcomer(home=home, wifi=ip, device=device, thrift=0.1, pace=(0.05, 0.2))
        each.kitchens, each.work_kitchens = [kitchen], [kitchen]
        people.append(each)
    couriers = scene.drivers(dice.randint(1, 4))
    for day in range(scene.city.config.days):
        if dice.chance(0.2):
            for each in dice.some(people, dice.randint(1, len(people))):
                ts, door = scene.at(day, dice.uniform(9, 16)), ground.around(kitchen, 0.05, dice)
                order = scene.order(ts, each, "food", kitchen, door)
                order.fare, order.offer = dice.uniform(0.5, 3), None
                order.driver = dice.choice(couriers) if dice.chance(0.6) else None
    return people + couriers
