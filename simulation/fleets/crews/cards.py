"""Stolen cards: tested, then ridden on with fresh accounts, with the crew's drivers, or with old accounts."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.fleets.calendar import MINUTE_MS
from simulation.fleets.crews.operation import Operation
from simulation.fleets.networks import Network
from simulation.fleets.people import Account


@dataclass(slots=True)
class _Carding:
    """What a crew of carders is used to."""

    network: Network
    phones: list[str]
    window: tuple[float, float]
    cards_each: float
    dead: float
    reuse: float
    stock: list[str] = field(default_factory=list)
    drivers: list[Account] = field(default_factory=list)


def _habits(op: Operation) -> _Carding:
    dice = op.dice
    return _Carding(
        network=op.network("vpn", "proxies", "mix", "carrier"),
        phones=op.phones(op.heads.riders),
        window=op.window(3.0, 25.0),
        cards_each=op.lean(lambda: dice.uniform(1.0, 5.0), more=False),
        dead=dice.uniform(0.2, 0.7),
        reuse=op.lean(lambda: dice.uniform(0.0, 0.5), more=False),
    )


def fresh_accounts(op: Operation) -> None:
    """Accounts signed up for it, on the crew's phones."""
    habits = _habits(op)
    for device in habits.phones:
        account = _sign_up(op, habits, device)
        _spend(op, habits, account, device, account.joined_ms)
        op.some_cover(0.2, 0.3, account)


def complicit_driver(op: Operation) -> None:
    """Fresh accounts ride long ways with the crew's own drivers."""
    dice, habits = op.dice, _habits(op)
    habits.drivers = [
        op.driver(op.since(3.0, 250.0), delivers=False, works=0.78) for _ in range(op.heads.drivers)
    ]
    for device in habits.phones:
        account = _sign_up(op, habits, device)
        _spend(op, habits, account, device, account.joined_ms)
        if dice.chance(op.crew.care * 0.3):
            op.cover(account, 0.3)


def aged_accounts(op: Operation) -> None:
    """Accounts with a history are moved to other phones and then used."""
    dice, habits = op.dice, _habits(op)
    for phone in habits.phones:
        account = op.rider(op.since(30.0, 500.0), welcome=False, rate=0.08)
        op.cover(account, 0.8)
        ts = op.time_in(habits.window, 9.0, 23.0)
        device = op.city.mint.device() if dice.chance(0.5) else phone
        op.login(ts, account, device, habits.network.address(op.city.mint, dice))
        _spend(op, habits, account, device, ts)


def _sign_up(op: Operation, habits: _Carding, device: str) -> Account:
    return op.rider(
        op.time_in(habits.window, 9.0, 23.0),
        device=device,
        cards=[],
        network=habits.network,
        welcome=op.dice.chance(0.3),
    )


def _spend(op: Operation, habits: _Carding, account: Account, device: str, ts: int) -> None:
    """Test some cards on the account and ride on those that are good, until they are disputed."""
    dice, ground = op.dice, op.ground
    good = []
    for _ in range(max(1, dice.poisson(habits.cards_each))):
        reused = habits.stock and dice.chance(habits.reuse)
        card = dice.choice(habits.stock) if reused else op.city.mint.card()
        ts += int(dice.uniform(0.5, 30.0) * MINUTE_MS)
        if op.try_card(ts, account, card, device, habits.dead):
            good.append(card)
            habits.stock.append(card)
    for card in good:
        for _ in range(1 + dice.poisson(1.2)):
            start = ground.anywhere(dice) if dice.chance(0.6) else ground.at_airport(dice)
            end = ground.at_airport(dice) if dice.chance(0.4) else ground.anywhere(dice)
            later = op.later(ts, 0.1, dice.choice((5.0, 60.0)))
            trip = op.trip(later, account, start, end, "fare")
            trip.card, trip.device, trip.network = card, device, habits.network
            trip.disputes, trip.dispute_days = dice.uniform(0.6, 0.95), dice.choice((3.0, 6.0, 10.0))
            trip.declines, trip.gives_up = 0.12, 0.8
            if habits.drivers:
                trip.driver = dice.choice(habits.drivers) if dice.chance(0.85) else None
                trip.stretch = dice.uniform(1.0, 1.6)
