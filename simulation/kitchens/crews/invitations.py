"""Referral rings: invented invitees in a tree, and counters that register stock SIM cards."""

from __future__ import annotations

from dataclasses import replace

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.orders import WELCOME
from simulation.kitchens.people import Account
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice

_SHAPES = ("chain", "tree", "star", "mixed")


def fresh(kit: Toolkit, _dice: Dice) -> Toolkit:
    """Invitees are new accounts."""
    return replace(kit, bought=0.0)


def invite_tree(op: Operation) -> None:
    """Invented people invite each other; each makes a cheap trip or two, some with the crew's drivers."""
    dice, city, crew, ground = op.dice, op.city, op.crew, op.city.ground
    shape, drivers = dice.choice(_SHAPES), op.enrol()
    phones = op.phones_for(len(crew.riders))
    root, invitees = crew.riders[0], crew.riders[1:]
    op.enlist(root, crew.begin_ms, phones[0], bought=dice.chance(0.6))
    there = [root]
    step = op.span_ms * 0.8 / max(1, len(invitees))
    for place, account in enumerate(invitees, start=1):
        inviter = _inviter(there, shape, dice)
        ts = max(
            crew.begin_ms + int(step * (place + dice.uniform(-0.3, 0.3))),
            max(inviter.turned_ms, inviter.joined_ms) + 5 * MINUTE_MS,
        )
        ts = min(ts, city.config.end_ms - DAY_MS // 2)
        if ts <= inviter.joined_ms:
            inviter = root
        op.enlist(account, ts, phones[place % len(phones)], referrer=inviter, bought=False)
        there.append(account)
        for _ in range(dice.choice((1, 1, 2, 2))):
            corner = ground.around(crew.den, dice.choice((0.5, 3.0)), dice)
            ride_ms = op.later(ts, 0.2, 30.0)
            order = op.ride(account, ride_ms, corner, ground.around(corner, 0.6, dice), "promo")
            order.offer = WELCOME if dice.chance(0.6) else None
            if drivers:
                order.driver, order.pace = dice.choice(drivers), dice.uniform(0.3, 1.0)
    op.enlist_mules()
    paying = [account for account in there if dice.chance(0.4)]
    op.collect(paying, op.share(0.9), city.offers.invitation.worth)


def _inviter(there: list[Account], shape: str, dice: Dice) -> Account:
    if shape == "chain":
        return there[-1]
    if shape == "star":
        return there[0]
    return dice.choice(there[-6:] if shape == "tree" else there)


def counter_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """Counters are in one place and last."""
    return replace(
        kit,
        bought=0.0,
        network=dice.choice(("wifi", "mix", "mobile")),
        span_days=dice.choice((10, 20, 30)),
        cash_out="none",
    )


def kiosk_invites(op: Operation) -> None:
    """A SIM seller registers his stock under one to three codes; each account makes one cheap order."""
    dice, city, crew = op.dice, op.city, op.crew
    op.phones_for(dice.randint(1, 4), 1.0)
    count = min(len(crew.riders) - 2, dice.choice((1, 1, 2, 3)))
    codes, stock = crew.riders[: max(1, count)], crew.riders[max(1, count) :]
    for account in codes:
        op.enlist(account, crew.begin_ms, crew.phones[0], bought=dice.chance(0.7))
    for account in stock:
        code = dice.choice(codes)
        opening = city.calendar.at(city.calendar.day(op.share(dice.random() * 0.8)), dice.uniform(9.5, 19))
        ts = max(opening, code.turned_ms + 10 * MINUTE_MS, code.joined_ms + HOUR_MS)
        ts = min(ts, city.config.end_ms - DAY_MS // 2)
        op.enlist(account, ts, dice.choice(crew.phones), referrer=code, bought=False)
        if dice.chance(0.3):
            account.phones.append((op.later(ts, 2, 90), city.mint.device()))
        door = city.ground.around(crew.den, 0.3, dice)
        order = op.meal(account, ts + dice.randint(10, 400) * MINUTE_MS, door, "promo")
        order.fare, order.offer = dice.uniform(1.5, 3), WELCOME if dice.chance(0.8) else None
