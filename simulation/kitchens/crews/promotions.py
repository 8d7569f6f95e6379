"""Promo farms: racks of phones, a shop that sells vouchered orders, the same money going round."""

from __future__ import annotations

from dataclasses import replace

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, SECOND_MS
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.offers import Voucher
from simulation.kitchens.orders import CAMPAIGN, WELCOME
from simulation.kitchens.people import Account
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice


def phone_rack(op: Operation) -> None:
    """Fresh accounts on a rack of phones eat their welcome vouchers at a few drop doors."""
    dice, ground, crew = op.dice, op.city.ground, op.crew
    spread = dice.choice((0.05, 1.5))
    doors = [ground.around(crew.den, spread, dice) for _ in range(dice.randint(1, 6))]
    accounts, drivers = op.muster(), op.enrol()
    for account in accounts:
        for _ in range(dice.randint(1, 3)):
            ts = op.moment(account)
            if ts is not None:
                order = op.meal(account, ts, ground.around(dice.choice(doors), 0.02, dice), "promo")
                order.offer = WELCOME
                if drivers and dice.chance(0.7):
                    order.driver = dice.choice(drivers)
    op.enlist_mules()
    op.collect([account for account in accounts if dice.chance(0.5)], op.share(0.7), 2.0)


def shop_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """Shops last, and have many accounts to a phone."""
    return replace(
        kit, span_days=dice.choice((10, 20, 30)), accounts_per_phone=dice.choice((3.0, 5.0, 8.0, 15.0))
    )


def voucher_shop(op: Operation) -> None:
    """Sells discounted orders, booking them on fresh accounts for real customers all over town."""
    dice, ground, city = op.dice, op.city.ground, op.city
    cards = [city.mint.card() for _ in range(dice.randint(1, 3))] if dice.chance(0.4) else []
    for account in op.muster():
        card = dice.choice(cards) if cards and dice.chance(0.7) else None
        if card is not None:
            op.voices.card(account.turned_ms, account, card)
        for _ in range(dice.randint(2, 5)):
            ts = op.moment(account)
            if ts is None:
                continue
            customer = ground.anywhere(1.5, dice)
            if dice.chance(2 / 3):
                order = op.meal(account, ts, customer, "promo")
            else:
                order = op.ride(account, ts, customer, ground.around(customer, 3.0, dice), "promo")
            order.offer, order.card = dice.choice((WELCOME, CAMPAIGN)), card
    op.enlist_mules()


def loop_habits(kit: Toolkit, _dice: Dice) -> Toolkit:
    """All accounts are there at once, and one of them collects."""
    return replace(kit, pace="burst", cash_out="one")


def cashback_loop(op: Operation) -> None:
    """Wallets send the same money round; for each send the platform pays a part back."""
    dice, crew = op.dice, op.crew
    accounts = list(op.muster())
    begin = max(account.turned_ms for account in accounts) + HOUR_MS
    units, paid_rounds = dice.choice((5.0, 10.0, 20.0)), dice.randint(2, 6)
    rounds = dice.randint(2, max(3, min(14, 600 // len(accounts))))
    for number in range(rounds):
        ts = begin + number * 3 * HOUR_MS
        if crew.end_ms > begin:
            ts = begin + int((crew.end_ms - begin) * (number + dice.random()) / rounds)
        if dice.chance(0.5):
            dice.shuffle(accounts)
        if number < paid_rounds or dice.chance(0.3):
            _send_round(op, accounts, ts, units)
    op.enlist_mules()
    op.collect(accounts, min(crew.end_ms, op.city.config.end_ms - 3 * DAY_MS), units * 0.3)


def _send_round(op: Operation, accounts: list[Account], ts: int, units: float) -> None:
    dice, cashback = op.dice, op.city.offers.cashback
    for place, payer in enumerate(accounts):
        sent = ts + place * dice.randint(30, 600) * SECOND_MS
        op.pay(sent, payer, accounts[(place + 1) % len(accounts)], units * dice.uniform(0.95, 1.05))
        if dice.chance(0.85):
            voucher = Voucher(cashback.promo, units * cashback.worth)
            back = op.voices.promo(sent + dice.randint(5, 90) * SECOND_MS, payer, voucher, dice)
            op.crew.took(back, payer)
