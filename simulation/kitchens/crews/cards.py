"""Stolen cards: tried until one works, then spent on rides sold on, on dear goods, or with partners."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulation.kitchens.calendar import MINUTE_MS, SECOND_MS
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.ground import Spot
from simulation.kitchens.orders import BY_HABIT, Dispute
from simulation.kitchens.people import Account
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice


def card_habits(kit: Toolkit, _dice: Dice) -> Toolkit:
    """What is stolen is spent, not sent."""
    return replace(kit, cash_out="none")


@dataclass(frozen=True, slots=True)
class _Spree:
    """What a lot of cards is spent on."""

    cards_each: float
    doors: tuple[Spot, ...] = ()
    """Where goods are brought; none for rides."""
    fares: tuple[float, float] | None = None


def card_cycle(op: Operation) -> None:
    """Rides on stolen cards are sold to strangers at half their price."""
    _spend(op, op.muster(), [], _Spree(op.dice.uniform(0.3, 3.0)))


def carded_groceries(op: Operation) -> None:
    """Milk powder, liquor and phones are ordered on stolen cards to a few drop houses."""
    dice, ground = op.dice, op.city.ground
    doors = tuple(ground.in_one_of(("homes",), 1.0, dice) for _ in range(dice.randint(1, 5)))
    fares = dice.choice(((15.0, 60.0), (8.0, 25.0)))
    _spend(op, op.muster(), [], _Spree(dice.uniform(0.5, 2.5), doors, fares))


def card_terminal(op: Operation) -> None:
    """Partner drivers are a terminal for stolen cards: invented long fares, paid out to a few banks."""
    dice = op.dice
    accounts, drivers = op.muster(), op.enrol(one_bank=0.6, working=0.4)
    fares = dice.choice((None, (6.0, 25.0)))
    _spend(op, accounts, drivers, _Spree(dice.uniform(0.5, 3.0), fares=fares))


def _spend(op: Operation, accounts: list[Account], drivers: list[Account], spree: _Spree) -> None:
    dice, mint = op.dice, op.city.mint
    lot = [mint.card() for _ in range(max(2, int(len(accounts) * spree.cards_each)))]
    each = max(1, round(spree.cards_each))
    passed_on, refused = dice.choice((0.0, 0.2, 0.6)), dice.uniform(0.05, 0.6)
    dispute = Dispute(
        chance=dice.uniform(0.25, 0.9), first_days=2.0, last_days=float(dice.choice((10, 20, 35)))
    )
    for place, account in enumerate(accounts):
        cards = [lot[(place * each + number) % len(lot)] for number in range(each)]
        if dice.chance(passed_on):
            cards.append(dice.choice(lot))
        for number, card in enumerate(cards):
            ts = op.moment(account, at_meals=False)
            if ts is None:
                continue
            device = account.phone(ts, dice)
            op.voices.card_line(ts - dice.randint(2, 9) * MINUTE_MS, account, card, device)
            if dice.chance(refused):
                for _ in range(dice.randint(1, 4)):
                    before = ts - dice.randint(5, 110) * SECOND_MS
                    op.voices.declined(before, account, card, dice.uniform(1, 12), device=device)
                if dice.chance(0.4) and number < len(cards) - 1:
                    continue
            for ride in range(dice.randint(1, 5)):
                _use(op, account, card, op.later(ts, ride * 0.7, ride * 20.0), drivers, spree, dispute)


def _use(
    op: Operation,
    account: Account,
    card: str,
    ts: int,
    drivers: list[Account],
    spree: _Spree,
    dispute: Dispute,
) -> None:
    dice, ground = op.dice, op.city.ground
    if spree.doors:
        order = op.meal(account, ts, ground.door(dice.choice(spree.doors), dice), "fare")
    else:
        order = op.ride(account, ts, ground.anywhere(1.5, dice), ground.anywhere(2.0, dice), "fare")
    order.card, order.dispute = card, dispute
    order.driver = dice.choice(drivers) if drivers else None
    order.offer = BY_HABIT if dice.chance(0.3) else None
    if spree.fares is not None:
        order.fare = dice.uniform(*spree.fares)
