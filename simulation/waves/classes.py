"""Which issuer a card is of and which version an app is: classes that are the same in every event."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from simulation.streams import Dice

ISSUERS: Final = 24
VERSIONS: Final = 7


class Classes:
    """The issuers and versions of a city, each with its share; a card or an account always has the same."""

    def __init__(self, dice: Dice) -> None:
        self._seed = dice.getrandbits(64)
        self.issuers = [f"i{dice.randrange(100_000, 999_999)}" for _ in range(ISSUERS)]
        self.versions = [f"{major}.{dice.randrange(40)}" for major in range(3, 3 + VERSIONS)]
        self._issuer_steps = _steps([1 / (n + 1) for n in range(ISSUERS)])
        self._version_steps = _steps([2.0**n for n in range(VERSIONS)])

    def issuer_of(self, card_id: str) -> str:
        """The issuer of an ordinary card: few issuers have most."""
        return self.issuers[self._place("issuer", card_id, self._issuer_steps)]

    def version_of(self, account_id: str) -> str:
        """The app's version of an ordinary account: the newest ones have most."""
        return self.versions[self._place("version", account_id, self._version_steps)]

    def _place(self, what: str, name: str, steps: Sequence[float]) -> int:
        hashed = hashlib.blake2b(f"{self._seed}/{what}/{name}".encode(), digest_size=8).digest()
        point = int.from_bytes(hashed, "big") / 2**64
        return next(n for n, step in enumerate(steps) if point < step)


def _steps(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [*list(accumulate(weight / total for weight in weights))[:-1], 1.0]
