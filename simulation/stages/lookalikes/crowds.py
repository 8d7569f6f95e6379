"""Crowds: nights of an event, churches, campus stands, people whom one person has brought."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import SUNDAY
from simulation.stages.city import City
from simulation.stages.ground import around
from simulation.stages.lookalikes.groups import crowd, errand, newcomers, old_hands
from simulation.stages.voices import Voices
from simulation.streams import Dice


def event_night(city: City, dice: Dice) -> None:
    """A crowd that comes to one place, leaves it within an hour, and has one code."""
    place, day = city.ground.stage(2.5, dice), city.calendar.day(dice, 0.05, 0.98)
    guests = [
        each
        for each in city.strangers(crowd(city, dice, 60, 0.5, 8, 200), dice)
        if each.joined_ms <= city.calendar.at(day, 12)
    ]
    for each in guests:
        each.vouchers.insert(0, city.offers.event)
        if dice.chance(0.6):
            errand(city, each, city.calendar.at(day, dice.gauss(18.5, 0.7)), each.home, place, dice)
        errand(city, each, city.calendar.at(day, dice.gauss(23.3, 0.5)), place, each.home, dice)
    city.note("event_night", guests)


def church_group(city: City, dice: Dice) -> None:
    """A parish: rides on Sundays, tithes to the pastor, who has brought some; strangers come, too."""
    place, voices = city.ground.home(dice), Voices(city)
    pastors = old_hands(city, 1, 100, 400, dice)
    size = crowd(city, dice, 30, 0.6, 8, 110)
    flock = newcomers(city, max(2, round(0.6 * size)), 0.38, dice)
    for each in [*pastors, *flock]:
        city.move_in(each, around(place, 0.2 if each in pastors else 2.0, dice), dice)
    for each in flock:
        if pastors and pastors[0].joined_ms < each.joined_ms and dice.chance(0.33):
            each.referrer = pastors[0]
    flock += city.strangers(round(0.4 * size), dice)
    sundays = [day for day in range(city.config.days) if city.calendar.weekday(day) == SUNDAY]
    for each in flock:
        if dice.chance(0.3):
            each.vouchers.append(city.offers.church)
        for day in sundays:
            if not dice.chance(0.55) or city.calendar.at(day, 7) < each.joined_ms:
                continue
            errand(city, each, city.calendar.at(day, dice.gauss(8, 0.4)), each.home, place, dice)
            if dice.chance(0.7):
                errand(city, each, city.calendar.at(day, dice.gauss(12, 0.5)), place, each.home, dice)
            if pastors and dice.chance(0.3):
                ts, units = city.calendar.at(day, 10 + dice.random()), dice.choice((50, 100, 200, 500))
                voices.transfer(ts, each, pastors[0], units, dice)
    city.note("church_group", [*pastors, *flock])


def campus_promo_day(city: City, dice: Dice) -> None:
    """A stand on a campus: within a day many sign up, most on its tablets, brought by its ambassadors."""
    place, day = city.ground.stage(1.0, dice), city.calendar.day(dice, 0.0, 0.85)
    ambassadors, line = old_hands(city, dice.randint(1, 4), 5, 60, dice), city.nets.line()
    tablets = [city.mint.device() for _ in ambassadors]
    students = city.take(crowd(city, dice, 45, 0.5, 8, 150))
    for each in ambassadors:
        city.move_in(each, around(place, 0.5, dice), dice)
    for each in students if ambassadors else []:
        ts = max(city.config.start_ms, city.calendar.at(day, 9.5 + 7 * dice.random()))
        city.join(each, ts)
        city.move_in(each, around(place, 1.2, dice), dice)
        number, on_tablet = dice.randrange(len(ambassadors)), dice.chance(0.6)
        if on_tablet:
            each.sign_up_device, each.sign_up_ip = tablets[number], line
        each.referrer = ambassadors[number] if dice.chance(0.8) else None
        each.vouchers.append(city.offers.campus_day)
        each.rate *= 0.7
        each.until_ms = ts + 6 * DAY_MS if dice.chance(0.3) else city.config.end_ms
    city.note("campus_promo_day", [*ambassadors, *students] if ambassadors else [])


def influencer(city: City, dice: Dice) -> None:
    """A star of referrals: somebody whose followers sign up within days, from everywhere."""
    stars = old_hands(city, 1, 30, 400, dice)
    begin = city.calendar.at(city.calendar.day(dice, 0.0, 0.75), 20)
    followers = city.take(crowd(city, dice, 60, 0.6, 8, 200)) if stars else []
    for each in followers:
        ts = begin + int(dice.expovariate(1 / (2.2 * DAY_MS)))
        city.join(each, max(city.config.start_ms, ts))
        each.until_ms = max(each.until_ms, each.joined_ms + DAY_MS)
        each.referrer = stars[0]
    city.note("influencer", [*stars, *followers])
