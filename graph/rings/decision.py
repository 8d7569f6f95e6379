"""What a judgement does to the rings, decided in one place: nothing, or open, confirm, change or close one.

A candidate *continues* the ring that shares most of it: half of the ring, or half of the candidate if both
were found the same way; of equals the one flagged first, then the smaller id. Other rings of which it holds
half are merged into that one. Only a candidate that is about a ring closes it: one found the same way, or one
that is the ring to at least a half. Kernels act on ``CONFIRM`` and ``NOTHING`` themselves; what has to be put
into words is for ``graph.rings.lifecycle``.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from graph.kernels.arrays import Floats, Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import copy
from graph.model.vocabulary import RingKind
from graph.rings.judgement import CLEAR
from graph.scoring.features import PLACES
from graph.scoring.rules import RULES
from graph.state.state import NO_RING, NOBODY, State, account_of

_GAINS: Final = np.array(
    [PLACES[rule.feature] for rule in RULES if rule.kind is not RingKind.MULTI_ACCOUNT], np.int64
)
"""Features that say what a ring gains."""
_TINY: Final = 1e-9

CREDIT: Final = 0.5
"""How much the best judgement of a ring counts against the newest, of their log odds."""
OUTGROWN: Final = 2
"""A ring of more than so many times the accounts that it had at its best judgement is another ring by now."""

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
    rings, most, free = continued(state, accounts, shape)
    decision.merged = 0
    if decision.survivor == NO_RING:
        return OPEN if opens(state, score, free) else NOTHING
    ours = free + most
    for place in range(rings):
        if is_merged(state, place):
            overlaps.merged[decision.merged] = overlaps.slots[place]
            decision.merged += 1
            ours += overlaps.common[place]
    ring = state.rings[decision.survivor]
    if stands(state, decision.survivor) and score < options.block:
        grows = score >= options.close and (free > 0 or decision.merged > 0)
        return CHANGE if grows else NOTHING
    if ours < options.min_accounts or score < closes_below(state, decision.survivor):
        is_about_it = ring.shape == shape or 2 * most >= len(accounts)
        return CLOSE if is_about_it else NOTHING
    if score < options.close and (free > 0 or decision.merged > 0):
        return NOTHING
    if decision.merged > 0 or ours != most or most != ring.size:
        return CHANGE
    return CHANGE if score >= options.block and not ring.blocked else CONFIRM


@kernel
def continued(state: State, accounts: Int32s, shape: int) -> tuple[int, int, int]:
    """Put the ring that accounts continue into ``state.decision``, all that they stand in into ``overlaps``.

    Returns how many rings these are, how many accounts the one that goes on holds, and how many none does.
    """
    overlaps, decision = state.overlaps, state.decision[0]
    rings = rings_among(state, accounts)
    decision.survivor = NO_RING
    most, free = 0, len(accounts)
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
    return rings, most, free


@kernel
def is_merged(state: State, place: int) -> bool:
    """Whether the ring at a place of ``state.overlaps`` is merged into the one that goes on: half is in."""
    slot = state.overlaps.slots[place]
    is_half = 2 * state.overlaps.common[place] >= state.rings[slot].size
    return bool(slot != state.decision[0].survivor and is_half)


@kernel
def stands(state: State, slot: int) -> bool:
    """Whether a ring goes on whatever its accounts do next.

    It does when it was blocked for what it gains, on grounds no older than the window, and the verdicts about
    its accounts do not call them honest on the whole. Such a ring is not let go because what tied it was
    thrown away or its members begin to look honest: that takes an analyst, or time. O(1) while there are no
    verdicts.
    """
    ring = state.rings[slot]
    return bool(ring.blocked and _is_recent(state, ring.grounded_ms) and not _is_answered(state, slot))


@kernel
def _is_recent(state: State, moment_ms: int) -> bool:
    return bool(state.counters[0].watermark_ms - moment_ms <= state.options[0].window_ms)


@kernel
def _is_answered(state: State, slot: int) -> bool:
    """Whether an analyst is changing the graph, or verdicts call a ring's accounts honest on the whole."""
    if state.cursor[0].acting:
        return True
    verdicts = 0
    if state.counters[0].verdicts > 0:
        member = state.rings[slot].head
        while member != NOBODY:
            account = account_of(state, member)
            verdicts += account.verdict
            member = account.next_in_ring
    return verdicts < 0


@kernel
def closes_below(state: State, slot: int) -> float:
    """The score below which a ring closes: what was seen of it once is not undone by half a doubt.

    By as much as its best judgement within the window was surer than what opens a ring, times ``CREDIT``, the
    newest has to be surer of innocence than ``close``, in log odds; not where an analyst says otherwise. It
    gains nobody below ``close``. O(1) while there are no verdicts.
    """
    ring, options = state.rings[slot], state.options[0]
    if not _is_recent(state, ring.best_ms) or _is_answered(state, slot):
        return float(options.close)
    margin = max(0.0, _log_odds(ring.best) - _log_odds(options.review))
    return 1.0 / (1.0 + math.exp(CREDIT * margin - _log_odds(options.close)))


@kernel
def _log_odds(probability: float) -> float:
    inside = min(max(probability, _TINY), 1.0 - _TINY)
    return math.log(inside / (1.0 - inside))


@kernel
def note_score(state: State, slot: int, score: float) -> None:
    """Store the score of the newest judgement of a ring, as its best as well if it is, or has to be."""
    ring = state.rings[slot]
    ring.score = score
    if score >= ring.best or ring.size > OUTGROWN * ring.best_size or not _is_recent(state, ring.best_ms):
        ring.best = score
        ring.best_size = ring.size
        ring.best_ms = state.counters[0].watermark_ms


@kernel
def grounds(state: State, score: float, features: Floats) -> bool:
    """Whether a judgement is reason to block a ring for what it gains: sharing alone can be innocent."""
    clear = False
    for place in _GAINS:
        clear = clear or features[place] >= CLEAR
    return bool(clear and score >= state.options[0].block)


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
    candidate = state.candidate[0]
    state.ring_evidence[slot] = state.evidence[0]
    copy(state.features, state.ring_features[slot], len(state.features))
    blocked = state.rings[slot].blocked
    note_judgement(state, slot, candidate.score, candidate.shape, candidate.truncated, blocked)


@kernel
def note_judgement(state: State, slot: int, score: float, shape: int, truncated: bool, blocked: bool) -> None:
    """Store what else there is of a ring's newest judgement, whose evidence and features are stored."""
    ring = state.rings[slot]
    ring.shape = shape
    ring.truncated = truncated
    ring.blocked = blocked
    note_score(state, slot, score)
    if grounds(state, score, state.ring_features[slot]):
        ring.grounded_ms = state.counters[0].watermark_ms
