"""When the candidate at hand is completed, and whether the completion takes its place."""

from __future__ import annotations

from typing import Final

from graph.completion.completing import complete, restore
from graph.engine.feature_extraction import extract_features, set_candidate
from graph.engine.rejudging import postpone
from graph.kernels.kernel import kernel
from graph.links.change_log import log_score
from graph.model.shapes import CIRCLE
from graph.rings.decision import continued
from graph.state.state import NO_RING, State, account_of

COMPLETED_FROM: Final = 0.2
"""Score from which on a candidate is completed: four fifths of all are left as they are."""


@kernel
def is_to_be_completed(state: State) -> bool:
    """Complete the candidate at hand, which was just scored; whether its completion is to be scored now."""
    candidate = state.candidate[0]
    if candidate.completed:
        return False
    _, common, _ = continued(state, state.members[: candidate.size], candidate.shape)
    ring = state.decision[0].survivor
    if common < state.options[0].min_accounts or common == candidate.size:
        ring = NO_RING
    if ring == NO_RING and candidate.score < COMPLETED_FROM:
        return False
    candidate.score_before = candidate.score
    candidate.completed = complete(state, ring)
    return bool(candidate.completed)


@kernel
def settle(state: State) -> None:
    """Let the completion that was just scored stand, or take the candidate back as it was.

    It stands when it makes a ring, or is at least as likely one as what it was made of.
    """
    candidate = state.candidate[0]
    if not candidate.completed:
        return
    if candidate.score >= min(candidate.score_before, state.options[0].review):
        set_candidate(state, candidate.size, candidate.shape)
        if candidate.shape != CIRCLE:
            postpone(state)
        return
    candidate.completed = 0
    restore(state)
    candidate.score = candidate.score_before
    extract_features(state)


@kernel
def score_left_out(state: State) -> None:
    """Score who was left out of the candidate at hand: its score, times the probability of belonging.

    That ends its completion.
    """
    candidate, completing = state.candidate[0], state.completing
    place = 0
    for number in range(candidate.before if candidate.completed else 0):
        account = completing.before[number]
        while place < candidate.size and state.members[place] < account:
            place += 1
        if place == candidate.size or state.members[place] != account:
            facts = account_of(state, account)
            if facts.ring == NO_RING:
                facts.score = candidate.score * completing.belonging[number]
                log_score(state.links.change_log, account)
    candidate.completed = 0
