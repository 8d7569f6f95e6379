"""The port through which a candidate's findings become one probability, and the features a scorer reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol

from graph.evidence import Evidence
from graph.rules import INNOCENT_RULES, RULES, Finding
from graph.rules.finding import ramp
from graph.rules.one_hand import one_hand

_SIGNALS: Final = (
    "one_hand",
    "size",
    "card_sharing",
    "bank_sharing",
    "address_sharing",
    "burst",
    "young",
    "promo_share",
    "referral_share",
    "inside_share",
    "incentive_excess",
    "surcharge",
    "odd_rate",
    "chargeback_rate",
    "moving_cards",
    "idle",
    "circle",
)
FEATURES: Final[tuple[str, ...]] = (
    *(f"rule.{rule.__name__}" for rule in RULES),
    *(f"innocent.{rule.__name__}" for rule in INNOCENT_RULES),
    *(f"signal.{name}" for name in _SIGNALS),
)
"""The names of the features, in order. A stored model carries them and is refused when they differ."""


class Scorer(Protocol):
    """Turns features into a calibrated probability that the candidate is a ring."""

    model_id: str
    prior: float
    """The probability of an account that is part of no candidate."""

    def score(self, features: Sequence[float]) -> float:
        """Probability in [0, 1]; ``features`` as in :data:`FEATURES`."""
        ...


def features_of(evidence: Evidence, findings: Sequence[Finding]) -> list[float]:
    """The findings' strengths and bounded signals of the evidence, as in :data:`FEATURES`; all in [0, 1]."""
    sharing, timing, takings = evidence.sharing, evidence.timing, evidence.takings
    trips, cards = evidence.trips, evidence.cards
    some_inside = ramp(trips.inside, 1, 6)
    signals = (
        one_hand(evidence),
        ramp(math.log(evidence.accounts), math.log(2), math.log(30)),
        sharing.card_sharing,
        sharing.bank_sharing,
        ramp(sharing.address_sharing, 0.2, 0.8),
        timing.burst,
        timing.young,
        takings.promo_share,
        min(1.0, takings.referral_share),
        trips.inside_share * some_inside,
        ramp(trips.incentive_excess, 0.0, 0.5) * some_inside,
        ramp(trips.surcharge, 0.0, 0.4) * some_inside,
        ramp(trips.odd_rate, 0.0, 0.4) * some_inside,
        ramp(cards.chargeback_rate, 0.0, 0.5),
        cards.moving,
        1.0 - ramp(trips.per_account, 0.5, 6),
        float(evidence.circle),
    )
    return [*(finding.strength for finding in findings), *signals]
