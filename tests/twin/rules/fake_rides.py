"""A driver riding with accounts in the same hand.

Sources: drivers and riders who collude on trips that serve fraud alone (Uber, "Fraud Detection: Using
Relational Graph Learning to Detect Collusion", 2021); judging trips by their tracks (FREE NOW, Kafka Summit
2023). That the riders are in the driver's own hand, and ride for incentives, is our reading. Trips too
short, too slow or too fast for their claim count as odd, see ``tests.twin.trips``.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Finding, counted, percent
from graph.scoring.rules.trip_reasons import in_brackets
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.one_hand import one_hand


def fake_rides(evidence: Evidence) -> Finding:
    """Riders in one hand whose trips stay with a few drivers, are rewarded, or do not hold."""
    trips = evidence.trips
    gain = max(
        ramp(trips.incentive_excess, 0.08, 0.35),
        ramp(trips.odd_rate, 0.03, 0.25),
        0.6 * ramp(trips.surcharge, 0.05, 0.3),
        0.5 * ramp(trips.driver_inside_share, 0.1, 0.4),
    )
    strength = (
        one_hand(evidence)
        * ramp(trips.inside, 2, 8)
        * ramp(trips.inside_share, 0.12, 0.45)
        * ramp(trips.riders_inside, 1, 4)
        * (0.35 + 0.65 * gain)
    )
    return Finding(
        "fake_rides",
        RingKind.FAKE_RIDES,
        strength,
        f"{counted(trips.inside, 'trip')} of {counted(trips.riders_inside, 'account')} in one hand with "
        f"{counted(trips.drivers_inside, 'driver')} ({percent(trips.inside_share)} of their trips); "
        f"{percent(trips.incentive_rate)} paid an incentive, {percent(trips.odd_rate)} do not hold"
        f"{in_brackets(trips.odd_reasons)}",
        {
            "inside_trips": trips.inside,
            "inside_share": trips.inside_share,
            "incentive_rate": trips.incentive_rate,
            "odd_rate": trips.odd_rate,
            "incentive_money": trips.incentive_money,
        },
    )
