"""Phones in many hands: kiosks, hotel desks, repair shops, phones sold on, lost and replaced."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.ground import around
from simulation.stages.lookalikes.groups import crowd, errand, newcomers, old_hands
from simulation.stages.people import Account, Loan
from simulation.stages.voices import Voices
from simulation.streams import Dice


def kiosk_phone(city: City, dice: Dice) -> None:
    """An agent's phones on which strangers sign up and log in, many only at first; top-ups for cash."""
    place, voices = city.ground.stage(1.2, dice), Voices(city)
    phones, line = [city.mint.device() for _ in range(dice.randint(1, 3))], city.nets.line()
    agents = old_hands(city, 1, 40, 300, dice)
    clients = newcomers(city, crowd(city, dice, 25, 0.8, 5, 130), 0.55, dice)
    for agent in agents:
        city.move_in(agent, place, dice)
        agent.phones = [(0, phones[0])]
    for client in clients:
        city.move_in(client, around(place, 0.6, dice), dice)
        ts = client.joined_ms
        if dice.chance(0.5):
            phone = dice.choice(phones)
            client.sign_up_device, client.sign_up_ip = phone, line if dice.chance(0.4) else None
            if not dice.chance(0.7):
                client.phones = [(0, phone)]
            elif dice.chance(0.7):
                client.phones = [(0, phone), (ts + dice.randint(1, 60) * DAY_MS, city.mint.device())]
        if dice.chance(0.6):
            client.loans = [Loan(dice.choice(phones), dice.uniform(0.05, 0.6))]
        for agent in agents:
            if agent.joined_ms < ts and dice.chance(0.35):
                client.referrer = agent
            for _ in range(dice.poisson(1.5)):
                later = max(ts, city.config.start_ms) + HOUR_MS + int(dice.random() * 20 * DAY_MS)
                units = dice.choice((50, 100, 200, 500))
                voices.transfer(
                    city.calendar.waking(later, dice), agent, client, units, dice, device=phones[0]
                )
    city.note("kiosk_phone", [*agents, *clients])


def hotel_concierge(city: City, dice: Dice) -> None:
    """The staff of a hotel books cars for guests on one tablet, line and card, many with one driver."""
    place, tablet, line = city.ground.stage(1.5, dice), city.mint.device(), city.nets.line()
    card, staff = city.mint.card(), old_hands(city, dice.randint(2, 5), 5, 200, dice)
    favourite = city.honest_driver(dice)
    for each in staff:
        each.work, each.phones = place, [(0, tablet)]
        each.loans = [Loan(city.mint.device(), 0.15)]
        each.places, each.places_chance = [line], 0.7
        each.card, each.card_chance = card, 0.7
        each.rate *= 0.3
        pace = dice.uniform(0.8, 3)
        for day in range(city.config.days):
            for _ in range(dice.poisson(pace)):
                ts, end = city.calendar.at(day, city.calendar.hour(dice)), city.ground.anywhere(dice)
                driver = favourite if dice.chance(0.25) else None
                errand(city, each, ts, place, end, dice, vehicle="car", driver=driver)
    city.note("hotel_concierge", staff)


def second_hand_phone(city: City, dice: Dice) -> None:
    """A phone that passes from owner to owner, days after one another."""
    phone, owners = city.mint.device(), old_hands(city, dice.randint(3, 6), 20, 300, dice)
    ts, passed = city.config.start_ms - dice.randint(0, 30) * DAY_MS, list[Account]()
    last = city.config.end_ms - DAY_MS
    for owner in owners:
        begin = max(ts, owner.joined_ms + HOUR_MS)
        if begin > last:
            break
        until = begin + int(dice.uniform(3, 16) * DAY_MS)
        owner.phones = [owner.phones[0], (begin, phone), (until, city.mint.device())]
        passed.append(owner)
        ts = until + int(dice.log_uniform(3, 96) * HOUR_MS)
    city.note("second_hand_phone", passed)


def repair_shop(city: City, dice: Dice) -> None:
    """A shop that logs customers in to test, lends phones for days, or moves them to another one."""
    place, line, voices = city.ground.stage(0.6, dice), city.nets.line(), Voices(city)
    loans, customers = [city.mint.device() for _ in range(dice.randint(1, 3))], list[Account]()
    for each in city.strangers(crowd(city, dice, 20, 0.5, 5, 60), dice):
        ts, phone = city.calendar.moment(dice), dice.choice(loans)
        if ts < each.joined_ms + HOUR_MS:
            continue
        voices.login(ts, each, dice, device=phone, ip=line, spot=place)
        customers.append(each)
        if dice.chance(0.5):
            each.loans.append(Loan(phone, 0.8, ts, ts + dice.randint(4, 90) * HOUR_MS))
        elif dice.chance(0.5):
            each.change_phone(ts + 3 * HOUR_MS, city.mint.device())
    city.note("repair_shop", customers)


def lost_phone(city: City, dice: Dice) -> None:
    """People who lose a phone, log in from a strange one or a relative's, and send the relative money."""
    voices, people = Voices(city), old_hands(city, dice.randint(2, 5), 20, 300, dice)
    if len(people) < 2:
        return
    relative, losers = people[0], people[1:]
    for each in losers:
        city.move_in(each, around(relative.home, 1.0, dice), dice)
        ts = city.calendar.moment(dice, 0.02, 0.9) + HOUR_MS
        phone = relative.phones[0][1] if dice.chance(0.4) else city.mint.device()
        each.change_phone(ts, phone)
        ip = dice.choice(city.nets.hotspots) if dice.chance(0.5) else None
        voices.login(ts, each, dice, device=phone, ip=ip, spot=city.ground.hub(dice))
        later = ts + dice.randint(5, 200) * MINUTE_MS
        voices.transfer(later, each, relative, dice.uniform(500, 4_000), dice, device=phone)
        if dice.chance(0.5):
            each.change_phone(ts + 3 * DAY_MS, city.mint.device())
        if dice.chance(0.4):
            each.card, each.card_chance, each.card_from_ms = city.mint.card(), 0.5, ts + 2 * HOUR_MS
    city.note("lost_phone", people)
