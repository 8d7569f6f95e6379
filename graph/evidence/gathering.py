"""All the evidence of one candidate, measured into one record."""

from __future__ import annotations

from graph.evidence.arrivals import find_arrivals, measure_arrivals
from graph.evidence.cancellations import measure_cancellations
from graph.evidence.cards import measure_cards
from graph.evidence.declines import measure_declines
from graph.evidence.leaving import measure_leaving
from graph.evidence.likeness import measure_likeness
from graph.evidence.places import measure_places
from graph.evidence.sharing import measure_sharing
from graph.evidence.takings import measure_takings
from graph.evidence.tempo import measure_tempo
from graph.evidence.timing import measure_timing
from graph.evidence.transfers import measure_transfers
from graph.evidence.trips import measure_trips
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.state.evidence_record import Record
from graph.state.state import DRIVER, State, fresh_stamp


@kernel
def measure(state: State, members: Int32s, shape: int, e: Record) -> None:
    """Measure a candidate, its accounts ascending. Cost: O(links of its accounts), of payments some."""
    drivers = 0
    stamp = fresh_stamp(state)
    for place in range(len(members)):
        drivers += state.accounts[state.entities[members[place]].account].role == DRIVER
        mark = state.marks[members[place]]
        mark.stamp = stamp
        mark.count = 0
        mark.first = place
    e.accounts = len(members)
    e.drivers = drivers
    e.riders = len(members) - drivers
    e.shape = shape
    measure_timing(state, members, e)
    measure_likeness(state, members, e)
    measure_tempo(state, members, e)
    measure_sharing(state, members, stamp, e)
    measure_leaving(state, members, e)
    measure_takings(state, members, stamp, e)
    measure_trips(state, members, stamp, e)
    measure_cancellations(state, members, stamp, e)
    measure_transfers(state, members, stamp, e)
    arrivals, uses = find_arrivals(state, members, shape)
    measure_arrivals(state, members, arrivals, uses, fresh_stamp(state), e)
    measure_cards(state, members, fresh_stamp(state), e)
    measure_declines(state, members, fresh_stamp(state), e)
    measure_places(state, members, e)
