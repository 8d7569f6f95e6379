"""The port through which a candidate's findings become one probability, and the features a scorer reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graph.model.shapes import Shape
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules import Finding
from tests.twin.rules.one_hand import one_hand


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
