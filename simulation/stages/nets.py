"""Addresses: carriers that put whole quarters behind a few, homes, hotspots and proxies."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.mint import Mint
from simulation.stages.people import Account
from simulation.stages.priors import Priors
from simulation.streams import Dice

_CARRIERS: Final = (0.4, 0.3, 0.2, 0.1)
_AT_ONCE: Final = 6
"""How many addresses of a carrier serve one quarter on one day."""


class Nets:
    """The networks of a city of ``people`` accounts."""

    def __init__(self, people: int, priors: Priors, mint: Mint, dice: Dice) -> None:
        self._mint = mint
        count = people / priors.accounts_per_carrier_ip
        self._carriers = [
            [mint.ip() for _ in range(max(2, round(count * share * dice.uniform(0.7, 1.3))))]
            for share in _CARRIERS
        ]
        self.hotspots = [mint.ip() for _ in range(max(3, people // 90))]
        self.proxies = [mint.ip() for _ in range(max(12, people // 60))]

    def carrier(self, dice: Dice) -> int:
        """Return the carrier that somebody is with."""
        return dice.choices(range(len(_CARRIERS)), _CARRIERS)[0]

    def line(self) -> str:
        """Return the address of a line of its own: a home, an office, a shop."""
        return self._mint.ip()

    def address(self, account: Account, ts: int, dice: Dice) -> str:
        """Return the address that the account comes from this time."""
        if account.places and dice.chance(account.places_chance):
            return dice.choice(account.places)
        if account.wifi is not None and dice.chance(0.6):
            return account.wifi
        draw = dice.random()
        if account.on_proxies and draw < 0.5:
            return dice.choice(self.proxies)
        if draw < 0.05:
            return dice.choice(self.hotspots)
        pool = self._carriers[account.carrier]
        quarter = int(account.home[0] // 4 * 5 + account.home[1] // 4 * 3) + ts // DAY_MS * 7
        return pool[(quarter + dice.randrange(_AT_ONCE)) % len(pool)]
