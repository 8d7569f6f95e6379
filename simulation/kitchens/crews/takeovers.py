"""Other people's accounts: tried passwords, swapped numbers, couriers who gave their code away."""

from __future__ import annotations

from dataclasses import replace

from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS, SECOND_MS
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.orders import Dispute, Order
from simulation.kitchens.people import Account
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice

_LAST_HOURS_MS = 6 * HOUR_MS


def thief_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """Some of the accounts that collect are bought."""
    return replace(kit, span_days=dice.choice((2, 5, 10, 20)), bought=dice.choice((0.3, 0.5, 0.6)))


def cred_stuffing(op: Operation) -> None:
    """Reused passwords are tried; wallets are emptied to mules, and some accounts order for the thieves."""
    dice, city, crew, ground = op.dice, op.city, op.crew, op.city.ground
    _mules(op)
    per_phone = dice.choice((1, 2, 4, 12))
    phones = op.phones_for(len(crew.victims), float(per_phone))
    orders = dice.choice((0.0, 0.3)) if city.config.transfers else 1.0
    door = ground.around(crew.den, 1.0, dice)
    for place, victim in enumerate(crew.victims):
        ts = min(op.share(dice.random()), city.config.end_ms - _LAST_HOURS_MS)
        device = phones[place // per_phone % len(phones)]
        _break_in(op, victim, ts, device)
        if dice.chance(0.1):
            continue
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            ts += dice.randint(40, 900) * SECOND_MS
            _drain(op, victim, ts, dice.lognormvariate(2.4, 0.9), device)
        if dice.chance(orders):
            _order(op, victim, ts + 10 * MINUTE_MS, ground.around(door, 0.02, dice), device, (6, 20))
        if dice.chance(0.6):
            op.voices.login(op.later(ts, 2, 90), victim, dice)
    for mule in crew.riders[1:]:
        for _ in range(dice.randint(1, 4)):
            op.pay(op.share(dice.random()), mule, crew.riders[0], dice.uniform(10, 60))


def simswap(op: Operation) -> None:
    """Numbers are swapped one by one; the thief orders on the card on file, and victims dispute."""
    dice, city, crew, ground = op.dice, op.city, op.crew, op.city.ground
    _mules(op)
    phones = op.phones_for(dice.randint(1, max(1, len(crew.victims) // 2)), 1.0)
    doors = [ground.in_one_of(("homes",), 1.0, dice) for _ in range(dice.randint(1, 4))]
    dispute = Dispute(chance=0.6, first_days=1.0, last_days=14.0)
    for victim in crew.victims:
        ts, device = op.share(dice.random() * 0.8), dice.choice(phones)
        _break_in(op, victim, ts, device)
        for number in range(dice.randint(2, 7)):
            order_ms = ts + int((0.2 + number * dice.uniform(0.2, 5)) * HOUR_MS)
            door = ground.around(dice.choice(doors), 0.02, dice)
            order = _order(op, victim, order_ms, door, device, (8, 35))
            if dice.chance(0.3):
                order.service, order.start, order.end = "ride", door, ground.anywhere(2.0, dice)
            order.card, order.dispute = victim.cards[0][1], dispute
        if crew.riders and dice.chance(0.6):
            _drain(op, victim, ts + dice.randint(5, 200) * MINUTE_MS, dice.uniform(4, 40), device)
        if dice.chance(0.7):
            op.voices.login(op.later(ts, 20, 120), victim, dice)
    for mule in crew.riders:
        if not city.config.transfers:
            _order_for_themselves(op, mule)


def _order_for_themselves(op: Operation, mule: Account) -> None:
    """Where nothing is sent, the accounts that would collect are the thieves' own for a meal."""
    ts = op.moment(mule)
    if ts is not None:
        op.meal(mule, ts, op.city.ground.door(op.crew.den, op.dice), "promo")


def phished_couriers(op: Operation) -> None:
    """Couriers are talked out of their code; payouts are led to other banks and wallets are emptied."""
    dice, city, crew = op.dice, op.city, op.crew
    _mules(op)
    banks = [city.mint.bank_account() for _ in range(dice.choice((1, 1, 2, 3)))]
    phones = op.phones_for(dice.choice((1, 2, len(crew.victims))), 1.0)
    for victim in crew.victims:
        day = city.calendar.day(op.share(dice.random()))
        ts = city.inside(max(crew.begin_ms, city.calendar.at(day, dice.uniform(8, 21))))
        device = dice.choice(phones)
        _break_in(op, victim, ts, device)
        if dice.chance(0.7):
            op.voices.payout(ts + dice.randint(1, 9) * MINUTE_MS, victim, dice.choice(banks))
        for _ in range(dice.randint(1, 3)):
            _drain(op, victim, ts + dice.randint(2, 200) * MINUTE_MS, dice.uniform(8, 60), device)
        op.voices.login(op.later(ts, 3, 30), victim, dice)
        if victim.bank is not None:
            op.voices.payout(op.later(ts, 31, 60), victim, victim.bank)


def _mules(op: Operation) -> None:
    for mule in op.crew.riders:
        before = op.crew.begin_ms - op.dice.randint(1, 40) * HOUR_MS
        op.enlist(mule, before, op.city.mint.device())


def _break_in(op: Operation, victim: Account, ts: int, device: str) -> None:
    """Log in on a strange phone."""
    spot = op.city.ground.around(op.crew.den, 0.5, op.dice)
    ip = op.ip() or op.dice.choice(op.dice.choice(op.city.carriers))
    op.voices.login(ts, victim, op.dice, device=device, ip=ip, spot=spot)
    op.crew.show(ts, victim)


def _drain(op: Operation, victim: Account, ts: int, units: float, device: str) -> None:
    """Send what is in the wallet to a mule."""
    if op.crew.riders:
        mule = op.dice.choice(op.crew.riders)
        op.crew.took(op.voices.transfer(ts, victim, mule, units, op.dice, device=device), victim, mule)


def _order(
    op: Operation, victim: Account, ts: int, door: tuple[float, float], device: str, fares: tuple[int, int]
) -> Order:
    """Order on the victim's account from a strange phone, whatever the victim is doing."""
    order = op.meal(victim, ts, door, "fare")
    order.device, order.quiet, order.insists = device, True, True
    order.offer, order.fare = None, op.dice.uniform(*fares)
    return order
