"""Feature extraction for the candidate at hand: its evidence, its features, its score, and whose that is."""

from __future__ import annotations

import math
from typing import Final

from graph.evidence.gathering import measure
from graph.kernels.kernel import kernel
from graph.links.change_log import log_score
from graph.model.shapes import CLUSTERS, VISIT
from graph.rings.decision import stands
from graph.scoring.features import extract
from graph.scoring.scorer import kernel_score
from graph.state.state import NO_RING, State, account_of

VERDICT_WEIGHT: Final = 8.0
"""The least by which the log odds of a candidate move when its every account was judged by a person."""
_FLOOR: Final = 1e-6


@kernel
def set_candidate(state: State, members: int, shape: int) -> None:
    """Make what lies in ``state.members`` the candidate at hand; its accounts count as judged."""
    state.candidate[0].shape = shape
    state.candidate[0].hurried = shape == VISIT
    resize_candidate(state, members)


@kernel
def resize_candidate(state: State, members: int) -> None:
    """Let the first ``members`` of ``state.members`` be the candidate at hand; they count as judged."""
    state.candidate[0].size = members
    for place in range(members):
        account_of(state, state.members[place]).judged = state.counters[0].event


@kernel
def in_a_ring(state: State) -> bool:
    """Whether an account of the candidate at hand stands in an open ring."""
    for place in range(state.candidate[0].size):
        if account_of(state, state.members[place]).ring != NO_RING:
            return True
    return False


@kernel
def clear_scores(state: State) -> None:
    """The accounts of the candidate at hand are too few to be judged."""
    for place in range(state.candidate[0].size):
        account_of(state, state.members[place]).score = 0.0
        log_score(state.links.change_log, state.members[place])


@kernel
def extract_features(state: State) -> None:
    """Measure the evidence of the candidate at hand, and extract its features. O(links of its accounts)."""
    measure(state, state.members[: state.candidate[0].size], state.candidate[0].shape, state.evidence[0])
    extract(state.evidence[0], state.features)


@kernel
def score_in_kernel(state: State) -> None:
    """Score the extracted features by the weights and trees of a scorer that kernels can work out."""
    state.candidate[0].score = kernel_score(state.features, state.weights, state.trees)


@kernel
def assign_score(state: State) -> None:
    """Correct the score by the verdicts about its accounts, and write it to these accounts.

    An account in a ring of another shape keeps the score of that ring, as one of a ring that stands keeps the
    higher.
    """
    members = state.candidate[0].size
    if members < state.options[0].min_accounts:
        state.candidate[0].score = 0.0
    elif state.counters[0].verdicts > 0:
        verdicts = 0
        for place in range(members):
            verdicts += account_of(state, state.members[place]).verdict
        state.candidate[0].score = with_verdicts(state.candidate[0].score, verdicts / members)
    for place in range(members):
        account = account_of(state, state.members[place])
        log_score(state.links.change_log, state.members[place])
        if _takes_score(state, account.ring):
            account.score = state.candidate[0].score


@kernel
def _takes_score(state: State, slot: int) -> bool:
    """Whether an account of the candidate that stands in a ring, if any, has its score from now on."""
    candidate = state.candidate[0]
    if slot == NO_RING:
        return True
    if candidate.score < state.rings[slot].score and stands(state, slot):
        return False
    return bool(candidate.shape == CLUSTERS or state.rings[slot].shape == candidate.shape)


@kernel
def with_verdicts(score: float, mean: float) -> float:
    """A score corrected by the mean verdict about its accounts: +1 fraud, -1 legit, 0 none. In (0, 1).

    The log odds move by the mean verdict times ``VERDICT_WEIGHT``, or times twice the evidence's own log odds
    where that is more: verdicts about half of the accounts balance any evidence, and more outweigh it.
    """
    if mean == 0:
        return score
    clipped = min(1 - _FLOOR, max(_FLOOR, score))
    log_odds = math.log(clipped / (1 - clipped))
    return 1 / (1 + math.exp(-(log_odds + mean * max(VERDICT_WEIGHT, 2 * abs(log_odds)))))
