"""Crowds: one gate and code, one campus stand, one influencer, one chat group, one church."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.people import Account


def event(scene: Scene) -> list[Account]:
    """A concert's end: one gate, one code, the venue's network, and some who have just signed up."""
    dice, ground, city = scene.dice, scene.ground, scene.city
    venue, ip = ground.outing(0.8, dice), city.mint.ip()
    day, code = scene.day(0.9), city.offers.code(city.mint, 1.0, 2.5, dice)
    evening = scene.at(day, 0)
    people = scene.riders(scene.crowd(40, 120), lambda each: each.joined_ms < evening, newer=True)
    for _ in range(scene.crowd(10, 60)):
        at_gate = ip if dice.chance(0.6) else None
        people.append(scene.newcomer(scene.at(day, dice.gauss(22.2, 0.4)), ip=at_gate, pace=(0.05, 0.5)))
    for each in people:
        if dice.chance(0.4):
            scene.voices.login(scene.at(day, dice.gauss(22.3, 0.4)), each, dice, ip=ip)
        ts = max(scene.at(day, dice.gauss(22.9, 0.5)), each.joined_ms + 4 * MINUTE_MS)
        gate, home = ground.around(venue, 0.08, dice), ground.around(each.home, 0.02, dice)
        order = scene.order(ts, each, "ride", gate, home)
        if dice.chance(0.7):
            order.offer = code
    return people


def campus_day(scene: Scene) -> list[Account]:
    """A mass sign-up on a campus: ambassadors, a code, some on the stand's tablets."""
    dice, ground, city = scene.dice, scene.ground, scene.city
    campus, day = ground.in_one_of(("campus",), 0.3, dice), scene.day(0.8)
    ips = [city.mint.ip() for _ in "123"]
    ambassadors = scene.riders(dice.randint(1, 4), lambda each: each.life == "student")
    code = city.offers.code(city.mint, 1.5, 3.0, dice)
    tablets = [city.mint.device(), city.mint.device()] if dice.chance(0.4) else []
    people = list(ambassadors)
    for _ in range(scene.crowd(40, 150)):
        on_tablet = bool(tablets) and dice.chance(0.25)
        each = scene.newcomer(
            scene.at(day, dice.uniform(9, 17)),
            home=ground.around(campus, 1.5, dice),
            life="student",
            ip=dice.choice(ips),
            referrer=dice.choice(ambassadors) if ambassadors and dice.chance(0.7) else None,
            thrift=dice.uniform(0.5, 0.95),
            device=dice.choice(tablets) if on_tablet else None,
            pace=(0.05, 1.1),
        )
        if on_tablet:
            each.phones.append((each.joined_ms + 20 * MINUTE_MS, city.mint.device()))
        ts = each.joined_ms + int(dice.uniform(0.2, 30) * HOUR_MS)
        if dice.chance(2 / 3):
            order = scene.meal(ts, each, ground.around(campus, 0.3, dice))
        else:
            ends = (ground.around(campus, 0.3, dice), ground.around(campus, 2.0, dice))
            order = scene.order(ts, each, "ride", *ends)
        order.offer = code
        people.append(each)
    return people


def influencer(scene: Scene) -> list[Account]:
    """Somebody with followers, of whom 20 to 120 sign up under one code, most after a post."""
    dice, city, star = scene.dice, scene.city, scene.rider()
    posts = [city.moment(dice, 0.0, 0.75) for _ in range(dice.randint(1, 4))]
    people = [star]
    for _ in range(scene.crowd(20, 120)):
        ts = city.moment(dice, 0.0, 0.9)
        if dice.chance(0.8):
            ts = dice.choice(posts) + int(dice.expovariate(0.7) * DAY_MS) + dice.randrange(20 * HOUR_MS)
        people.append(scene.newcomer(ts, referrer=star, pace=(0.05, 1.2), thrift=dice.uniform(0.4, 0.9)))
    return people


def voucher_hunters(scene: Scene) -> list[Account]:
    """Students of a chat group: the same codes within minutes, invitations, bills split."""
    dice, ground, city = scene.dice, scene.ground, scene.city
    people = scene.riders(scene.crowd(8, 35), lambda each: each.life == "student")
    for _ in range(dice.randint(2, 10) if people else 0):
        friend = dice.choice(people)
        home = ground.around(friend.home, 0.5, dice)
        ts = scene.at(scene.day(0.85), dice.uniform(10, 23))
        referrer = friend if friend.joined_ms < ts else None
        people.append(scene.newcomer(ts, home=home, life="student", referrer=referrer))
    for each in people:
        each.thrift = dice.uniform(0.85, 0.99)
        each.rate = max(each.rate, 0.75 * city.config.trips_per_rider_day)
    for _ in range(dice.randint(4, 12)):
        day, hour = scene.day(), dice.choice((11, 12, 18, 20))
        code = city.offers.code(city.mint, 1.0, 3.0, dice)
        for each in people:
            if dice.chance(0.7):
                ts = scene.at(day, hour + dice.expovariate(4))
                scene.meal(ts, each, ground.around(each.home, 0.02, dice)).offer = code
    if people:
        scene.chat(people, len(people) * 4, 0.5, 4)
    return people


def church(scene: Scene) -> list[Account]:
    """A congregation: one hour and place on Sundays, offerings to one hand, newcomers whom it invited."""
    dice, ground, leader = scene.dice, scene.ground, scene.rider()
    place = ground.in_one_of(("homes",), 1.0, dice)
    people = scene.riders(dice.randint(6, 25), lambda each: ground.km(each.home, place) < 6)
    for _ in range(dice.randint(2, 14)):
        ts = scene.at(scene.day(0.8), dice.uniform(9, 12))
        home = ground.around(place, 2.0, dice)
        people.append(scene.newcomer(ts, home=home, referrer=leader, life="home"))
    for day in range(scene.city.config.days):
        if scene.city.calendar.weekday(day) != 6:
            continue
        for each in people:
            if dice.chance(0.6):
                home, door = ground.around(each.home, 0.02, dice), ground.door(place, dice)
                scene.order(scene.at(day, dice.gauss(8.3, 0.3)), each, "ride", home, door)
            if dice.chance(0.5):
                units = dice.choice((1.0, 2.0, 5.0, 10.0))
                scene.send(scene.at(day, dice.gauss(10.5, 0.5)), each, leader, units)
    return [leader, *people]
