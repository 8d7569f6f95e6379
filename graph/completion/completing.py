"""The candidate at hand, completed: who does not belong is left out, who belongs and was missed comes in.

The accounts of the candidate are marked, and everybody among and around them is asked whether it belongs with
the marked. Those who do are marked in the next turn, until nothing changes or ``TURNS`` are over: what is
accepted completes to itself. Of a large candidate less than one account in ``LARGE_GROWTH`` is nothing. An
account that the candidate lacked has to be surer than one that it had, and no more strangers are asked than
it has accounts: first whom more than a ride ties to it.
"""

from __future__ import annotations

from typing import Final

from graph.completion.belonging import belonging
from graph.completion.member_probabilities import probability
from graph.completion.membership import describe, is_parted, is_tied
from graph.completion.surroundings import around
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import copy, sort
from graph.model.shapes import LARGE, LARGE_GROWTH
from graph.state.sizes import COMPLETED
from graph.state.state import NO_RING, State, account_of, fresh_stamp

TURNS: Final = 4
LEAST_AROUND: Final = 32
MOST_AROUND: Final = 512
"""Strangers around a candidate that are asked: as many as it has accounts, within these."""
STAYS: Final = 0.5
COMES: Final = 0.7
"""Probability of belonging from which on an account of the candidate stays, and another comes in."""


@kernel
def can_be_completed(state: State) -> bool:
    """Whether the candidate at hand has few enough accounts, and there is somebody to ask."""
    return len(state.member_trees.leaves) > 0 and state.candidate[0].size <= COMPLETED - MOST_AROUND


@kernel
def complete(state: State, ring: int) -> None:
    """Put the completion of the candidate at hand into ``state.members``, ascending.

    The candidate as it was is then in ``state.completing.before``, its size in ``candidate.before``; it stays
    as it was where nobody belongs with it. Cost: O(links of the accounts asked about) for each turn.
    """
    candidate, completing = state.candidate[0], state.completing
    size = candidate.size
    candidate.before = size
    before, members = completing.before, state.members
    copy(members, before, size)
    marked = _held_by(state, ring, members, size)
    for _ in range(TURNS):
        found = _turn(state, members[:marked], before[:size], candidate.shape)
        if found < state.options[0].min_accounts:
            copy(before, members, size)
            return
        changed = _differing(members[:marked], completing.asked[:found])
        copy(completing.asked, members, found)
        marked = found
        if changed == 0 or (marked > LARGE and LARGE_GROWTH * changed < marked):
            break
    candidate.size = marked


@kernel
def is_another(state: State) -> bool:
    """Whether the candidate at hand is another than the one that was completed."""
    candidate, before = state.candidate[0], state.completing.before
    return _differing(state.members[: candidate.size], before[: candidate.before]) > 0


@kernel
def _held_by(state: State, ring: int, members: Int32s, size: int) -> int:
    """Keep those of the members whom a ring holds, all when it is ``NO_RING``; how many these are."""
    if ring == NO_RING:
        return size
    held = 0
    for place in range(size):
        if account_of(state, members[place]).ring == ring:
            members[held] = members[place]
            held += 1
    return held


@kernel
def _turn(state: State, marked: Int32s, before: Int32s, shape: int) -> int:
    """Put who belongs with the marked into ``state.completing.asked``, ascending; returns how many do."""
    asked, likely = state.completing.asked, state.completing.belonging
    found = len(before)
    copy(before, asked, found)
    stamp = fresh_stamp(state)
    for place in range(found):
        state.marks[before[place]].stamp = stamp
    for place in range(len(marked)):
        if state.marks[marked[place]].stamp != stamp:
            asked[found] = marked[place]
            found += 1
    strangers = min(MOST_AROUND, max(LEAST_AROUND, len(before)))
    found = around(state, marked, asked, found, len(before) + strangers)
    stamp = describe(state, marked, asked[:found], shape)
    stay = 0
    for place in range(found):
        if place < len(before):
            likely[place] = chance = probability(state, asked[place], place, stamp, 0.0)
            belongs = chance >= STAYS
        else:
            belongs = probability(state, asked[place], place, stamp, COMES) >= COMES
        if belongs:
            asked[stay] = asked[place]
            stay += 1
    sort(asked[:stay])
    return stay


@kernel
def _differing(left: Int32s, right: Int32s) -> int:
    """How many accounts are in one of two lists that ascend, and not in both."""
    ours = theirs = both = 0
    while ours < len(left) and theirs < len(right):
        mine, other = left[ours], right[theirs]
        both += mine == other
        ours += mine <= other
        theirs += other <= mine
    return len(left) + len(right) - 2 * both


@kernel
def restore(state: State) -> None:
    """Make the candidate at hand again what it was before it was completed."""
    candidate = state.candidate[0]
    candidate.size = candidate.before
    copy(state.completing.before, state.members, candidate.before)


@kernel
def belong(state: State, marked: Int32s, stamp: int, shape: int) -> bool:
    """Whether all the marked, but those that carry the stamp, belong with the marked; at most COMPLETED.

    Likeness alone holds nobody: where every tie has aged, what was a ring is one no longer.
    """
    if len(state.member_trees.leaves) == 0 or len(marked) > COMPLETED:
        return False
    asked = state.completing.asked
    missing = 0
    for place in range(len(marked)):
        asked[place] = state.marks[marked[place]].stamp != stamp
        missing += asked[place]
    used = describe(state, marked, marked, shape)
    for place in range(len(marked)):
        if is_parted(state, marked[place], used):
            return False
        if asked[place] and not (is_tied(state, place) and belonging(state, place, STAYS) >= STAYS):
            return False
    return missing > 0
