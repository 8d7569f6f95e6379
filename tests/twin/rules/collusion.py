"""A closed circle: drivers and riders who share nothing but ride with each other.

Sources: dense bipartite blocks (FRAUDAR, KDD 2016; Spade, PVLDB 16(3)); Uber's collusion study (2021). A
village and a staff shuttle are closed circles too. What a fraudulent circle has beside them is gain:
incentives far above the city's rate, fares above what distance and duration cost.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Finding, counted, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.one_hand import one_hand
from tests.twin.rules.remarks import farmed


def collusion(evidence: Evidence) -> Finding:
    """A dense, closed set of riders and drivers that gains by it."""
    trips = evidence.trips
    closed = ramp(trips.inside_share, 0.25, 0.6)
    dense = ramp(trips.pair_density, 0.2, 0.6)
    dear = 0.7 * ramp(trips.surcharge, 0.08, 0.3)
    gain = max(ramp(trips.incentive_excess, 0.12, 0.4), dear, 0.7 * farmed(evidence))
    both = ramp(trips.riders_inside, 2, 6) * ramp(trips.drivers_inside, 1, 3)
    return Finding(
        "collusion",
        RingKind.COLLUSION,
        closed * dense * both * (0.15 + 0.85 * gain) * (1.0 - 0.7 * one_hand(evidence)),
        f"{counted(trips.riders_inside, 'rider')} and {counted(trips.drivers_inside, 'driver')} ride with "
        f"each other: {counted(trips.inside, 'trip')}, {percent(trips.pair_density)} of all possible pairs, "
        f"{percent(trips.inside_share)} of the riders' trips; {percent(trips.incentive_rate)} paid an "
        f"incentive, fares {percent(trips.surcharge)} above the city's",
        {
            "inside_trips": trips.inside,
            "pair_density": trips.pair_density,
            "inside_share": trips.inside_share,
            "incentive_rate": trips.incentive_rate,
            "surcharge": trips.surcharge,
        },
    )
