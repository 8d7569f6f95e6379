"""The numbers behind a judgement: what a candidate's accounts share, do and take.

Everything is measured over live links and facts so far, so nothing comes from the future. Shares lie in
[0, 1]; times are days; money is in the main unit.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.candidates import Candidate, Shape
from graph.entity_graph import EntityGraph
from graph.evidence.arrivals import Arrivals, measure_arrivals
from graph.evidence.cards import Cards, measure_cards
from graph.evidence.places import Places, measure_places
from graph.evidence.sharing import Sharing, measure_sharing
from graph.evidence.takings import Takings, measure_takings
from graph.evidence.timing import Timing, measure_timing
from graph.evidence.trips import Trips, measure_trips


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a candidate as of the newest event."""

    accounts: int
    drivers: int
    riders: int
    shape: Shape
    sharing: Sharing
    timing: Timing
    takings: Takings
    trips: Trips
    cards: Cards
    arrivals: Arrivals
    places: Places


def gather_evidence(graph: EntityGraph, candidate: Candidate) -> Evidence:
    """Measure a candidate. Cost: O(links of its accounts)."""
    members = candidate.accounts
    accounts = [graph.accounts[member] for member in members]
    drivers = sum(a.is_driver for a in accounts)
    return Evidence(
        accounts=len(accounts),
        drivers=drivers,
        riders=len(accounts) - drivers,
        shape=candidate.shape,
        sharing=measure_sharing(graph, members),
        timing=measure_timing(accounts, graph.habits),
        takings=measure_takings(graph, members),
        trips=measure_trips(graph, members),
        cards=measure_cards(graph, members),
        arrivals=measure_arrivals(graph, members),
        places=measure_places(accounts),
    )


__all__ = [
    "Arrivals",
    "Cards",
    "Evidence",
    "Places",
    "Sharing",
    "Takings",
    "Timing",
    "Trips",
    "gather_evidence",
]
