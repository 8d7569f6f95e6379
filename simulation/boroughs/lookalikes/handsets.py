"""Devices that say less than they seem to: clones, reinstalls, second-hand phones, desks and kiosks."""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Errand
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice


def clones(city: City, dice: Dice) -> None:
    """Strangers whose cheap phones, or emulator images, all report one device id."""
    people = city.take(round(dice.log_uniform(3, max(6, city.config.riders * 0.03))), dice)
    device, always = city.mint.device(), dice.chance(0.7)
    for each in people:
        if always:
            each.phones = [(0, device)]
        else:
            each.phones.append((city.inside(each.from_ms + int(dice.random() * 20 * DAY_MS)), device))
            each.phones.sort()
    city.note("clone_device", people)


def reinstall(city: City, dice: Dice) -> None:
    """One person whose device id changes with every reinstallation."""
    for person in city.take(1, dice):
        for _ in range(dice.randint(2, 7)):
            ts = city.inside(person.from_ms + int(dice.random() * city.config.days * DAY_MS))
            person.phones.append((ts, city.mint.device()))
        person.phones.sort()
        city.note("reinstall", [person])


def second_account(city: City, dice: Dice) -> None:
    """A person who lost the phone and opens a second account: same home, same card, same mail."""
    people = city.take(2, dice, fit=lambda a: a.joined_ms is None)
    if len(people) < 2:
        return
    old, new = people
    ts = city.calendar.waking(city.moment(dice, 0.1, 0.9), dice)
    city.join(new, ts)
    old.until_ms = ts
    new.home, new.errands, new.rate, new.nets = old.home, old.errands, old.rate, old.nets
    new.cards, new.cash = list(old.cards), old.cash
    new.until_ms = city.config.end_ms
    if dice.chance(0.6):
        new.email_hash = old.email_hash
    if dice.chance(0.4):
        new.phone_hash = old.phone_hash
    if dice.chance(0.25):
        new.phones = [(ts, old.phones[0][1])]
    city.note("second_account", people)


def phone_sold(city: City, dice: Dice) -> None:
    """A phone that passes from hand to hand, each owner a stranger to the one before."""
    people = city.take(dice.choices((2, 3, 4), (6, 2, 1))[0], dice)
    if len(people) < 2:
        return
    device = people[0].phones[0][1]
    start = max(each.from_ms for each in people)
    for place, each in enumerate(people):
        begin = start + int((city.config.end_ms - start) * place / len(people))
        if place:
            if each.joined_ms is not None and dice.chance(0.5):
                city.join(each, begin)
                each.phones = [(begin, device)]
            else:
                each.phones.append((begin, device))
        if place + 1 < len(people):
            until = start + int((city.config.end_ms - start) * (place + 1) / len(people)) - HOUR_MS
            each.phones.append((until, city.mint.device()))
    city.note("phone_sold", people)


def _visitors(city: City, low: int, high: int, dice: Dice) -> list[Account]:
    return dice.some([a for a in city.riders() if a.crew is None], dice.randint(low, high))


def kiosk(city: City, dice: Dice) -> None:
    """A public tablet at a station on which strangers log in once, some of them to sign up."""
    device, net, voices = city.mint.device(), Net([city.mint.ip()]), Voices(city)
    people = _visitors(city, 5, max(10, city.config.riders // 20), dice)
    for each in people:
        fresh = each.joined_ms is not None and each.spare and each.joined_ms >= city.config.start_ms
        if fresh and dice.chance(0.4):
            each.phones = [
                (0, device),
                (each.from_ms + int(dice.log_uniform(0.1, 48) * HOUR_MS), each.phones[0][1]),
            ]
            each.signup_net, each.spare = net, False
        else:
            ts = city.inside(each.from_ms + int(dice.random() * city.config.days * DAY_MS))
            voices.login(city.calendar.waking(ts, dice), each, dice, device=device, net=net)
    city.note("kiosk", people)


def hotel_desk(city: City, dice: Dice) -> None:
    """Guests who join at a hotel, through its network, some on the desk's phone, and stay for a few days."""
    people = city.take(dice.randint(6, 40), dice, fit=lambda a: a.joined_ms is None)
    device, net, hotel = city.mint.device(), Net([city.mint.ip()]), city.ground.spot("station", dice)
    on_desk = dice.random() * 0.8
    for each in people:
        city.join(each, city.calendar.waking(city.moment(dice, 0.0, 0.92), dice))
        each.until_ms = min(city.config.end_ms, each.from_ms + int(dice.uniform(1, 6) * DAY_MS))
        each.home, each.nets, each.signup_net = hotel, [(0.7, net), (0.3, city.carrier)], net
        each.rate = dice.uniform(0.8, 2.5)
        each.errands = [
            Errand((0, 1, 2, 3, 4, 5, 6), dice.uniform(9, 14), 2.0, hotel, "shop", 0.5),
            Errand((0, 1, 2, 3, 4, 5, 6), dice.uniform(16, 23), 2.0, "bar", hotel, 0.5),
        ]
        if dice.chance(on_desk):
            each.phones = [(each.from_ms, device)]
    city.note("hotel_desk", people)


def concierge(city: City, dice: Dice) -> None:
    """A concierge who books for customers on the house's phone and card: regular ones, or each new guest."""
    people = city.take(round(dice.log_uniform(5, max(120.0, city.config.riders / 8))), dice)
    guests = dice.chance(0.5)
    device, card, door = city.mint.device(), city.mint.card(), city.ground.spot("office", dice)
    net = Net([city.mint.ip()])
    for each in people:
        each.cards, each.cash = [card], 0.0
        each.errands = [Errand((0, 1, 2, 3, 4, 5, 6), dice.uniform(7, 23), 2.5, door, "home", 1.0)]
        if guests and dice.chance(0.9):
            city.join(each, city.calendar.waking(city.moment(dice, 0.0, 0.92), dice))
            each.until_ms = min(city.config.end_ms, each.from_ms + int(dice.uniform(1, 10) * DAY_MS))
        if dice.chance(0.8):
            each.phones, each.nets = [(0, device)], [(1.0, net)]
        else:
            each.second_phone = device
    city.note("concierge", people)
