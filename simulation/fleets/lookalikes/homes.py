"""Honest people under one roof: families, flats, housing, and old people who are looked after."""

from __future__ import annotations

from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.ground import Spot
from simulation.fleets.lookalikes.scene import Scene
from simulation.fleets.people import Account

_ALLOWANCES = (5.0, 10.0, 20.0, 30.0)


def family(scene: Scene) -> None:
    """One home and card, allowances, a phone handed down, a log-in on a parent's phone."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    home, wifi, card, old = ground.home(dice), city.mint.ip(), city.mint.card(), city.mint.device()
    for number in range(dice.randint(2, 6)):
        one_card = [card] if dice.chance(0.8) else [city.mint.card(), card]
        handed_down = old if number and dice.chance(0.25) else None
        ts = scene.born(0.7)
        account = scene.rider(
            ts,
            home=ground.around(home, 0.01, dice),
            wifi=wifi,
            cards=one_card,
            device=handed_down,
            referrer=scene.earlier(scene.group[:1], ts, 0.15),
        )
        scene.group.append(account)
    parent = scene.group[0]
    for child in scene.group[1:]:
        if dice.chance(0.4):
            for _ in range(dice.randint(1, 5)):
                scene.send(scene.moment(9.0, 22.0), parent, child, dice.choice(_ALLOWANCES))
        if dice.chance(0.3):
            scene.login(scene.moment(18.0, 22.0), child, parent.phones[0][1], wifi, home)


def flatmates(scene: Scene) -> None:
    """Three to seven in one flat: they bring each other and settle what one has paid for all."""
    dice, home, wifi = scene.dice, scene.ground.home(scene.dice), scene.city.mint.ip()
    for _ in range(dice.randint(3, 7)):
        ts = scene.born(0.6)
        account = scene.rider(
            ts,
            home=scene.ground.around(home, 0.01, dice),
            wifi=wifi,
            referrer=scene.earlier(scene.group, ts, 0.5),
            profile=dice.choice(("student", "night", "eater")),
        )
        scene.group.append(account)
    scene.spend(scene.group, dice.randint(4, 25), 8.0, 0.6, 60.0)


def refugee_housing(scene: Scene) -> None:
    """Newcomers in waves at one house, some of whom sign up on another's phone."""
    _housing(scene, scene.ground.home(scene.dice), 0.12)


def student_residence(scene: Scene) -> None:
    """Students in waves at one residence, who bring each other."""
    _housing(scene, scene.ground.around(scene.dice.choice(scene.ground.campuses), 0.6, scene.dice), 0.02)


def _housing(scene: Scene, home: Spot, one_phone: float) -> None:
    dice, city = scene.dice, scene.city
    size = scene.crowd(55.0, 0.6, 18.0, 190.0)
    ips = [city.mint.ip() for _ in range(dice.choice((1, 1, 2)))]
    waves = [dice.uniform(-40.0, max(0.5, scene.days - 3.0)) for _ in range(dice.randint(2, 5))]
    carrier = dice.randrange(4)
    for _ in range(size):
        ts = city.inside(scene.at(dice.choice(waves) + abs(dice.gauss(0.0, 1.2))), 0.3)
        there = [each for each in scene.group if each.joined_ms < ts - HOUR_MS]
        account = scene.rider(
            ts,
            home=scene.ground.around(home, 0.02, dice),
            wifi=dice.choice(ips),
            referrer=dice.choice(there) if there and dice.chance(0.35) else None,
            profile=dice.choice(("student", "occasional", "eater")),
            device=dice.choice(there).phone(ts) if there and dice.chance(one_phone) else None,
            cards=None if dice.chance(0.8) else [],
        )
        account.carrier = carrier
        scene.group.append(account)
    scene.spend(scene.group, size // 3, 7.0, 0.5, 40.0)


def carers(scene: Scene) -> None:
    """Carers whose phone is in old people's accounts, on the agency's card, to a hospital and back."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    card = city.mint.card()
    helpers = [scene.rider(scene.born(0.9)) for _ in range(dice.randint(2, 5))]
    scene.group += helpers
    for _ in range(dice.randint(3, 14)):
        helper = dice.choice(helpers)
        phone = helper.phones[0][1]
        account = scene.rider(
            scene.born(0.85),
            device=phone if dice.chance(0.6) else None,
            cards=[card] if dice.chance(0.7) else None,
            profile="occasional",
            rate=0.03,
        )
        scene.group.append(account)
        _to_hospital(scene, account, phone, ground.around(dice.choice(ground.hospitals), 0.1, dice))


def _to_hospital(scene: Scene, account: Account, phone: str, hospital: Spot) -> None:
    dice = scene.dice
    for day in range(scene.days):
        if dice.chance(0.13):
            out = scene.wish(scene.at(day, dice.gauss(10.5, 1.0)), account, account.home, hospital, "home")
            back = scene.wish(scene.at(day, dice.gauss(13.0, 1.0)), account, hospital, account.home)
            out.device = phone if dice.chance(0.7) else None
            back.device = phone if dice.chance(0.7) else None
