"""Rules that flag, one file each, and what speaks for innocence.

A rule reads the evidence of a candidate and answers with a finding; a scorer combines the findings into
one probability (see ``tests.twin.scoring``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from graph.scoring.rules.finding import Finding
from tests.twin.evidence import Evidence
from tests.twin.rules.collusion import collusion
from tests.twin.rules.fake_rides import fake_rides
from tests.twin.rules.innocence import INNOCENT_RULES
from tests.twin.rules.multi_account import multi_account
from tests.twin.rules.promo_farm import promo_farm
from tests.twin.rules.referral_chain import referral_chain
from tests.twin.rules.stolen_cards import stolen_cards
from tests.twin.rules.takeover import takeover

Rule = Callable[[Evidence], Finding]

RULES: Final[tuple[Rule, ...]] = (
    multi_account,
    promo_farm,
    referral_chain,
    fake_rides,
    collusion,
    stolen_cards,
    takeover,
)


def find(evidence: Evidence) -> list[Finding]:
    """What every rule says, those that accuse first, each in a fixed order."""
    return [rule(evidence) for rule in (*RULES, *INNOCENT_RULES)]


__all__ = ["INNOCENT_RULES", "RULES", "Finding", "Rule", "find"]
