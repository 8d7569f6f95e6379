"""Rewards for bringing people: own accounts in a chain or tree, and people paid to sign up."""

from __future__ import annotations

from simulation.fleets.calendar import HOUR_MS, MINUTE_MS
from simulation.fleets.crews.operation import Operation
from simulation.fleets.people import Account


def self_chain(op: Operation) -> None:
    """A chain or tree of own accounts, one least ride each, some with drivers of the crew."""
    dice, city, ground, size = op.dice, op.city, op.ground, op.heads.riders
    phones, cards, network = op.phones(size), op.cards(size), op.network()
    each_brings, gap_h = dice.choice((1, 1, 2, 3, 6)), op.lean_choice((0.5, 4.0, 14.0), more=True)
    ts, base = op.at(dice.uniform(0.0, op.days * 0.5), dice.uniform(8.0, 20.0)), ground.anywhere(dice)
    gap_h = min(gap_h, max(0.05, 0.45 * 24 * op.days / size))
    drivers = [op.driver(op.since(20.0, 400.0), delivers=False, works=0.78) for _ in range(op.heads.drivers)]
    chain: list[Account] = []
    for number in range(size):
        account = op.rider(
            ts,
            device=phones[number],
            cards=[cards[number]],
            network=network,
            referrer=chain[(number - 1) // each_brings] if chain else None,
            welcome=dice.chance(0.4),
            home=ground.around(base, 2.0, dice),
        )
        chain.append(account)
        start = ground.around(base, 1.5, dice)
        end = ground.around(start, 1.0, dice)
        trip = op.trip(op.later(account.joined_ms, 0.1, 3.0), account, start, end, "promo")
        trip.driver = dice.choice(drivers) if drivers and dice.chance(0.7) else None
        trip.cancels = 0.02
        op.some_cover(0.25, 0.4, account)
        ts = city.inside(ts + int(dice.expovariate(1 / gap_h) * HOUR_MS) + 10 * MINUTE_MS, 0.4)


def pyramid(op: Operation) -> None:
    """Real people on phones of their own are paid a little to sign up and ride once; leaders are rewarded."""
    dice, ground = op.dice, op.ground
    leaders = [
        op.rider(op.since(5.0, 200.0), welcome=False)
        for _ in range(min(dice.randint(1, 3), op.heads.riders - 2))
    ]
    for leader in leaders:
        op.cover(leader, 1.2)
    window, pays = op.window(5.0, 25.0), op.lean_choice((0.0, 0.3, 0.8), more=False)
    lent = op.lean(lambda: dice.uniform(0.0, 0.12), more=False)
    people = list(leaders)
    for ts in sorted(op.time_in(window, 9.0, 24.0) for _ in range(op.heads.riders - len(leaders))):
        referrer = dice.choice(leaders) if dice.chance(0.6) else dice.choice(people)
        if referrer.joined_ms > ts - HOUR_MS:
            referrer = leaders[0]
        account = op.rider(
            ts,
            referrer=referrer,
            welcome=dice.chance(0.7),
            rate=0.03,
            device=referrer.phone(ts) if dice.chance(lent) else None,
        )
        people.append(account)
        end = ground.around(account.home, 0.6, dice)
        op.trip(op.later(ts, 0.2, 26.0), account, account.home, end, "promo").place = "home"
        if dice.chance(pays):
            op.send(op.later(ts, 2.0, 60.0), referrer, account, dice.choice((2.0, 3.0, 4.0)))
        op.some_cover(0.15, 0.5, account)
