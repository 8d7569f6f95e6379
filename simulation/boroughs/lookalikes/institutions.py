"""Honest crowds: companies, campuses, dormitories, fleets, campaigns gone viral."""

from __future__ import annotations

from itertools import pairwise

from simulation.boroughs.biographies import refer
from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Errand
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice


def company(city: City, dice: Dice) -> None:
    """Employees on one company card, from one office network."""
    people = city.take(round(dice.log_uniform(4, 80)), dice)
    card, net, office = city.mint.card(), Net([city.mint.ip()]), city.ground.spot("office", dice)
    for each in people:
        each.cards = [card, *each.cards] if dice.chance(0.6) else [card]
        each.cash = min(each.cash, 0.3)
        each.nets.append((dice.uniform(0.2, 1.5), net))
        for errand in each.errands:
            if dice.chance(0.4):
                errand.end = office
    city.note("company_card", people)


def campus_drive(city: City, dice: Dice) -> None:
    """Students who sign up at a stand on one address within a day or two, and take the promotion."""
    people = city.take(round(dice.log_uniform(8, max(12, city.config.riders * 0.03))), dice)
    net, voices = Net([city.mint.ip()]), Voices(city)
    begin = city.calendar.waking(city.moment(dice, 0.0, 0.85), dice)
    code = (city.mint.promo(), round(city.priors.price * dice.log_uniform(0.5, 4), 2))
    length, uptake, word = dice.log_uniform(2, 60) * HOUR_MS, dice.uniform(0.3, 0.98), dice.random() * 0.6
    _joining_crowd(city, voices, people, begin, length, code, uptake, word, dice)
    campus = city.ground.spot("school", dice)
    for each in people:
        each.signup_net = net
        each.nets.append((dice.uniform(0.2, 1.5), net))
        each.errands = [Errand((0, 1, 2, 3, 4), dice.uniform(8, 18), 2.0, campus, each.home, 1.0)]
    city.note("campus_drive", people)


def viral_promotion(city: City, dice: Dice) -> None:
    """A code that goes round: strangers from everywhere join and take it within hours."""
    people = city.take(round(dice.log_uniform(10, max(15, city.config.riders * 0.05))), dice)
    voices = Voices(city)
    code = (city.mint.promo(), round(city.priors.price * dice.log_uniform(0.5, 5), 2))
    begin = city.calendar.waking(city.moment(dice, 0.0, 0.9), dice)
    length = dice.log_uniform(1.0, 30.0) * HOUR_MS
    _joining_crowd(
        city, voices, people, begin, length, code, dice.uniform(0.7, 1.0), dice.random() * 0.5, dice
    )
    for each in people:
        if dice.chance(0.4):
            each.until_ms = min(each.until_ms, each.from_ms + int(dice.log_uniform(0.2, 10) * DAY_MS))
    city.note("viral_promotion", people)


def _joining_crowd(
    city: City,
    voices: Voices,
    people: list[Account],
    begin: int,
    length: float,
    code: tuple[str, float],
    uptake: float,
    word: float,
    dice: Dice,
) -> None:
    """Everybody joins within ``length`` ms; some take the code, some came by the word of one before."""
    times = sorted(city.inside(begin + int(dice.random() ** 1.5 * length)) for _ in people)
    for place, (each, ts) in enumerate(zip(people, times, strict=True)):
        city.join(each, ts)
        each.until_ms = city.config.end_ms
        if dice.chance(uptake):
            voices.promo(ts + int(dice.log_uniform(0.01, 12) * HOUR_MS), each, code, dice)
        if place and dice.chance(word):
            refer(city, voices, people[dice.randrange(max(0, place - 8), place)], each, dice)


def dormitory(city: City, dice: Dice) -> None:
    """Couriers in one dormitory: they brought each other, share its network, at times a phone or a bank."""
    couriers = city.take(dice.randint(4, 30), dice, drives=True)
    if len(couriers) < 4:
        return
    net, voices, home = Net([city.mint.ip()]), Voices(city), city.ground.spot("home", dice)
    begin = city.moment(dice, -0.3, 0.6)
    bank = city.mint.bank_account() if dice.chance(0.3) else None
    for place, each in enumerate(couriers):
        city.join(each, begin + int(place * dice.log_uniform(1, 40) * HOUR_MS) % (city.config.end_ms - begin))
        each.home, each.nets, each.signup_net = home, [(1.0, net), (0.6, city.carrier)], net
        each.bank = bank if bank is not None and dice.chance(0.7) else each.bank
        if place and dice.chance(0.8):
            earlier = [c for c in couriers[:place] if c.from_ms <= each.from_ms]
            if earlier:
                refer(city, voices, dice.choice(earlier), each, dice)
        if place and dice.chance(0.1):
            each.second_phone = couriers[place - 1].phones[0][1]
    city.note("dormitory", couriers)


def fleet(city: City, dice: Dice) -> None:
    """A firm whose drivers are paid to one bank account; in some, two share a car and its phone by shifts.

    Some firms hire many within days, who take the bonus for new drivers and then drive for it.
    """
    drivers = city.take(dice.randint(4, 40), dice, drives=True)
    if len(drivers) < 4:
        return
    hiring = city.dice(f"hiring {drivers[0].id}")
    if hiring.chance(0.4):
        _hire(city, drivers, hiring)
    bank, depot, voices = city.mint.bank_account(), Net([city.mint.ip()]), Voices(city)
    office, shared_cars = drivers[0], dice.random() * 0.6
    for place, each in enumerate(drivers):
        each.bank = bank
        if dice.chance(0.5):
            each.nets.append((0.5, depot))
        if place % 2 and dice.chance(shared_cars):
            _share_car(drivers[place - 1], each)
        first = max(office.from_ms, each.from_ms) + int(dice.random() * 7 * DAY_MS)
        for ts in range(first, city.config.end_ms, 7 * DAY_MS):
            voices.transfer(ts, office, each, city.priors.price * dice.uniform(10, 40), dice)
    city.note("fleet", drivers)


def _hire(city: City, drivers: list[Account], dice: Dice) -> None:
    """Let most drivers of a firm join in one drive of hiring; as new drivers they take the bonus, or not."""
    begin, length, part = (
        city.moment(dice, 0.0, 0.7),
        dice.log_uniform(2.0, 400.0) * HOUR_MS,
        dice.uniform(0.4, 1.0),
    )
    for each in drivers:
        if dice.chance(part):
            city.join(each, city.inside(begin + int(dice.random() * length)))
            each.until_ms = city.config.end_ms


def _share_car(one: Account, other: Account) -> None:
    other.phones = [(0, one.phones[0][1])]
    if one.shift is not None and other.shift is not None:
        other.shift.hour = (one.shift.hour + one.shift.length_h + 0.5) % 24
        other.shift.length_h = min(other.shift.length_h, 23 - one.shift.length_h)
        other.shift.chaser = False


def shift_car(city: City, dice: Dice) -> None:
    """Two or three drivers on one car and its phone, in shifts."""
    drivers = city.take(dice.randint(2, 3), dice, drives=True)
    for one, other in pairwise(drivers):
        _share_car(one, other)
    if len(drivers) > 1:
        city.note("shift_car", drivers)
