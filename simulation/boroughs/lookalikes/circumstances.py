"""Honest people whom anything may tie: every circumstance is drawn for itself, as every habit of a crew is.

The other look-alikes each have a name because somebody thought of them. These stand for those of whom nobody
did: what they share, when they came and what brought them is a matter of chance. They are honest by what they
do not do: who shares a phone or a card with many takes no more promotions than other people, and everybody
goes on living as before.
"""

from __future__ import annotations

from collections.abc import Callable

from simulation.boroughs.biographies import refer
from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Errand
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice

_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def mixed_group(city: City, dice: Dice) -> None:
    """Three or more riders, drivers or both, tied by a few circumstances out of ten."""
    people = _cast(city, dice)
    if len(people) < 3:
        return
    voices = Voices(city)
    if dice.chance(0.45):
        _join_together(city, people, dice)
    if dice.chance(0.4):
        middle = city.ground.spot("home", dice)
        for each in people:
            each.home = city.ground.around(middle, dice.uniform(0.0, 2.0), dice)
    if dice.chance(0.5):
        net, weight = Net([city.mint.ip()]), dice.log_uniform(0.1, 4.0)
        for each in people:
            each.nets.append((weight, net))
            each.signup_net = net if dice.chance(0.5) else None
    crowded = False
    if dice.chance(0.45):
        crowded |= _share_phones(city, people, dice)
    if dice.chance(0.35):
        crowded |= _share_cards(city, people, dice)
    if dice.chance(0.45):
        _share_payouts(city, people, dice)
    if dice.chance(0.3):
        _take_one_code(city, voices, people, dice.random() * (0.4 if crowded else 1.0), dice)
    if dice.chance(0.35):
        _bring_each_other(city, voices, people, dice)
    if dice.chance(0.35):
        _ride_alike(city, people, dice)
    if dice.chance(0.35):
        _ride_with_each_other(people, dice)
    if dice.chance(0.3):
        _pay_each_other(city, voices, people, dice)
    city.note("mixed_group", people)


def _cast(city: City, dice: Dice) -> list[Account]:
    """Riders, drivers, or a few drivers among riders, at a pace of their own."""
    who = dice.choices(("riders", "drivers", "both"), (0.5, 0.3, 0.2))[0]
    config, people = city.config, list[Account]()
    if who != "drivers":
        people += city.take(round(dice.log_uniform(3, max(8, config.riders * 0.02))), dice)
    if who != "riders":
        most = 6 if who == "both" else max(8, config.drivers * 0.1)
        people += city.take(round(dice.log_uniform(1 if who == "both" else 3, most)), dice, drives=True)
    pace = dice.log_uniform(0.3, 2.5)
    for each in people:
        each.rate *= pace
    return people


def _join_together(city: City, people: list[Account], dice: Dice) -> None:
    begin = city.calendar.waking(city.moment(dice, 0.0, 0.8), dice)
    length, part = dice.log_uniform(2.0, 700.0) * HOUR_MS, dice.uniform(0.3, 1.0)
    for each in people:
        if dice.chance(part):
            city.join(each, city.inside(begin + int(dice.random() * length)))
            each.until_ms = city.config.end_ms


def _pools(people: list[Account], mint: Callable[[], str], dice: Dice) -> tuple[list[str], float]:
    """A few things for the group, and how many of its people use them."""
    count = max(1, round(len(people) / dice.log_uniform(1.5, max(2.0, len(people)))))
    return [mint() for _ in range(count)], dice.uniform(0.3, 1.0)


def _share_phones(city: City, people: list[Account], dice: Dice) -> bool:
    """Let them use few phones, besides their own or in place of them; whether a phone has many users."""
    phones, part = _pools(people, city.mint.device, dice)
    besides, shifts = dice.chance(0.5), dice.chance(0.6)
    for place, each in enumerate(people):
        if not dice.chance(part):
            continue
        phone = phones[place % len(phones)]
        if besides:
            each.second_phone = phone
        else:
            each.phones = [(0, phone)]
        if shifts and each.shift is not None:
            each.shift.hour = (5.0 + 12.0 * (place // len(phones) % 2)) % 24
            each.shift.length_h, each.shift.chaser = min(each.shift.length_h, 11.0), False
    return part * len(people) > 3 * len(phones)


def _share_cards(city: City, people: list[Account], dice: Dice) -> bool:
    """Let those who ride pay with few cards, besides their own or only; whether a card has many users."""
    riders = [each for each in people if not each.drives]
    cards, part = _pools(people, city.mint.card, dice)
    alone = dice.random()
    for each in riders:
        if dice.chance(part):
            card = dice.choice(cards)
            each.cards = [card] if dice.chance(alone) else [*each.cards, card]
            each.cash = min(each.cash, 0.5)
    return part * len(riders) > 3 * len(cards)


def _share_payouts(city: City, people: list[Account], dice: Dice) -> None:
    banks, part = _pools(people, city.mint.bank_account, dice)
    for each in people:
        if each.bank is not None and dice.chance(part):
            each.bank = dice.choice(banks)


def _take_one_code(city: City, voices: Voices, people: list[Account], uptake: float, dice: Dice) -> None:
    """Something of their own to redeem, which that share of them takes within hours or weeks."""
    code = (city.mint.promo(), round(city.priors.price * dice.log_uniform(0.3, 5.0), 2))
    begin, length = city.moment(dice, 0.0, 0.95), dice.log_uniform(3.0, 600.0) * HOUR_MS
    for each in people:
        ts = max(each.from_ms + HOUR_MS, begin) + int(dice.random() ** 1.5 * length)
        if ts < each.until_ms and dice.chance(uptake):
            voices.promo(city.calendar.waking(ts, dice), each, code, dice)


def _bring_each_other(city: City, voices: Voices, people: list[Account], dice: Dice) -> None:
    word = dice.uniform(0.1, 0.9)
    known = sorted(people, key=lambda each: (each.from_ms, each.number))
    for place, each in enumerate(known):
        if place and each.joined_ms is not None and each.referrer is None and dice.chance(word):
            refer(city, voices, known[dice.randrange(max(0, place - 6), place)], each, dice)


def _ride_alike(city: City, people: list[Account], dice: Dice) -> None:
    """One goal at one hour, for the riders; one beginning of the shift, for the drivers."""
    purpose, hour = dice.choice(("office", "shop", "school", "station", "bar")), dice.uniform(0.0, 24.0)
    goal = city.ground.spot(purpose, dice)
    wide, days = dice.uniform(0.1, 2.0), tuple(sorted(dice.sample(_EVERY_DAY, dice.randint(1, 6))))
    back = dice.chance(0.6)
    for each in people:
        if each.shift is not None:
            each.shift.hour = (hour + dice.gauss(0, wide)) % 24
        elif dice.chance(0.8):
            each.errands.append(Errand(days, hour, wide, each.home, goal, dice.uniform(0.2, 1.5)))
            if back:
                then = (hour + dice.uniform(2, 9)) % 24
                each.errands.append(Errand(days, then, wide, goal, each.home, dice.uniform(0.2, 1.2)))


def _ride_with_each_other(people: list[Account], dice: Dice) -> None:
    """Drivers among them take some rides of the riders among them, at prices and hours like any other."""
    drivers, riders = [a for a in people if a.drives], [a for a in people if not a.drives]
    faithful = dice.uniform(0.1, 1.0)
    for each in riders:
        for errand in each.errands:
            if drivers and dice.chance(faithful):
                errand.driver = dice.choice(drivers)


def _pay_each_other(city: City, voices: Voices, people: list[Account], dice: Dice) -> None:
    """A fund of which one keeps the till: the others pay in, or are paid, every few days or weeks."""
    till, pays_out = people[0], dice.chance(0.5)
    amount, every = city.priors.price * dice.log_uniform(0.3, 20.0), int(dice.uniform(2, 20) * DAY_MS)
    for each in people[1:]:
        first = max(till.from_ms, each.from_ms) + int(dice.random() * every)
        for ts in range(first, min(till.until_ms, each.until_ms), every):
            payer, payee = (till, each) if pays_out else (each, till)
            if dice.chance(0.8):
                voices.transfer(ts, payer, payee, amount * dice.uniform(0.7, 1.4), dice)
