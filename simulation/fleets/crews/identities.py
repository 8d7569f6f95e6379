"""One hand, several names: rented licences, somebody who comes back, a commuter with many accounts."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.fleets.crews.operation import Operation
from simulation.fleets.ground import Spot


def rented_licences(op: Operation) -> None:
    """One boss, several people a licence, pooled phones, one to three banks, sixteen hours a day."""
    dice, city, size = op.dice, op.city, op.heads.drivers
    op.crew.keeps_incentives = True
    delivers = dice.chance(2 / 3)
    each = op.lean(lambda: dice.uniform(1.2, 3.0), more=True)
    pool = [city.mint.device() for _ in range(int(size * each) + 1)]
    banks = [city.mint.bank_account() for _ in range(int(op.lean_choice((1, 1, 2, 3), more=True)))]
    office = city.mint.ip()
    for _ in range(size):
        account = op.driver(
            op.since(2.0, 200.0)
            if dice.chance(0.7)
            else city.inside(op.at(dice.random() * op.days / 2, 11.0)),
            delivers=delivers,
            bank=dice.choice(banks),
            device=dice.choice(pool),
            shift="long",
            works=0.95,
            wifi=office if dice.chance(0.6) else None,
        )
        shared = dice.chance(0.8)
        account.pooled_phones = (
            dice.some(pool, dice.randint(2, 4)) if shared else [dice.choice(pool), city.mint.device()]
        )
        for day in range(op.days):
            if dice.chance(0.5):
                ts, ip = op.at(day, dice.uniform(9.0, 23.0)), dice.choice(dice.choice(city.carriers[:-1]))
                op.login(ts, account, dice.choice(account.pooled_phones), ip, op.ground.anywhere(dice))


def reborn(op: Operation) -> None:
    """The same people ride, dispute everything, and come back under another account."""
    dice, left = op.dice, op.heads.riders
    people = max(1, min(dice.randint(2, 6), left // 2))
    for person in range(people):
        lives = left // (people - person)
        left -= lives
        _one_after_another(op, op.ground.anywhere(dice), lives)


def _one_after_another(op: Operation, home: Spot, lives: int) -> None:
    dice, city, ground = op.dice, op.city, op.ground
    wifi, phone = city.mint.ip(), city.mint.device()
    cards = [city.mint.card() for _ in range(dice.randint(1, 3))]
    ts = op.at(dice.uniform(-10.0, min(4.0, op.days / 3)), dice.uniform(9.0, 20.0))
    resets, same_cards = dice.chance(0.4), dice.chance(0.5)
    longest = max(0.3, (op.days - 2.0) / max(1, lives))
    for number in range(lives):
        days = min(dice.uniform(3.0, 10.0), longest)
        account = op.rider(
            ts,
            device=city.mint.device() if resets and dice.chance(0.7) else phone,
            home=ground.around(home, 0.02, dice),
            wifi=wifi,
            cards=[dice.choice(cards) if same_cards or dice.chance(0.3) else city.mint.card()],
            welcome=number == 0 or dice.chance(0.5),
        )
        for _ in range(1 + dice.poisson(3.0)):
            start = account.home if dice.chance(0.6) else ground.anywhere(dice)
            later = account.joined_ms + int(dice.uniform(0.02, days) * DAY_MS)
            trip = op.trip(later, account, start, ground.anywhere(dice), "fare")
            trip.disputes, trip.dispute_days, trip.place = 0.9, dice.choice((1.5, 3.0, 6.0)), "home"
        ts += int(dice.uniform(0.7, 1.2) * days * DAY_MS)


def one_person(op: Operation) -> None:
    """Some accounts of one commuter, with the week's promotion on each."""
    dice, city, ground = op.dice, op.city, op.ground
    size, home, wifi = op.heads.riders, ground.home(dice), city.mint.ip()
    phones = [city.mint.device() for _ in range(dice.choice((1, 1, 2)))]
    cards = [city.mint.card() for _ in range(int(op.lean_choice((1, 2, size), more=True)))]
    work = ground.around(dice.choice(ground.offices), 0.3, dice)
    other_phone = op.lean(lambda: dice.uniform(0.0, 0.3), more=True)
    for _ in range(size):
        op.rider(
            op.since(-op.days / 2, 120.0),
            device=city.mint.device() if dice.chance(other_phone) else dice.choice(phones),
            home=home,
            wifi=wifi,
            work=work,
            cards=[dice.choice(cards)],
            welcome=True,
        )
    often = dice.uniform(0.5, 0.9)
    for day in range(op.days):
        if not dice.chance(often):
            continue
        account, out = dice.choice(op.crew.members), dice.chance(0.5)
        hour = dice.gauss(8.5, 0.4) if out else dice.gauss(19.0, 2.0)
        start, end = (home, work) if out else (work, home)
        trip = op.trip(op.at(day, hour), account, start, end, "promo")
        trip.place = "home" if out else "work"
        if dice.chance(0.85):
            trip.promo = op.code(3.0, 4.0)._replace(promo=city.offers.code_of_week(day))
