"""Candidate generation: the clusters around an account, an open ring, or what a search found.

Each function makes its result the candidate at hand (``State.candidate`` and the first accounts of
``State.members``, ascending).
"""

from __future__ import annotations

from graph.candidates.gathering import gather
from graph.completion.completing import belong
from graph.engine.feature_extraction import set_candidate
from graph.engine.rejudging import postpone
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.model.shapes import CLUSTERS
from graph.rings.decision import rings_among
from graph.state.state import NO_RING, NOBODY, State, account_of, fresh_stamp


@kernel
def gather_around(state: State, entity: int) -> int:
    """Put the clusters around an account, and its ring, into ``state.members``; how many accounts."""
    seeds = state.gathering.seeds
    seeds[0] = entity
    found = 1
    ring = account_of(state, entity).ring
    if ring != NO_RING:
        member = state.rings[ring].head
        while member != NOBODY:
            seeds[found] = member
            found += 1
            member = account_of(state, member).next_in_ring
    return gather(state, seeds[:found])


@kernel
def take_intact_ring(state: State, ring: int) -> bool:
    """Make the clusters around a ring the candidate; False, and nothing is made, when they miss a member."""
    state.gathering.seeds[0] = state.rings[ring].head
    found = gather(state, state.gathering.seeds[:1])
    stamp = fresh_stamp(state)
    for place in range(found):
        state.marks[state.members[place]].stamp = stamp
    members, missing = 0, False
    member = state.rings[ring].head
    seeds = state.gathering.seeds
    while member != NOBODY:
        missing = missing or state.marks[member].stamp != stamp
        seeds[members] = member
        members += 1
        member = account_of(state, member).next_in_ring
    if missing:
        if not belong(state, seeds[:members], stamp, CLUSTERS):
            return False
        found = gather(state, seeds[:members])
    set_candidate(state, found, CLUSTERS)
    postpone(state)
    return True


@kernel
def take_ring(state: State, ring: int) -> None:
    """Make the accounts of a ring the candidate at hand."""
    found = 0
    member = state.rings[ring].head
    while member != NOBODY:
        state.members[found] = member
        found += 1
        member = account_of(state, member).next_in_ring
    sort(state.members[:found])
    set_candidate(state, found, state.rings[ring].shape)


@kernel
def add_overlapping_rings(state: State, found: int, shape: int) -> int:
    """Add the open rings of the same shape that overlap with what a search found; how many accounts then.

    The searches are local, and a ring is found from several sides: half of what was found, or half of the
    ring, has to be common. Two gangs that ride with one driver stay two.
    """
    members, reached, common = state.members, state.overlaps.slots, state.overlaps.common
    rings = rings_among(state, members[:found])
    stamp = fresh_stamp(state)
    for place in range(found):
        state.marks[members[place]].stamp = stamp
    widened = found
    for number in range(rings):
        ring = state.rings[reached[number]]
        if ring.shape == shape and 2 * common[number] >= min(found, ring.size):
            member = ring.head
            while member != NOBODY:
                if state.marks[member].stamp != stamp:
                    state.marks[member].stamp = stamp
                    members[widened] = member
                    widened += 1
                member = account_of(state, member).next_in_ring
    sort(members[:widened])
    return widened
