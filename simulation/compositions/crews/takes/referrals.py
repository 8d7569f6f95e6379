"""Referral bonuses and credits: invited accounts do the least possible, gift codes are simply taken."""

from __future__ import annotations

from simulation.compositions.crews.layout import OWN
from simulation.compositions.crews.operation import Operation
from simulation.kitchens.offers import Voucher
from simulation.kitchens.orders import WELCOME


def referrals(op: Operation, place: int) -> None:
    """Every invited account makes the one or two cheap rides for which its inviter is paid."""
    dice, ground = op.dice, op.city.ground
    welcome, twice, lazy = dice.random(), dice.chance(0.4), dice.uniform(0.0, 0.25)
    lazy = 0.0 if len(op.ring.riders) < 8 else lazy if place == 0 else 3 * lazy
    for hand, account in enumerate(op.ring.riders):
        if op.layout.inviters[hand] == OWN or dice.chance(lazy):
            continue
        for _ in range(1 + (twice and dice.chance(0.5))):
            ts = op.tempo.moment(op.windows[account.number])
            driver = op.partner(hand) if dice.chance(0.8) else None
            start = op.spot(driver)
            order = op.ride(account, ts, start, ground.around(start, 0.7, dice), "promo")
            order.driver, order.card = driver, op.card(hand)
            order.offer = WELCOME if dice.chance(welcome) else None


def credits(op: Operation, place: int) -> None:
    """Gift codes and support's credits go to the accounts without a trip; wallets may carry them on."""
    dice, city = op.dice, op.city
    worth = dice.log_uniform(0.8, 8.0)
    codes = [Voucher(city.mint.promo(), worth) for _ in range(dice.choice((1, 1, 3, 10)))]
    most = dice.choice((1, 1, 2, 6))
    each_own = dice.chance(0.2)
    for hand, account in op.some(place):
        for ts in op.times(account, place, most=most):
            voucher = Voucher(city.mint.promo(), worth) if each_own else dice.choice(codes)
            taken = op.voices.promo(ts, account, voucher, dice, device=_phone(op, hand, ts))
            op.ring.took(taken, account)


def _phone(op: Operation, hand: int, ts: int) -> str | None:
    """Return the thief's phone where a victim's account is used; None where it is the account's."""
    phone = op.layout.phones[hand]
    return op.device(phone, ts) if hand >= op.layout.roles.riders and op.design.thief != "own" else None
