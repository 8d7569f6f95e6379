"""Access networks: which address a device has at a time."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.streams import Dice


@dataclass(slots=True, frozen=True)
class Net:
    """An access network: a pool of addresses of which one is leased at a time, or any is used at any time.

    Leases walk through a pool that neighbours share, so that an address passes on to strangers.
    """

    pool: list[str]
    slot: int = 0
    step: int = 1
    lease_ms: int = 0

    def address(self, ts: int, dice: Dice) -> str:
        """Return the address that a device in this network has at the time."""
        if not self.lease_ms:
            return dice.choice(self.pool)
        return self.pool[(self.slot + ts // self.lease_ms * self.step) % len(self.pool)]
