"""Which rings a completed candidate makes one, which it leaves alone, and whom a ring takes in.

A crew whose riders ride with the drivers of another crew is tied to it, and completing the one reaches the
other. What the other does has nothing to do with it: two rings are made one only when each knows the other.
The same holds of a crew that is no ring yet.
"""

from __future__ import annotations

from graph.completion.completing import STAYS, restore
from graph.completion.member_probabilities import probability
from graph.completion.membership import describe
from graph.kernels.kernel import kernel
from graph.rings.decision import continued, is_merged
from graph.state.state import NO_RING, State, account_of


@kernel
def leave_strange_rings(state: State) -> None:
    """Leave the accounts of rings that would be merged out of the candidate at hand, unless they know it.

    That is asked of the ring that the candidate continues and of each that would be merged into it: of either
    at least half of the accounts have to belong with those of the other. Accounts of no ring, where there are
    enough for one, are the candidate without the ring when they do not know it. Where too few would be left
    the candidate stays as it was. Cost: O(links of the candidate's accounts), twice for each such ring, and
    once for those of no ring.
    """
    candidate, overlaps = state.candidate[0], state.overlaps
    rings, _, _ = continued(state, state.members[: candidate.size], candidate.shape)
    ring = state.decision[0].survivor
    for number in range(rings if ring != NO_RING else 0):
        other = overlaps.slots[number]
        if is_merged(state, number) and not (_knows(state, ring, other) and _knows(state, other, ring)):
            _keep(state, other, are_in=False)
    if ring != NO_RING and not _knows(state, NO_RING, ring):
        _keep(state, NO_RING, are_in=True)
        candidate.enough = state.options[0].review
    if candidate.size < state.options[0].min_accounts:
        restore(state)


@kernel
def _knows(state: State, ring: int, other: int) -> bool:
    """Whether at least half of another ring's accounts in the candidate belong with those of a ring.

    With those of no ring where it is ``NO_RING``: too few for a ring take in whoever took them in.
    """
    candidate, members, marked = state.candidate[0], state.members, state.completing.asked
    held = 0
    for place in range(candidate.size):
        if account_of(state, members[place]).ring == ring:
            marked[held] = members[place]
            held += 1
    if ring == NO_RING and held < state.options[0].min_accounts:
        return True
    stamp = describe(state, marked[:held], members[: candidate.size], candidate.shape)
    others = known = 0
    for place in range(candidate.size):
        if account_of(state, members[place]).ring == other:
            others += 1
            known += probability(state, members[place], place, stamp, STAYS) >= STAYS
    return bool(2 * known >= others)


@kernel
def _keep(state: State, ring: int, are_in: bool) -> None:
    """Keep of the candidate at hand the accounts of a ring, or all others."""
    candidate, members = state.candidate[0], state.members
    kept = 0
    for place in range(candidate.size):
        if (account_of(state, members[place]).ring == ring) == are_in:
            members[kept] = members[place]
            kept += 1
    candidate.size = kept
