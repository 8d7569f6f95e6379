"""How a crew's money goes round by wallet, beside what is stolen by it."""

from __future__ import annotations

from simulation.compositions.crews.operation import Operation


def settle_up(op: Operation) -> None:
    """File the crew's own sends, in the way of its design."""
    flow, dice = op.design.wallet, op.dice
    units = dice.log_uniform(1.0, 15.0)
    if flow in {"one", "hands"}:
        _collect(op, units)
    elif flow == "pay_out":
        _reward(op, units)
    elif flow in {"chain", "circular"} and not op.design.on_victims:
        _pass_on(op, units, circular=flow == "circular")


def _collect(op: Operation, units: float) -> None:
    dice, mules = op.dice, op.ring.mules
    for hand, account in enumerate(op.ring.riders):
        mule = op.mule(hand)
        if mule is None:
            continue
        _, end = op.windows[account.number]
        for _ in range(dice.choice((1, 1, 2))):
            op.pay(op.later(end, 0, 48), account, mule, units * dice.uniform(0.6, 1.4))
    if len(mules) > 1 and dice.chance(0.6):
        for mule in mules[1:]:
            op.pay(op.later(op.share(0.9), 0, 48), mule, mules[0], units * len(op.ring.riders) * 0.3)


def _reward(op: Operation, units: float) -> None:
    """Pay members before or after they act."""
    dice, before = op.dice, op.dice.chance(0.3)
    for hand, account in enumerate(op.ring.riders):
        mule, (begin, end) = op.mule(hand), op.windows[account.number]
        if mule is not None:
            ts = op.soon(begin, -4, 60) if before else op.later(end, 0, 30)
            op.pay(ts, mule, account, units * dice.uniform(0.8, 1.2))


def _pass_on(op: Operation, units: float, *, circular: bool) -> None:
    """The same money goes from account to account, and round again where it is circular."""
    dice, accounts = op.dice, op.ring.hands
    for turn in range(dice.randint(1, 3) if circular else 1):
        ts = op.share(0.75 + 0.1 * turn)
        for place, payer in enumerate(accounts):
            if place + 1 < len(accounts) or circular:
                ts = op.soon(ts, 1, 40)
                op.pay(ts, payer, accounts[(place + 1) % len(accounts)], units * dice.uniform(0.9, 1.0))
