"""The numbers behind a judgement: what a candidate's accounts share, do and take.

Everything is measured over live links and facts so far, so nothing comes from the future. Shares lie in
[0, 1]; times are days; money is in the main unit.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.model.shapes import Shape
from tests.twin.candidates import Candidate
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.arrivals import Arrivals, measure_arrivals
from tests.twin.evidence.cancellations import Cancellations, measure_cancellations
from tests.twin.evidence.cards import Cards, measure_cards
from tests.twin.evidence.declines import Declines, measure_declines
from tests.twin.evidence.leaving import Leaving, measure_leaving
from tests.twin.evidence.likeness import Likeness, measure_likeness
from tests.twin.evidence.places import Places, measure_places
from tests.twin.evidence.sharing import Sharing, measure_sharing
from tests.twin.evidence.takings import Takings, measure_takings
from tests.twin.evidence.tempo import Tempo, measure_tempo
from tests.twin.evidence.timing import Timing, measure_timing
from tests.twin.evidence.transfers import Transfers, measure_transfers
from tests.twin.evidence.trips import Trips, measure_trips


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a candidate as of the newest event."""

    accounts: int
    drivers: int
    riders: int
    shape: Shape
    sharing: Sharing
    timing: Timing
    leaving: Leaving
    likeness: Likeness
    tempo: Tempo
    takings: Takings
    trips: Trips
    cards: Cards
    arrivals: Arrivals
    transfers: Transfers
    declines: Declines
    cancellations: Cancellations
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
        leaving=measure_leaving(graph, members),
        likeness=measure_likeness(accounts, graph.city()),
        tempo=measure_tempo(graph, members),
        takings=measure_takings(graph, members),
        trips=measure_trips(graph, members),
        cards=measure_cards(graph, members),
        arrivals=measure_arrivals(graph, members, candidate.shape),
        transfers=measure_transfers(graph, members),
        declines=measure_declines(graph, members),
        cancellations=measure_cancellations(graph, members),
        places=measure_places(accounts),
    )


__all__ = [
    "Arrivals",
    "Cancellations",
    "Cards",
    "Declines",
    "Evidence",
    "Leaving",
    "Likeness",
    "Places",
    "Sharing",
    "Takings",
    "Tempo",
    "Timing",
    "Transfers",
    "Trips",
    "gather_evidence",
]
