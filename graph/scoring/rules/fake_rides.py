"""A driver riding with accounts in the same hand.

Sources: drivers and riders who collude on trips that serve fraud alone (Uber, "Fraud Detection: Using
Relational Graph Learning to Detect Collusion", 2021); judging trips by their tracks (FREE NOW, Kafka Summit
2023). That the riders are in the driver's own hand, and ride for incentives, is our reading. How likely a
trip is what it says, and why not, is worked out in ``graph.updates.integrity``.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Description, Rule, counted, percent
from graph.scoring.rules.one_hand import one_hand
from graph.scoring.rules.trip_reasons import in_brackets
from graph.state.evidence_record import Evidence, Record


@kernel
def strength(e: Record) -> float:
    """Riders in one hand whose trips stay with a few drivers, are rewarded, or do not hold."""
    gain = max(
        ramp(e.incentive_excess, 0.08, 0.35),
        ramp(e.odd_rate, 0.03, 0.25),
        0.6 * ramp(e.surcharge, 0.05, 0.3),
        0.5 * ramp(e.driver_inside_share, 0.1, 0.4),
    )
    return (
        one_hand(e)
        * ramp(e.inside, 2, 8)
        * ramp(e.inside_share, 0.12, 0.45)
        * ramp(e.riders_inside, 1, 4)
        * (0.35 + 0.65 * gain)
    )


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{counted(e.inside, 'trip')} of {counted(e.riders_inside, 'account')} in one hand with "
        f"{counted(e.drivers_inside, 'driver')} ({percent(e.inside_share)} of their trips); "
        f"{percent(e.incentive_rate)} paid an incentive, {percent(e.odd_rate)} do not hold"
        f"{in_brackets(e.odd_reasons)}",
        {
            "inside_trips": e.inside,
            "inside_share": e.inside_share,
            "incentive_rate": e.incentive_rate,
            "odd_rate": e.odd_rate,
            "incentive_money": e.incentive_money,
        },
    )


fake_rides = Rule("fake_rides", RingKind.FAKE_RIDES, strength, describe)
