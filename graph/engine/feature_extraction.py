"""A candidate weighed: its evidence, its features, its score, and who takes that score."""

from __future__ import annotations

import math
from typing import Final

from graph.evidence.gathering import measure
from graph.kernels.kernel import kernel
from graph.links.change_log import log_score
from graph.model.shapes import CLUSTERS
from graph.scoring.scorer import linear_score, read_features
from graph.state.state import NO_RING, State, account_of

ANSWER_WEIGHT: Final = 8.0
"""The least by which the log odds of a candidate move when its every account was judged by a person."""
_FLOOR: Final = 1e-6


@kernel
def set_candidate(state: State, members: int, shape: int) -> None:
    """Make what lies in ``state.members`` the candidate at hand; its accounts count as judged."""
    state.candidate[0].size = members
    state.candidate[0].shape = shape
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
def forget_scores(state: State) -> None:
    """The accounts of the candidate at hand are too few to be judged."""
    for place in range(state.candidate[0].size):
        account_of(state, state.members[place]).score = 0.0
        log_score(state.links.change_log, state.members[place])


@kernel
def weigh(state: State) -> None:
    """Evidence and features of the candidate at hand."""
    measure(state, state.members[: state.candidate[0].size], state.candidate[0].shape, state.evidence[0])
    read_features(state.evidence[0], state.features)


@kernel
def score(state: State) -> None:
    """The score of what was weighed, by the weights of a linear scorer."""
    state.candidate[0].score = linear_score(state.features, state.weights)


@kernel
def take_score(state: State) -> None:
    """Correct the score by what investigators answered, and give it to the accounts of the candidate."""
    members = state.candidate[0].size
    if members < state.options[0].min_accounts:
        state.candidate[0].score = 0.0
    elif state.counters[0].answers > 0:
        answers = 0
        for place in range(members):
            answers += account_of(state, state.members[place]).answer
        state.candidate[0].score = answered(state.candidate[0].score, answers / members)
    for place in range(members):
        account = account_of(state, state.members[place])
        log_score(state.links.change_log, state.members[place])
        if (
            account.ring == NO_RING
            or state.candidate[0].shape == CLUSTERS
            or state.rings[account.ring].shape == state.candidate[0].shape
        ):
            account.score = state.candidate[0].score


@kernel
def answered(score: float, mean: float) -> float:
    """The score with the mean of the answers about its accounts (+1 fraud, -1 legit).

    The log odds move by the mean answer times ``ANSWER_WEIGHT``, or times twice the evidence's own log odds
    where that is more: so answers about half of the accounts balance any evidence, and more outweigh it.
    """
    if mean == 0:
        return score
    clipped = min(1 - _FLOOR, max(_FLOOR, score))
    log_odds = math.log(clipped / (1 - clipped))
    return 1 / (1 + math.exp(-(log_odds + mean * max(ANSWER_WEIGHT, 2 * abs(log_odds)))))
