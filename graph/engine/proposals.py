"""What becomes the candidate at hand: the clusters around an account, a ring, or what a search found."""

from __future__ import annotations

from graph.candidates.gathering import gather
from graph.engine.feature_extraction import set_candidate
from graph.engine.rejudging import rest
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.model.shapes import CLUSTERS
from graph.state.state import NO_RING, State, account_of, fresh_stamp
from graph.updates.apply import NOBODY


@kernel
def gather_around(state: State, entity: int) -> None:
    """Make the clusters around an account, and its ring, the candidate at hand."""
    seeds = state.scratch[0]
    seeds[0] = entity
    found = 1
    ring = account_of(state, entity).ring
    if ring != NO_RING:
        member = state.rings[ring].head
        while member != NOBODY:
            seeds[found] = member
            found += 1
            member = account_of(state, member).next_in_ring
    set_candidate(state, gather(state, seeds[:found]), CLUSTERS)


@kernel
def hold_together(state: State, ring: int) -> bool:
    """Make the clusters around a ring's first account the candidate at hand, if they hold all of the ring."""
    state.scratch[0][0] = state.rings[ring].head
    found = gather(state, state.scratch[0][:1])
    stamp = fresh_stamp(state)
    for place in range(found):
        state.marks[state.members[place]].stamp = stamp
    member = state.rings[ring].head
    while member != NOBODY:
        if state.marks[member].stamp != stamp:
            return False
        member = account_of(state, member).next_in_ring
    set_candidate(state, found, CLUSTERS)
    rest(state)
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
def widen(state: State, found: int, shape: int) -> None:
    """Take to what a search found the open rings of the same shape that it reaches into.

    The searches are local, and a ring is found from several sides: half of what was found, or half of the
    ring, has to be common. Two gangs that ride with one driver stay two.
    """
    members, reached, common = state.members, state.scratch[0], state.scratch[1]
    rings = rings_among(state, found)
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
    set_candidate(state, widened, shape)


@kernel
def rings_among(state: State, found: int) -> int:
    """Puts the open rings of the first ``found`` members into ``state.scratch[0]``; returns how many.

    How many of these members each ring holds stands in ``state.scratch[1]``.
    """
    reached, common = state.scratch[0], state.scratch[1]
    rings = 0
    for place in range(found):
        ring = account_of(state, state.members[place]).ring
        if ring == NO_RING:
            continue
        number = 0
        while number < rings and reached[number] != ring:
            number += 1
        if number == rings:
            reached[number] = ring
            common[number] = 0
            rings += 1
        common[number] += 1
    return rings
