"""The port through which a candidate's findings become one probability, and the features a scorer reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol

from graph.candidates import Shape
from graph.evidence import Evidence
from graph.rules import INNOCENT_RULES, RULES, Finding
from graph.rules.finding import ramp
from graph.rules.one_hand import one_hand

_SIGNALS: Final[dict[str, int]] = {
    "one_hand": 1,
    "size": 1,
    "moving_cards": 1,
    "address_sharing": 1,
    "burst": 1,
    "idle": 1,
    "same_place": 1,
    "inside_share": 1,
    "incentive_excess": 1,
    "surcharge": 1,
    "odd_rate": 1,
    "chargeback_rate": 1,
    "circle": 0,
    "visit": 0,
}
FEATURES: Final[dict[str, int]] = {
    **{f"rule.{rule.__name__}": 1 for rule in RULES},
    **{f"innocent.{rule.__name__}": -1 for rule in INNOCENT_RULES},
    **{f"signal.{name}": sign for name, sign in _SIGNALS.items()},
}
"""The features, in order, with the direction in which each may move a score: +1 towards a ring, -1 away
from it, 0 either way. A fit that wanted the other direction would have learnt a habit of its training
cities, not what the evidence means. A stored model carries the names and is refused when they differ."""


class Scorer(Protocol):
    """Turns features into a calibrated probability that the candidate is a ring."""

    @property
    def model_id(self) -> str:
        """Names the model; made from its content."""
        ...

    @property
    def prior(self) -> float:
        """The probability of an account that is part of no candidate."""
        ...

    def score(self, features: Sequence[float]) -> float:
        """Probability in [0, 1]; ``features`` as in :data:`FEATURES`."""
        ...


def features_of(evidence: Evidence, findings: Sequence[Finding]) -> list[float]:
    """The findings' strengths and bounded signals of the evidence, as in :data:`FEATURES`; all in [0, 1]."""
    trips, cards, places = evidence.trips, evidence.cards, evidence.places
    arrivals = evidence.arrivals
    some_inside = ramp(trips.inside, 1, 6)
    signals = (
        one_hand(evidence),
        ramp(math.log(evidence.accounts), math.log(3), math.log(30)),
        cards.moving * ramp(cards.count, 1, 5) * ramp(cards.per_rider, 0.8, 1.8),
        ramp(evidence.sharing.address_sharing, 0.3, 0.8) * one_hand(evidence),
        # When settled accounts come to a phone, it is their coming that counts, and not their creation.
        evidence.timing.burst * (1.0 - arrivals.share),
        1.0 - ramp(trips.per_account, 0.5, 6),
        (1.0 - ramp(places.spread_km, 0.5, 4.0)) * ramp(places.riders, 3, 7),
        trips.inside_share * some_inside,
        ramp(trips.incentive_excess, 0.0, 0.5) * some_inside,
        ramp(trips.surcharge, 0.0, 0.4) * some_inside,
        ramp(trips.odd_rate, 0.0, 0.4) * some_inside,
        ramp(cards.chargeback_rate, 0.0, 0.5),
        float(evidence.shape is Shape.CIRCLE),
        float(evidence.shape is Shape.VISIT),
    )
    return [*(finding.strength for finding in findings), *signals]
