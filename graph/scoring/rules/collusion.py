"""A closed circle: drivers and riders who share nothing but ride with each other.

Sources: dense bipartite blocks (FRAUDAR, KDD 2016; Spade, PVLDB 16(3)); Uber's collusion study (2021). A
village and a staff shuttle are closed circles too. What a fraudulent circle has beside them is gain:
incentives far above the city's rate, fares above what distance and duration cost, fees for trips that
it cancels on itself.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.fee_farming import farmed
from graph.scoring.rules.finding import Description, Rule, counted, percent
from graph.scoring.rules.one_hand import one_hand
from graph.state.evidence_record import Evidence, Record


@kernel
def strength(e: Record) -> float:
    """A dense, closed set of riders and drivers that gains by it."""
    closed = ramp(e.inside_share, 0.25, 0.6)
    dense = ramp(e.pair_density, 0.2, 0.6)
    gain = max(ramp(e.incentive_excess, 0.12, 0.4), 0.7 * ramp(e.surcharge, 0.08, 0.3), 0.7 * farmed(e))
    both = ramp(e.riders_inside, 2, 6) * ramp(e.drivers_inside, 1, 3)
    return closed * dense * both * (0.15 + 0.85 * gain) * (1.0 - 0.7 * one_hand(e))


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{counted(e.riders_inside, 'rider')} and {counted(e.drivers_inside, 'driver')} ride with "
        f"each other: {counted(e.inside, 'trip')}, {percent(e.pair_density)} of all possible pairs, "
        f"{percent(e.inside_share)} of the riders' trips; {percent(e.incentive_rate)} paid an "
        f"incentive, fares {percent(e.surcharge)} above the city's",
        {
            "inside_trips": e.inside,
            "pair_density": e.pair_density,
            "inside_share": e.inside_share,
            "incentive_rate": e.incentive_rate,
            "surcharge": e.surcharge,
        },
    )


collusion = Rule("collusion", RingKind.COLLUSION, strength, describe)
