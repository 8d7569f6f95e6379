"""What a judgement does to the rings, decided in one place: nothing, or open, confirm, change or close one.

A candidate *continues* the ring that shares most of it: half of the ring, or half of the candidate if both
were found the same way; of equals the one flagged first, then the smaller id. Other rings of which it holds
half are merged into that one. Kernels act on ``CONFIRM`` and ``NOTHING`` themselves; what has to be put into
words is for ``graph.rings.lifecycle``.
"""

from __future__ import annotations

from typing import Any, Final

from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import copy
from graph.state.state import NO_RING, State, account_of

NOTHING: Final = 0
OPEN: Final = 1
CONFIRM: Final = 2
CHANGE: Final = 3
CLOSE: Final = 4
"""Actions."""


@kernel
def decide(state: State, accounts: Int32s, score: float, shape: int) -> int:
    """What a judgement of these accounts does to the rings: an action.

    ``state.decision`` then holds the ring that goes on, and ``state.overlaps.merged`` those merged into it.
    Cost: O(accounts, and as many times the rings that they stand in).
    """
    options, decision, overlaps = state.options[0], state.decision[0], state.overlaps
    rings = rings_among(state, accounts)
    decision.survivor = NO_RING
    decision.merged = 0
    most = free = 0
    free = len(accounts)
    for place in range(rings):
        slot, common = overlaps.slots[place], overlaps.common[place]
        free -= common
        if _continues(state, slot, common, len(accounts), shape) and (
            decision.survivor == NO_RING
            or common > most
            or (common == most and _is_before(state.rings[slot], state.rings[decision.survivor]))
        ):
            decision.survivor = slot
            most = common
    if decision.survivor == NO_RING:
        return OPEN if opens(state, score, free) else NOTHING
    ours = free + most
    for place in range(rings):
        slot, common = overlaps.slots[place], overlaps.common[place]
        if slot != decision.survivor and 2 * common >= state.rings[slot].size:
            overlaps.merged[decision.merged] = slot
            decision.merged += 1
            ours += common
    if score < options.close or ours < options.min_accounts:
        return CLOSE
    ring = state.rings[decision.survivor]
    if decision.merged > 0 or ours != most or most != ring.size:
        return CHANGE
    return CHANGE if score >= options.block and not ring.blocked else CONFIRM


@kernel
def opens(state: State, score: float, free: int) -> bool:
    """Whether a score opens a ring of so many accounts that stand in none."""
    return bool(score >= state.options[0].review and free >= state.options[0].min_accounts)


@kernel
def _continues(state: State, slot: int, common: int, accounts: int, shape: int) -> bool:
    """Whether a candidate of so many accounts, of which a ring holds ``common``, is that ring still."""
    ring = state.rings[slot]
    return bool(2 * common >= ring.size or (2 * common >= accounts and ring.shape == shape))


@kernel
def _is_before(ring: Any, other: Any) -> bool:
    """Whether a ring was flagged before another, or at once and has the smaller id."""
    if ring.flagged_ms != other.flagged_ms:
        return bool(ring.flagged_ms < other.flagged_ms)
    if ring.id_high != other.id_high:
        return bool(ring.id_high < other.id_high)
    return bool(ring.id_low < other.id_low)


@kernel
def rings_among(state: State, accounts: Int32s) -> int:
    """Puts the open rings that accounts stand in into ``state.overlaps``; returns how many."""
    slots, common = state.overlaps.slots, state.overlaps.common
    rings = 0
    for place in range(len(accounts)):
        ring = account_of(state, accounts[place]).ring
        if ring == NO_RING:
            continue
        number = 0
        while number < rings and slots[number] != ring:
            number += 1
        if number == rings:
            slots[number] = ring
            common[number] = 0
            rings += 1
        common[number] += 1
    return rings


@kernel
def confirm(state: State, slot: int) -> None:
    """Store the judgement of the candidate at hand as the newest of a ring."""
    candidate, ring = state.candidate[0], state.rings[slot]
    ring.shape = candidate.shape
    ring.truncated = candidate.truncated
    ring.score = candidate.score
    state.ring_evidence[slot] = state.evidence[0]
    copy(state.features, state.ring_features[slot], len(state.features))
