"""Rules that flag, one file each, and what speaks for innocence.

A rule reads the evidence of a candidate and answers with a strength and a sentence; a scorer combines the
strengths into one probability (see ``graph.scoring.scorer``).
"""

from __future__ import annotations

from typing import Final

from graph.scoring.rules.card_testing import card_testing
from graph.scoring.rules.cash_out import cash_out
from graph.scoring.rules.collusion import collusion
from graph.scoring.rules.fake_rides import fake_rides
from graph.scoring.rules.fee_farming import fee_farming
from graph.scoring.rules.finding import Finding, Remark, Rule
from graph.scoring.rules.innocence import INNOCENT_RULES
from graph.scoring.rules.multi_account import multi_account
from graph.scoring.rules.promo_farm import promo_farm
from graph.scoring.rules.referral_chain import referral_chain
from graph.scoring.rules.stolen_cards import stolen_cards
from graph.scoring.rules.takeover import takeover

RULES: Final[tuple[Rule, ...]] = (
    multi_account,
    promo_farm,
    referral_chain,
    fake_rides,
    collusion,
    stolen_cards,
    takeover,
)

REMARKS: Final[tuple[Remark, ...]] = (cash_out, card_testing, fee_farming)
"""In the order in which they are made, after the rules."""

__all__ = ["INNOCENT_RULES", "REMARKS", "RULES", "Finding", "Remark", "Rule"]
