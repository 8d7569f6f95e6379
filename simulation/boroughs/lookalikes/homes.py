"""People who live together or look after each other."""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Errand
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice


def _one_home(city: City, people: list[Account], dice: Dice) -> Net:
    net = city.home_net(dice)
    for each in people:
        each.home = people[0].home
        each.nets[0] = (each.nets[0][0], net)
    return net


def family(city: City, dice: Dice) -> None:
    """Two to six of one family: one home network, often one card, at times a phone that goes round."""
    people = city.take(dice.choices((2, 3, 4, 5, 6), (5, 4, 3, 1, 1))[0], dice)
    if len(people) < 2:
        return
    _one_home(city, people, dice)
    if dice.chance(0.6):
        card = city.mint.card()
        for each in people:
            if dice.chance(0.8):
                each.cards = [card, *each.cards] if dice.chance(0.6) else [card]
                each.cash = min(each.cash, 0.5)
    if dice.chance(0.3):
        first, second = people[0], people[1]
        if dice.chance(0.5):
            second.phones = [(0, first.phones[0][1])]
        else:
            second.second_phone = first.phones[0][1]
    if dice.chance(0.2) and people[0].phone_hash:
        people[1].phone_hash = people[0].phone_hash
    _refer_each_other(people, dice)
    city.note("family", people)


def _refer_each_other(people: list[Account], dice: Dice) -> None:
    for each in people[1:]:
        if each.joined_ms is not None and each.from_ms > people[0].from_ms and dice.chance(0.35):
            each.referrer = people[0]


def teenagers(city: City, dice: Dice) -> None:
    """One to three teenagers on a parent's card, to school and back, with an allowance."""
    people = city.take(dice.randint(2, 4), dice)
    if len(people) < 2:
        return
    _one_home(city, people, dice)
    parent, children = people[0], people[1:]
    parent.cards = parent.cards or [city.mint.card()]
    school = city.ground.spot("school", dice)
    voices = Voices(city)
    for child in children:
        child.cards, child.cash = [parent.cards[0]], 0.1 * dice.random()
        child.errands = [
            Errand((0, 1, 2, 3, 4), dice.uniform(7, 8.5), 0.2, child.home, school, 0.8),
            Errand((4, 5, 6), dice.uniform(14, 22), 2.0, child.home, "bar", 0.6),
        ]
        amount = city.priors.price * dice.uniform(1, 8)
        first = max(child.from_ms, parent.from_ms) + int(dice.random() * 7 * DAY_MS)
        for ts in range(first, city.config.end_ms, 7 * DAY_MS):
            voices.transfer(ts, parent, child, amount, dice)
    city.note("teenager", people)


def flatmates(city: City, dice: Dice) -> None:
    """Three to nine strangers in one flat: one network, similar hours, bills split after rides."""
    people = city.take(dice.randint(3, 9), dice)
    if len(people) < 3:
        return
    _one_home(city, people, dice)
    voices = Voices(city)
    for _ in range(dice.poisson(6.0)):
        payee = dice.choice(people)
        ts = city.calendar.waking(city.moment(dice), dice)
        amount = city.priors.price * dice.uniform(0.3, 3)
        for each in people:
            if each is not payee and ts >= max(each.from_ms, payee.from_ms) and dice.chance(0.7):
                voices.transfer(ts + int(dice.expovariate(0.5) * HOUR_MS), each, payee, amount, dice)
    _refer_each_other(people, dice)
    city.note("flatmates", people)


def carer(city: City, dice: Dice) -> None:
    """A carer books for three to twelve clients, on one phone, often on one card, to a few clinics.

    A service of carers books so for many, up to a tenth of the city's riders.
    """
    most = max(14.0, city.config.riders / 10)
    size = dice.randint(4, 13) if dice.chance(0.75) else round(dice.log_uniform(13.0, most))
    people = city.take(size, dice)
    if len(people) < 4:
        return
    helper, clients = people[0], people[1:]
    phone, card = helper.phones[0][1], (helper.cards or [city.mint.card()])[0]
    clinics = [city.ground.spot("station", dice) for _ in range(dice.randint(1, 3))]
    one_card, pace = dice.chance(0.6), dice.log_uniform(0.3, 2.0)
    for client in clients:
        client.phones, client.second_phone = [(0, phone)], None
        client.nets = list(helper.nets)
        if one_card:
            client.cards, client.cash = [card], 0.0
        client.rate = pace * city.config.trips_per_rider_day
        days = tuple(sorted(dice.sample((0, 1, 2, 3, 4), dice.randint(1, 4))))
        hour, clinic = dice.uniform(8, 15), dice.choice(clinics)
        client.errands = [
            Errand(days, hour, 0.5, client.home, clinic, 1.0),
            Errand(days, hour + dice.uniform(1, 3), 0.5, clinic, client.home, 0.9),
        ]
    city.note("carer", people)


def driving_family(city: City, dice: Dice) -> None:
    """A driver whom two to five of the family ride with: one home, one card, and a phone or tablet for all.

    Some ride with nobody else, and some of the drivers drive nobody else.
    """
    drivers = city.take(1, dice, drives=True)
    riders = city.take(dice.randint(2, 5), dice) if drivers else []
    if len(riders) < 2:
        return
    driver, people = drivers[0], [*drivers, *riders]
    _one_home(city, people, dice)
    closed, handed_on = dice.chance(0.5), dice.chance(0.5)
    common, card = city.mint.device(), city.mint.card()
    for each in people:
        if dice.chance(0.6):
            city.join(each, city.moment(dice, 0.0, 0.4))
        if not handed_on:
            each.second_phone = common
    for number, rider in enumerate(riders):
        if handed_on:
            rider.phones = [(0, (common, driver.phones[0][1])[number % 2])]
        rider.cards, rider.cash = [card], 0.0
        rider.rate *= 0.0 if closed else dice.uniform(0.0, 1.0)
        for _ in range(dice.randint(1, 3)):
            days = tuple(sorted(dice.sample(range(7), dice.randint(1, 3))))
            place = dice.choice(("shop", "office", "school", "station"))
            hour, count = dice.uniform(7, 22), dice.uniform(0.2, 0.9)
            rider.errands.append(Errand(days, hour, 1.0, rider.home, place, count, driver))
    if driver.shift is not None and (closed or dice.chance(0.3)):
        driver.shift.days = driver.shift.days[: dice.randint(0, 2)]
    city.note("driving_family", people)
