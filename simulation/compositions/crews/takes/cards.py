"""Fares that nobody will pay: on stolen cards, and on the crew's own that are disputed afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.compositions.crews.operation import Operation
from simulation.kitchens.orders import BY_HABIT, Dispute
from simulation.kitchens.people import Account


@dataclass(frozen=True, slots=True)
class _Spree:
    """How fares are made and what comes of them."""

    dispute: Dispute
    meals: float
    with_partner: float
    fares: tuple[float, float] | None


def _spree(op: Operation, low: float, high: float) -> _Spree:
    dice = op.dice
    last = float(dice.choice((8, 15, 30)))
    return _Spree(
        dispute=Dispute(chance=dice.uniform(low, high), first_days=0.5, last_days=last),
        meals=dice.choice((0.0, 0.3, 1.0)),
        with_partner=dice.uniform(0.4, 1.0) if op.design.partners else 0.0,
        fares=dice.choice((None, (4.0, 14.0), (10.0, 45.0))),
    )


def stolen_cards(op: Operation, place: int) -> None:
    """Cards of others are tried, refused at times, and spent until they stop working."""
    dice, mint = op.dice, op.city.mint
    spree, refused = _spree(op, 0.3, 0.95), dice.uniform(0.0, 0.7)
    each = dice.log_uniform(0.4, 5.0)
    lot = [mint.card() for _ in range(max(2, round(each * len(op.ring.riders))))]
    passed_on = dice.choice((0.0, 0.0, 0.3, 0.9))
    number = 0
    for hand, account in op.some(place):
        cards = [lot[(number + step) % len(lot)] for step in range(max(1, round(each)))]
        number += len(cards)
        if dice.chance(passed_on):
            cards.append(dice.choice(lot))
        for card in cards:
            ts = op.tempo.moment(op.windows[account.number])
            device = account.phone(ts, dice)
            op.voices.card_line(op.soon(ts, -9, -2), account, card, device)
            if dice.chance(refused):
                for _ in range(dice.randint(1, 5)):
                    op.voices.declined(op.soon(ts, -1.9, -0.1), account, card, _trial(op), device=device)
                if dice.chance(0.4) and card is not cards[-1]:
                    continue
            for step in range(dice.randint(1, 5)):
                _spend(op, hand, account, card, op.later(ts, step * 0.6, step * 16.0), spree)


def disputes(op: Operation, place: int) -> None:
    """Rides on cards of their own, which the holders disown when they are over."""
    mint = op.city.mint
    spree = _spree(op, 0.5, 1.0)
    for hand, account in op.some(place):
        card = op.card(hand) or (account.cards[0][1] if account.cards else mint.card())
        times = op.times(account, place, most=10)
        if all(card != known for _, known in account.cards):
            op.voices.card_line(op.soon(times[0], -9, -2), account, card, account.own_phone(times[0]))
        for ts in times:
            _spend(op, hand, account, card, ts, spree)


def _trial(op: Operation) -> float:
    return op.dice.log_uniform(0.5, 12.0)


def _spend(op: Operation, hand: int, account: Account, card: str, ts: int, spree: _Spree) -> None:
    dice, ground = op.dice, op.city.ground
    if dice.chance(spree.meals):
        order = op.meal(account, ts, op.spot(), "fare")
    else:
        order = op.ride(account, ts, op.spot(), ground.anywhere(2.0, dice), "fare")
    order.card, order.dispute = card, spree.dispute
    order.offer = BY_HABIT if dice.chance(0.2) else None
    if dice.chance(spree.with_partner):
        order.driver = op.partner(hand)
    if spree.fares is not None:
        order.fare = dice.uniform(*spree.fares)
