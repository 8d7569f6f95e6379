"""A way onto the internet that several accounts have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulation.mint import Mint
from simulation.streams import Dice


@dataclass(frozen=True, slots=True)
class Network:
    """Pools of addresses, each used in proportion to its weight; ``fresh`` is the chance of a new one."""

    pools: list[tuple[float, list[str]]] = field(default_factory=list)
    fresh: float = 0.0

    def address(self, mint: Mint, dice: Dice) -> str:
        """Return an address for one act."""
        if not self.pools or (self.fresh and dice.chance(self.fresh)):
            return mint.ip()
        left = dice.random() * sum(weight for weight, _ in self.pools)
        for weight, pool in self.pools:
            left -= weight
            if left <= 0:
                return dice.choice(pool)
        return dice.choice(self.pools[-1][1])
