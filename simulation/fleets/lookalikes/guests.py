"""Honest guests: those for whom a hotel books, flight crews, and a weekend with friends."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.fleets.city import ROAMING
from simulation.fleets.draws import about
from simulation.fleets.lookalikes.scene import Scene
from simulation.fleets.people import Account
from simulation.fleets.settling import visit


def _tourist(scene: Scene, day: int, hotel: int, *, cards: list[str] | None = None) -> Account:
    account = scene.rider(scene.at(day, 12.0), cards=cards)
    visit(scene.city, account, day, scene.dice, hotel)
    scene.group.append(account)
    return account


def concierge(scene: Scene) -> None:
    """A desk's accounts on one tablet and the hotel's card, beside guests on the hotel's network."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    hotel, tablet, card = dice.randrange(len(ground.hotels)), city.mint.device(), city.mint.card()
    place = ground.hotels[hotel]
    for _ in range(dice.randint(2, 4)):
        desk = scene.rider(
            scene.born(0.9),
            device=tablet,
            home=place,
            wifi=city.hotel_ips[hotel],
            cards=[card],
            profile="occasional",
            rate=0.0,
        )
        scene.group.append(desk)
        for day in range(scene.days):
            for _ in range(dice.poisson(2.0) if dice.chance(0.55) else 0):
                sight = ground.around(dice.choice(ground.sights), 0.2, dice)
                goal = dice.choice((ground.at_airport(dice), sight, dice.choice(ground.stations)))
                start = ground.around(place, 0.02, dice)
                scene.wish(scene.at(day, dice.uniform(6.0, 23.0)), desk, start, goal, "home")
    for _ in range(scene.crowd(9.0, 0.7, 3.0, 25.0)):
        _tourist(scene, scene.day(0, 2), hotel)


def aircrew(scene: Scene) -> None:
    """Flight crews on the airline's card, from the airport to one hotel and back, with drivers they like."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    hotel, card = dice.randrange(len(ground.hotels)), city.mint.card()
    place, drivers = ground.hotels[hotel], [scene.regular() for _ in range(3)]
    for _ in range(scene.crowd(14.0, 0.6, 6.0, 35.0)):
        account = scene.rider(
            scene.born(0.9),
            home=place,
            wifi=city.hotel_ips[hotel],
            cards=[card],
            profile="occasional",
            rate=0.0,
        )
        account.carrier = ROAMING
        scene.group.append(account)
        for _ in range(dice.randint(1, 5)):
            day = scene.day(0, 2)
            ts = scene.at(day, dice.uniform(8.0, 24.0))
            there = scene.wish(ts, account, ground.at_airport(dice), place)
            there.driver = dice.choice(drivers) if dice.chance(0.5) else None
            ts = scene.at(day + 1, dice.uniform(5.0, 14.0))
            back = scene.wish(ts, account, place, ground.at_airport(dice), "home")
            back.driver = dice.choice(drivers) if dice.chance(0.5) else None


def stag_weekend(scene: Scene) -> None:
    """Friends from abroad for three nights, some on one card, who settle up with one of them."""
    dice, city, ground = scene.dice, scene.city, scene.ground
    hotel, day, card = dice.randrange(len(ground.hotels)), scene.day(0, 4), city.mint.card()
    for _ in range(dice.randint(5, 14)):
        guest = _tourist(scene, day, hotel, cards=[card] if dice.chance(0.4) else None)
        guest.until_ms = guest.joined_ms + 3 * DAY_MS
    for night in range(2):
        bar = ground.around(dice.choice(ground.bars), 0.1, dice)
        hour = dice.gauss(26.0, 0.5)
        for guest in dice.some(scene.group, (len(scene.group) + 2) // 3):
            scene.wish(scene.at(day + night, hour + dice.uniform(0.0, 0.2)), guest, bar, guest.home)
    for guest in scene.group[1:]:
        if dice.chance(0.6):
            ts = scene.at(day + 2, dice.uniform(10.0, 20.0))
            scene.send(ts, guest, scene.group[0], about(dice, 25.0, 0.5, 5.0, 90.0))
