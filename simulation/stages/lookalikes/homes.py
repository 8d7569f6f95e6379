"""Households: families, flatmates, carers, families of drivers, people of one hall of residence."""

from __future__ import annotations

from simulation.stages.calendar import HOUR_MS
from simulation.stages.city import City
from simulation.stages.ground import around
from simulation.stages.lookalikes.groups import crowd, errand, newcomers
from simulation.stages.people import Account, Loan
from simulation.stages.voices import Voices
from simulation.streams import Dice


def family(city: City, dice: Dice) -> None:
    """2 to 6 people of one home: a phone that goes round, at times one card and line, gifts of money."""
    home, phone, card = city.ground.home(dice), city.mint.device(), city.mint.card()
    wifi = city.nets.line() if dice.chance(0.4) else None
    people = newcomers(city, dice.randint(2, 6), 0.38, dice)
    for each in people:
        city.move_in(each, home, dice)
        if dice.chance(0.45):
            each.phones = [(0, phone)]
        if each is not people[0] and people[0].joined_ms < each.joined_ms and dice.chance(0.4):
            each.referrer = people[0]
        each.wifi = wifi or each.wifi
        if dice.chance(0.5):
            each.card, each.card_chance = card, 0.6
        each.loans = [Loan(phone, dice.uniform(0.0, 0.4))]
    _pay_each_other(city, people, dice.randint(0, 10), (100, 800), dice)
    city.note("family", people)


def _pay_each_other(
    city: City, people: list[Account], count: int, units: tuple[float, float], dice: Dice
) -> None:
    voices = Voices(city)
    for _ in range(count if people else 0):
        payer, payee = dice.choice(people), dice.choice(people)
        voices.transfer(city.calendar.moment(dice), payer, payee, dice.uniform(*units), dice)


def flatmates(city: City, dice: Dice) -> None:
    """3 to 7 people on one line, each brought by the one before; rent goes to the first."""
    home, line, voices = city.ground.home(dice), city.nets.line(), Voices(city)
    people = newcomers(city, dice.randint(3, 7), 0.6, dice)
    for place, each in enumerate(people):
        city.move_in(each, around(home, 0.02, dice), dice)
        each.wifi = line
        if place and people[place - 1].joined_ms < each.joined_ms and dice.chance(0.6):
            each.referrer = people[place - 1]
        if place and dice.chance(0.5):
            each.loans = [Loan(people[0].phones[0][1], 0.1)]
        for _ in range(dice.randint(0, 4) if place else 0):
            voices.transfer(city.calendar.moment(dice), each, people[0], dice.uniform(200, 600), dice)
    city.note("flatmates", people)


def carers(city: City, dice: Dice) -> None:
    """Helpers who book an old person's rides, on their own phones and on that person's."""
    people = newcomers(city, dice.randint(2, 4), 0.38, dice)
    if len(people) < 2:
        return
    old, helpers = people[0], people[1:]
    for helper in helpers:
        city.move_in(helper, around(old.home, 1.5, dice), dice)
        helper.loans = [Loan(old.phones[0][1], dice.uniform(0.1, 0.5))]
        for day in range(city.config.days):
            if dice.chance(0.4):
                ts = city.calendar.at(day, 9 + 2 * dice.random())
                request = errand(city, old, ts, old.home, old.haunts[0], dice, vehicle="car")
                request.device = helper.own_phone(ts)
    city.note("carers", people)


def driver_family(city: City, dice: Dice) -> None:
    """2 to 4 drivers of one home who share a car by shifts, mostly with its phone and one bank account."""
    drivers, phone = newcomers(city, dice.randint(2, 4), 0.3, dice, drives=True), city.mint.device()
    bank, home = city.mint.bank_account(), city.ground.home(dice)
    for place, each in enumerate(drivers):
        city.move_in(each, home, dice)
        each.bank = bank if dice.chance(0.7) else each.bank
        if place == 0 or dice.chance(0.7):
            each.phones = [(0, phone)]
        shift = each.shift
        shift.vehicle, shift.diligence = "car", 0.9
        shift.hour, shift.length_h = 4 + place * 20 / len(drivers), 18 / len(drivers)
    city.note("driver_family_car", drivers)


def dormitory(city: City, dice: Dice) -> None:
    """Students of one hall: few lines, a wave of sign-ups at the begin of a term, each brought by another."""
    place, lines = city.ground.stage(1.5, dice), [city.nets.line() for _ in range(dice.randint(1, 3))]
    people = newcomers(city, crowd(city, dice, 45, 0.6, 10, 160), 0.1, dice)
    term = city.calendar.day(dice, 0.0, 0.75)
    for each in people:
        if dice.chance(0.6):
            wave = city.calendar.at(term, 8 + 13 * dice.random())
            ts = min(wave + int(dice.expovariate(1 / (72 * HOUR_MS))), city.config.end_ms - 24 * HOUR_MS)
            city.join(each, max(ts, city.config.start_ms))
            if dice.chance(0.6):
                each.vouchers.append(city.offers.campus)
    people.sort(key=lambda a: (a.joined_ms, a.number))
    for number, each in enumerate(people):
        city.move_in(each, around(place, 0.08, dice), dice)
        each.places, each.places_chance, each.motorcycle = lines, 0.6, 0.9
        each.sign_up_ip = dice.choice(lines) if dice.chance(0.6) else None
        friends = [a for a in people[max(0, number - 12) : number] if a.joined_ms < each.joined_ms]
        if friends and dice.chance(0.5):
            each.referrer = dice.choice(friends)
        if friends and dice.chance(0.12):
            each.loans = [Loan(dice.choice(friends).phones[0][1], 0.15)]
    city.note("dormitory", people)
