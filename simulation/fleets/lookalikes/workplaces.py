"""Honest people of one firm: a company card, one way onto the internet, one tablet."""

from __future__ import annotations

from simulation.fleets.lookalikes.scene import Scene
from simulation.fleets.networks import Network


def office(scene: Scene) -> None:
    """Staff on one or two company cards, on the office's network, and late rides home together."""
    dice, city = scene.dice, scene.city
    place = scene.ground.around(dice.choice(scene.ground.offices), 0.3, dice)
    ip, cards = city.mint.ip(), [city.mint.card() for _ in range(dice.choice((1, 1, 2)))]
    for _ in range(scene.crowd(22.0, 0.7, 8.0, 110.0)):
        company = dice.choice(cards)
        account = scene.rider(
            scene.born(0.75),
            work=place,
            work_ip=ip,
            cards=[city.mint.card(), company],
            profile=dice.choice(("commuter", "business", "business")),
        )
        if dice.chance(0.7):
            account.usual_card = company
        scene.group.append(account)
    for day in scene.workdays():
        if dice.chance(0.3):
            for account in dice.some(scene.group, dice.randint(2, 6)):
                wish = scene.wish(scene.at(day, dice.gauss(20.5, 0.8)), account, place, account.home, "work")
                wish.card = cards[-1]


def remote_firm(scene: Scene) -> None:
    """People who live anywhere and whose firm sends all they do through two addresses."""
    dice, city = scene.dice, scene.city
    exits = [city.mint.ip(), city.mint.ip()]
    network = Network([(0.6, exits), (0.4, city.carriers[1])])
    for _ in range(scene.crowd(25.0, 0.6, 10.0, 60.0)):
        profile = dice.choice(("business", "eater", "commuter"))
        scene.group.append(scene.rider(scene.born(0.7), profile=profile, network=network))


def kitchen_brands(scene: Scene) -> None:
    """One kitchen, several brands: accounts on one tablet and card that send meals to its customers."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    place, tablet = dice.choice(ground.kitchens), city.mint.device()
    card, wifi = city.mint.card(), city.mint.ip()
    couriers = [scene.regular(delivers=True) for _ in range(3)]
    for _ in range(dice.randint(2, 6)):
        account = scene.rider(
            scene.born(0.85),
            device=tablet if dice.chance(0.7) else None,
            home=place,
            wifi=wifi,
            cards=[card],
            profile="occasional",
            rate=0.0,
        )
        scene.group.append(account)
        for day in range(scene.days):
            for _ in range(dice.poisson(2.2)):
                hour = dice.choice((dice.gauss(14.0, 0.7), dice.gauss(21.0, 0.8)))
                door = ground.around(place, 2.0, dice)
                wish = scene.wish(scene.at(day, hour), account, place, door, "home")
                wish.food, wish.driver = True, dice.choice(couriers) if dice.chance(0.35) else None
