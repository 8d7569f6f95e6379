"""Accounts of others: wallets drained, rides on the victim's account, payouts led to a thief's bank."""

from __future__ import annotations

from simulation.compositions.crews.operation import Operation
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.orders import Dispute
from simulation.kitchens.people import Account, Hold


def drains(op: Operation, place: int) -> None:
    """What is in a wallet goes to a mule in one or some sends, and on to another one at times."""
    dice, ring = op.dice, op.ring
    mean, sends, quick = dice.uniform(1.6, 3.4), dice.choice((1, 1, 2, 4)), dice.chance(0.6)
    for hand, victim in _victims(op, place):
        ts, device = _begin(op, victim), _device(op, hand, victim)
        mule = op.mule(hand)
        if mule is None:
            continue
        for _ in range(dice.randint(1, sends)):
            ts = op.soon(ts, 0.5, 20) if quick else op.later(ts, 0.5, 20)
            units = dice.lognormvariate(mean, 0.7)
            taken = op.voices.transfer(ts, victim, mule, units, dice, device=device)
            ring.took(taken, victim, mule)
            if op.design.drain == "layered" and taken is not None and dice.chance(0.8):
                after = dice.choice(ring.mules)
                op.pay(op.later(ts, 0.1, 30), mule, after, units * dice.uniform(0.7, 1.0))


def sprees(op: Operation, place: int) -> None:
    """Rides and meals on the victim's account, with partners or with anybody; many are disputed."""
    dice, ground = op.dice, op.city.ground
    meals, fares = dice.choice((0.0, 0.5)), dice.choice((None, (5.0, 15.0), (8.0, 40.0)))
    dispute = Dispute(chance=dice.uniform(0.2, 0.9), first_days=0.5, last_days=14.0)
    hours = dice.log_uniform(1.0, 60.0)
    with_partner = dice.uniform(0.5, 1.0)
    for hand, victim in _victims(op, place):
        begin, device = _begin(op, victim), _device(op, hand, victim)
        for _ in range(1 + dice.poisson(op.design.acts - 1.0)):
            ts = op.later(begin, 0.1, hours)
            if dice.chance(meals):
                order = op.meal(victim, ts, op.spot(), "fare")
            else:
                order = op.ride(victim, ts, op.spot(), ground.anywhere(2.0, dice), "fare")
            order.device, order.quiet, order.insists, order.offer = device, True, True, None
            order.driver = op.partner(hand) if dice.chance(with_partner) else None
            if victim.cards:
                order.card, order.dispute = victim.cards[0][1], dispute
            if fares is not None:
                order.fare = dice.uniform(*fares)


def payouts(op: Operation, place: int) -> None:
    """A driver's payouts go to a thief's bank until the driver, if ever, stores the own one again."""
    dice, city, ring = op.dice, op.city, op.ring
    noticed = dice.choice((1.0, 4.0, 12.0))
    for hand, victim in _victims(op, place):
        ts = op.soon(_begin(op, victim), 1, 60)
        bank = op.bank(op.layout.banks[hand - op.layout.roles.riders])
        ring.took(op.voices.payout(ts, victim, bank, dice.lognormvariate(2.8, 0.7)), victim)
        back = int(dice.expovariate(1 / noticed) * DAY_MS) + 6 * HOUR_MS
        until = ts + back if dice.chance(0.3 + 0.7 * op.design.owner_back) else city.config.end_ms
        victim.hold = Hold(ring, "payout", ts, until)
        if victim.bank is not None and until < city.config.end_ms:
            op.voices.payout(until, victim, victim.bank)


def break_in(op: Operation) -> None:
    """Log in to every victim's account, once, and let the owner be back afterwards or not."""
    dice, city = op.dice, op.city
    remote = dice.chance(0.5)
    for hand, victim in enumerate(op.ring.hands):
        if hand < op.layout.roles.riders:
            continue
        ts = _begin(op, victim)
        if op.design.thief != "own" or not remote:
            spot = city.ground.around(op.ring.den, 0.6, dice)
            ip = op.ip() or dice.choice(dice.choice(city.carriers))
            before = ts - dice.randint(1, 9) * MINUTE_MS
            op.voices.login(before, victim, dice, device=_device(op, hand, victim), ip=ip, spot=spot)
            op.ring.show(before, victim)
        if not victim.drives and not dice.chance(op.design.owner_back):
            victim.until_ms = ts
        elif op.design.thief == "own" and not remote:
            new_ms = op.later(ts, 12, 120)
            victim.change_phone(new_ms, (new_ms, city.mint.device()))
            op.voices.login(new_ms + MINUTE_MS, victim, dice)
        elif dice.chance(0.6):
            op.voices.login(op.later(ts, 3, 90), victim, dice)


def _victims(op: Operation, place: int) -> list[tuple[int, Account]]:
    return [each for each in op.some(place) if each[0] >= op.layout.roles.riders]


def _begin(op: Operation, victim: Account) -> int:
    """Return when the account is taken over."""
    return op.windows[victim.number][0]


def _device(op: Operation, hand: int, victim: Account) -> str:
    ts = _begin(op, victim)
    return victim.own_phone(ts) if op.design.thief == "own" else op.device(op.layout.phones[hand], ts)
