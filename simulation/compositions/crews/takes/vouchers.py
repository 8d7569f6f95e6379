"""Vouchers: on rides sold to strangers, on rides with partners, on meals to few doors."""

from __future__ import annotations

from simulation.compositions.crews.operation import Operation
from simulation.kitchens.offers import Voucher
from simulation.kitchens.orders import CAMPAIGN, WELCOME, Order


def resold(op: Operation, place: int) -> None:
    """Vouchered rides for strangers all over town, with whichever driver comes."""
    dice, ground = op.dice, op.city.ground
    offers = _offers(op)
    for hand, account in op.some(place):
        for ts in op.times(account, place, most=8):
            start = ground.anywhere(1.5, dice)
            far = ground.around(start, 3.0, dice) if dice.chance(0.6) else ground.anywhere(1.5, dice)
            _shape(op, op.ride(account, ts, start, far, "promo"), hand, offers)


def partnered(op: Operation, place: int) -> None:
    """Vouchered rides with the crew's own drivers; some of it is handed back."""
    dice, ground = op.dice, op.city.ground
    offers, back, length = _offers(op), dice.choice((0.0, 0.0, 0.6)), dice.choice((0.5, 1.5, 4.0))
    for hand, account in op.some(place):
        for ts in op.times(account, place):
            driver = op.partner(hand)
            start = op.spot(driver)
            order = op.ride(account, ts, start, ground.around(start, length, dice), "promo", "incentive")
            _shape(op, order, hand, offers)
            order.driver = driver
            if dice.chance(back):
                order.handback = dice.uniform(0.3, 0.9)


def meals(op: Operation, place: int) -> None:
    """Vouchered meals to few doors, some brought by partners."""
    dice = op.dice
    offers, cheap = _offers(op), dice.chance(0.5)
    doors = op.places or [op.city.ground.home(dice) for _ in range(dice.randint(2, 10))]
    for hand, account in op.some(place):
        for ts in op.times(account, place, most=10):
            door = op.city.ground.around(dice.choice(doors), 0.03, dice)
            order = op.meal(account, ts, door, "promo")
            _shape(op, order, hand, offers)
            if cheap:
                order.fare = dice.uniform(2.0, 5.0)
            if dice.chance(0.7):
                order.driver = op.partner(hand)


def _offers(op: Operation) -> list[str | Voucher]:
    """Return what the crew uses: welcome vouchers, campaigns, or a code that got out."""
    leaked = op.city.offers.code(op.city.mint, 1.0, 2.5, op.dice)
    offers: tuple[list[str | Voucher], ...] = (
        [WELCOME],
        [WELCOME, CAMPAIGN],
        [CAMPAIGN],
        [leaked, WELCOME],
    )
    return op.dice.choice(offers)


def _shape(op: Operation, order: Order, hand: int, offers: list[str | Voucher]) -> None:
    order.offer = op.dice.choice(offers)
    order.card = op.card(hand)
