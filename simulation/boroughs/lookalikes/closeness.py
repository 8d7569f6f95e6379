"""Honest people who keep meeting: villages, pairs, fans, congregations, bonus chasers, bargain hunters."""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Errand
from simulation.boroughs.voices import Voices
from simulation.streams import Dice


def village(city: City, dice: Dice) -> None:
    """A village with one to four drivers, who take nearly all of its rides."""
    drivers = city.take(dice.randint(1, 4), dice, drives=True)
    people = city.take(dice.randint(8, 60), dice) if drivers else []
    if not people:
        return
    middle, net = city.ground.hamlet(dice), Net([city.mint.ip()])
    places = [city.ground.around(middle, 1.5, dice) for _ in range(3)]
    for driver in drivers:
        driver.home = middle
        if driver.shift is not None:
            driver.shift.days, driver.shift.chaser = (0, 1, 2, 3, 4, 5, 6), False
    for each in people:
        each.home, each.drivers_nearby = city.ground.around(middle, 1.0, dice), drivers
        each.errands = [
            Errand((0, 1, 2, 3, 4, 5, 6), dice.uniform(8, 20), 2.5, each.home, dice.choice(places), 0.6),
            Errand((0, 1, 2, 3, 4, 5, 6), dice.uniform(10, 22), 2.5, dice.choice(places), each.home, 0.4),
        ]
        if dice.chance(0.5):
            each.nets.append((0.5, net))
    city.note("village", [*people, *drivers])


def regular_pair(city: City, dice: Dice) -> None:
    """A rider, at times with colleagues, whom the same driver takes every morning."""
    drivers = city.take(1, dice, drives=True)
    people = city.take(dice.choices((1, 2, 3, 5), (6, 2, 1, 1))[0], dice) if drivers else []
    if not people:
        return
    office, hour = city.ground.spot("office", dice), dice.uniform(6, 9)
    back = dice.chance(0.5)
    for each in people:
        pair = [Errand((0, 1, 2, 3, 4), hour, 0.1, each.home, office, dice.uniform(0.6, 1.0), drivers[0])]
        if back:
            pair.append(
                Errand((0, 1, 2, 3, 4), hour + 9, 0.2, office, each.home, dice.uniform(0.4, 0.9), drivers[0])
            )
        each.errands += pair
    city.note("regular_pair", [*people, *drivers])


def fans(city: City, dice: Dice) -> None:
    """Riders who call the two or three drivers whom they know, at ordinary times, for ordinary rides."""
    drivers = city.take(dice.randint(1, 3), dice, drives=True)
    people = city.take(dice.randint(3, 16), dice) if drivers else []
    if not people:
        return
    for each in people:
        each.errands.append(
            Errand(
                tuple(sorted(dice.sample(range(7), dice.randint(1, 4)))),
                dice.uniform(7, 23),
                1.5,
                each.home,
                dice.choice(("bar", "shop", "office")),
                dice.uniform(0.3, 1.0),
                dice.choice(drivers),
            )
        )
    city.note("fans", [*people, *drivers])


def congregation(city: City, dice: Dice) -> None:
    """A church, a club or a late shift: many people at the same corner at the same hour each week."""
    people = city.take(dice.randint(8, 50), dice)
    door, hour = city.ground.spot("shop", dice), dice.uniform(0, 24)
    days = tuple(sorted(dice.sample(range(7), dice.randint(1, 5))))
    for each in people:
        each.errands += [
            Errand(days, hour, 0.3, each.home, door, dice.uniform(0.2, 0.8) * 0.7),
            Errand(days, (hour + dice.uniform(1, 9)) % 24, 0.3, door, each.home, dice.uniform(0.3, 0.9)),
        ]
    city.note("congregation", people)


def bonus_chasers(city: City, dice: Dice) -> None:
    """Drivers of one forum who work the bonus hours together, and live for them."""
    drivers = city.take(dice.randint(4, 25), dice, drives=True)
    for each in drivers:
        if each.shift is not None:
            each.shift.chaser, each.shift.days = True, (0, 1, 2, 3, 4, 5, 6)
    city.note("bonus_chasers", drivers)


def bargain_hunters(city: City, dice: Dice) -> None:
    """Honest people of one forum who take every promotion there is, within hours, on their own phones."""
    people = city.take(dice.randint(2, 20), dice)
    voices = Voices(city)
    extra = [
        (city.mint.promo(), round(city.priors.price * dice.uniform(0.3, 2), 2), city.moment(dice))
        for _ in range(dice.randint(2, 6))
    ]
    for each in people:
        each.eagerness = 30.0
        for promo, amount, begin in extra:
            ts = begin + int(dice.log_uniform(0.1, 30) * HOUR_MS)
            if ts > each.from_ms and dice.chance(0.85):
                voices.promo(ts, each, (promo, amount), dice)
    city.note("bargain_hunters", people)
