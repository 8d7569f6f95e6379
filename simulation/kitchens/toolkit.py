"""How a crew gets accounts, phones and addresses: each habit drawn for itself, for each crew anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.streams import Dice

NETWORKS: Final = ("wifi", "vpn", "proxy", "mobile", "mix")
"""One house, a few VPN exits, an own address for each act, the carrier's, or house and VPN."""
PACES: Final = ("burst", "drip", "waves")
CASH_OUTS: Final = ("one", "mules", "none", "none")
_ACCOUNTS_PER_PHONE: Final = (1.0, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0)
_BOUGHT: Final = (0.0, 0.0, 0.0, 0.2, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """The habits of one crew; shares are between 0 and 1."""

    care: float
    accounts_per_phone: float
    leak: float
    """How often an account is used on another phone of the crew."""
    network: str
    pace: str
    """How accounts arrive."""
    bought: float
    """Share of the accounts that lived honestly before."""
    cover: float
    """Share of the accounts that also order as ordinary people do."""
    span_days: float
    shared_number: float
    """Share of the accounts that sign up with a number of the crew's few."""
    shared_mail: float
    cash_out: str
    """Who collects by wallet: ``one``, some ``mules``, or ``none``."""

    @classmethod
    def draw(cls, care: float, dice: Dice) -> Toolkit:
        """Draw a crew's habits; the more care, the less is shared and the more is covered."""
        careful = dice.chance(care)
        per_phone, bought = dice.choice(_ACCOUNTS_PER_PHONE), dice.choice(_BOUGHT)
        if careful:
            per_phone = min(per_phone, dice.choice(_ACCOUNTS_PER_PHONE))
            bought = max(bought, dice.choice(_BOUGHT))
        return cls(
            care=care,
            accounts_per_phone=per_phone,
            leak=dice.choice((0.0, 0.0, 0.03, 0.1, 0.25)) * (1.3 - care),
            network=dice.choice(NETWORKS),
            pace=dice.choice(PACES),
            bought=bought,
            cover=min(1.0, care * dice.choice((0.0, 0.0, 0.7, 1.5, 3.0))),
            span_days=dice.choice((2, 5, 10, 20, 30)),
            shared_number=0.0 if careful else dice.choice((0.0, 0.0, 0.1, 0.4)),
            shared_mail=0.0 if careful else dice.choice((0.0, 0.0, 0.0, 0.3)),
            cash_out=dice.choice(CASH_OUTS),
        )
