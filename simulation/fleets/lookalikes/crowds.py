"""Honest crowds: an evening, a stand, a following, a parish, a collection."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.lookalikes.scene import Scene
from simulation.fleets.networks import Network
from simulation.fleets.offers import Code

_SUNDAY: Final = 6


def event_night(scene: Scene) -> None:
    """One place, one evening, one code; a third of them have signed up for it."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    size, day = scene.crowd(60.0, 0.5, 25.0, 160.0), scene.day(2, 2)
    code = Code(city.mint.promo(), dice.choice((3.0, 4.0, 5.0)))
    place = dice.choice((ground.stadium, dice.choice(ground.bars), dice.choice(ground.campuses)))
    network = Network([(1.0, [city.mint.ip()])])
    scene.group += scene.known(size * 2 // 3)
    while len(scene.group) < size:
        newcomer = scene.rider(scene.at(day, dice.gauss(20.0, 2.0)))
        newcomer.share, newcomer.lives_from_ms = 0.8, scene.at(day + 1)
        scene.group.append(newcomer)
    for account in scene.group:
        if dice.chance(0.5):
            goal = ground.around(place, 0.1, dice)
            wish = scene.wish(scene.at(day, dice.gauss(19.3, 0.5)), account, account.home, goal, "home")
            wish.promo = code
        if dice.chance(0.9):
            start = ground.around(place, 0.15, dice)
            wish = scene.wish(scene.at(day, dice.gauss(23.6, 0.35)), account, start, account.home)
            wish.promo = code if dice.chance(0.5) else None
            wish.network = network if dice.chance(0.3) else None


def campus_day(scene: Scene) -> None:
    """A stand with its own network, an ambassador, a tablet for some, and a code for the first days."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    size, day = scene.crowd(60.0, 0.5, 20.0, 170.0), scene.day(0, 6)
    campus, ip, tablet = dice.choice(ground.campuses), city.mint.ip(), city.mint.device()
    code = Code(city.mint.promo(), dice.choice((4.0, 5.0, 6.0)))
    ambassador = scene.rider(scene.since(20.0, 200.0), profile="student")
    scene.group.append(ambassador)
    for _ in range(size):
        on_tablet = dice.chance(0.08)
        account = scene.rider(
            scene.at(day, dice.uniform(10.0, 17.0)),
            referrer=ambassador if dice.chance(0.7) else None,
            profile="student",
            device=tablet if on_tablet else None,
            welcome=False,
        )
        account.signup_place, account.share = "out", 0.99
        account.signup_ip = ip if dice.chance(0.8) else None
        if on_tablet:
            account.change_phone(account.joined_ms + 2 * HOUR_MS, city.mint.device())
        if dice.chance(0.7):
            ts = scene.later(account.joined_ms, 1.0, 60.0)
            scene.wish(ts, account, ground.around(campus, 0.3, dice), account.home).promo = code
        scene.group.append(account)


def influencer(scene: Scene) -> None:
    """Followers of one rider, who sign up within days of each post and name the one they follow."""
    dice, city = scene.dice, scene.city
    star = scene.rider(scene.since(30.0, 400.0), profile="night", rate=0.5)
    scene.group.append(star)
    posts = [dice.uniform(0.0, max(0.5, scene.days - 3.0)) for _ in range(dice.randint(1, 4))]
    for _ in range(scene.crowd(45.0, 0.6, 15.0, 150.0)):
        ts = city.inside(scene.at(dice.choice(posts) + dice.expovariate(1 / 1.2)), 0.2)
        referrer = star if dice.chance(0.85) else dice.choice(scene.group)
        account = scene.rider(ts, referrer=referrer if referrer.joined_ms < ts - HOUR_MS else star)
        scene.group.append(account)


def parish(scene: Scene) -> None:
    """The same way every Sunday; a coordinator whom some were brought by pays some of it back."""
    dice, ground = scene.dice, scene.ground
    church = ground.home(dice)
    drivers = [scene.regular() for _ in range(2)]
    head = scene.rider(scene.since(60.0, 900.0))
    scene.group.append(head)
    for _ in range(scene.crowd(18.0, 0.6, 7.0, 40.0)):
        ts = scene.born(0.75)
        account = scene.rider(
            ts,
            home=ground.around(church, 1.8, dice),
            referrer=scene.earlier([head], ts, 0.3),
            profile="occasional",
            rate=0.05,
        )
        scene.group.append(account)
    for day in range(scene.days):
        if scene.city.calendar.weekday(day) != _SUNDAY:
            continue
        for account in scene.group[1:]:
            if not dice.chance(0.45):
                continue
            ts = scene.at(day, dice.gauss(10.4, 0.2))
            wish = scene.wish(ts, account, account.home, church, "home")
            wish.driver = dice.choice(drivers) if dice.chance(0.3) else None
            scene.wish(scene.at(day, dice.gauss(12.7, 0.3)), account, church, account.home)
            if dice.chance(0.15):
                scene.send(scene.at(day, 13.5), head, account, dice.choice((5.0, 8.0, 10.0)))


def collection(scene: Scene) -> None:
    """Many give the same sum, or twice it, to one of them for a present."""
    dice = scene.dice
    scene.group += scene.known(scene.crowd(14.0, 0.6, 6.0, 30.0))
    day, units = dice.uniform(0.2, 0.9) * scene.days, dice.choice((5.0, 10.0, 15.0, 20.0))
    for giver in scene.group[1:]:
        ts = int(scene.at(day) + dice.gauss(0.0, 9 / 24) * DAY_MS)
        scene.send(ts, giver, scene.group[0], units if dice.chance(0.8) else 2 * units)
