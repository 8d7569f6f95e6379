"""Neighbours: two crews that use one supplier, and are tied by it without being one."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.compositions import priors
from simulation.compositions.crews.operation import Operation
from simulation.kitchens.people import Account


@dataclass(slots=True)
class Suppliers:
    """What crews before left to be used by others: phones of a shop, a mule, a driver."""

    active: bool
    phones: list[str] = field(default_factory=list)
    mules: list[Account] = field(default_factory=list)
    drivers: list[Account] = field(default_factory=list)

    def deal_with(self, op: Operation) -> None:
        """Let the crew deal with an earlier one's supplier, at times, and leave its own."""
        if not self.active:
            return
        ring, dice = op.ring, op.dice
        used = dice.some(ring.riders, dice.randint(1, 4)) if dice.chance(priors.SHARE_SUPPLIER) else []
        for account in used:
            ts = op.soon(op.windows[account.number][0], 30, 900)
            if account.crew is ring and self.phones:
                op.voices.login(ts, account, dice, device=dice.choice(self.phones), ip=op.ip())
            if self.mules:
                op.pay(op.later(ts, 1, 90), account, dice.choice(self.mules), dice.log_uniform(2.0, 20.0))
            if self.drivers:
                start = op.city.ground.anywhere(1.5, dice)
                order = op.ride(account, ts, start, op.city.ground.around(start, 2.0, dice), "promo")
                order.driver = dice.choice(self.drivers)
        if ring.layout.phones and max(ring.layout.phones) >= 0:
            self.phones.append(op.device(max(ring.layout.phones), ring.begin_ms))
        self.mules += ring.mules[:1]
        self.drivers += ring.drivers[:1] if not op.design.on_paper else []
