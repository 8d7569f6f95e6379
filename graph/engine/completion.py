"""When the candidate at hand is completed, and whether the completion takes its place.

Completing costs several times what judging does. So what came of it holds for the same accounts until they
have an eighth more events in all, and whom it left out is left out again at once. A candidate with other
accounts, or with other ties or takings of them, or where a ring has taken some, is completed anew.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.completion.completing import can_be_completed, complete, is_another, restore
from graph.completion.surroundings import MOST_USERS
from graph.engine.feature_extraction import extract_features, resize_candidate
from graph.engine.merging import leave_strange_rings
from graph.engine.rejudging import follow, postpone
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel, wide
from graph.links.change_log import log_score
from graph.links.records import IDENTITIES, PAYEES, PAYERS, REFERRALS, REFERRERS, USERS
from graph.links.touch import first_link, length
from graph.model.shapes import CIRCLE, LARGE
from graph.rings.decision import closes_below, continued
from graph.state.state import NO_RING, State, account_of

COMPLETED_FROM: Final = 0.2
"""Score from which on a candidate is completed: four fifths of all are left as they are."""
COMPLETION_GROWTH: Final = 8
"""A candidate of the same accounts is completed again when their events have grown by one in so many."""

_FRESH: Final = 0
_COMPLETED: Final = 1
_RECALLED: Final = 2
_KEPT: Final = 3
"""Of the candidate at hand: nobody was asked; it was completed; what came of that the last time was taken; it
was left as it is."""
_FOLD: Final = np.uint64(0x9E3779B97F4A7C15)


@kernel
def recall(state: State) -> None:
    """Leave out of the candidate at hand whom its completion left out the last time, if that still holds."""
    candidate, members = state.candidate[0], state.members
    leader = account_of(state, members[0])
    if candidate.completed != _FRESH or leader.completed_set == 0:
        return
    accounts = _hash_of(state, members, candidate.size)
    grown = COMPLETION_GROWTH * (_events_of(state, members, candidate.size) - leader.completed_events)
    if leader.completed_set != accounts or grown > leader.completed_events:
        return
    left = 0
    for place in range(candidate.size):
        left += account_of(state, members[place]).left_out == accounts
    if left != leader.completed_left:
        return
    candidate.completed = _RECALLED
    if left == 0:
        return
    kept = 0
    for place in range(candidate.size):
        if account_of(state, members[place]).left_out != accounts:
            members[kept] = members[place]
            kept += 1
    resize_candidate(state, kept)
    if candidate.shape != CIRCLE:
        postpone(state)


@kernel
def is_to_be_completed(state: State) -> bool:
    """Complete the candidate at hand, which was just scored; whether its completion is to be scored now."""
    candidate = state.candidate[0]
    if candidate.completed != _FRESH or not can_be_completed(state):
        return False
    _, common, _ = continued(state, state.members[: candidate.size], candidate.shape)
    ring = state.decision[0].survivor
    if common < state.options[0].min_accounts or common == candidate.size:
        ring = NO_RING
    if ring == NO_RING and candidate.score < COMPLETED_FROM:
        return False
    candidate.score_before = candidate.score
    candidate.enough = state.options[0].review
    if ring != NO_RING:
        candidate.enough = min(candidate.enough, closes_below(state, ring))
    complete(state, ring)
    leave_strange_rings(state)
    candidate.completed = _COMPLETED if is_another(state) else _KEPT
    return bool(candidate.completed == _COMPLETED)


@kernel
def settle(state: State) -> None:
    """Let the completion that was just scored stand, or take the candidate back as it was.

    It stands when it makes a ring, or leaves the ring open that it goes on with, or is at least as likely one
    as what it was made of.
    """
    candidate = state.candidate[0]
    if candidate.completed != _COMPLETED:
        return
    if candidate.score >= min(candidate.score_before, candidate.enough):
        resize_candidate(state, candidate.size)
        if candidate.shape != CIRCLE:
            postpone(state)
            if candidate.size > LARGE:
                follow(state, state.completing.before[: candidate.before])
        return
    candidate.completed = _KEPT
    restore(state)
    candidate.score = candidate.score_before
    extract_features(state)


@kernel
def remember(state: State) -> None:
    """Remember what came of completing the candidate at hand, unless somebody came in: then it is another."""
    candidate, before, members = state.candidate[0], state.completing.before, state.members
    if candidate.completed != _COMPLETED and candidate.completed != _KEPT:  # noqa: PLR1714
        return
    accounts = _hash_of(state, before, candidate.before)
    place = left = 0
    for number in range(candidate.before):
        while place < candidate.size and members[place] < before[number]:
            place += 1
        account = account_of(state, before[number])
        if place == candidate.size or members[place] != before[number]:
            account.left_out = accounts
            left += 1
        elif account.left_out == accounts:
            account.left_out = 0
    leader = account_of(state, before[0])
    leader.completed_set = accounts
    if candidate.size + left != candidate.before:
        leader.completed_set = 0
    leader.completed_events = _events_of(state, before, candidate.before)
    leader.completed_left = left


@kernel
def score_left_out(state: State) -> None:
    """Score who was left out of the candidate at hand: its score, times the probability of belonging.

    That ends its completion.
    """
    candidate, completing = state.candidate[0], state.completing
    place = 0
    for number in range(candidate.before if candidate.completed == _COMPLETED else 0):
        account = completing.before[number]
        while place < candidate.size and state.members[place] < account:
            place += 1
        if place == candidate.size or state.members[place] != account:
            facts = account_of(state, account)
            if facts.ring == NO_RING:
                facts.score = candidate.score * completing.belonging[number]
                log_score(state.links.change_log, account)
    candidate.completed = _FRESH


@kernel
def _hash_of(state: State, accounts: Int32s, count: int) -> Any:
    """A number that stands for accounts, how they were found, what they have, and how many cuts there are.

    Of each, whether it stands in a ring, how many use its identifiers that may lead to others, how many
    referrals and payments it has, and how often it took or disowned money. O(identifiers of the accounts).
    """
    records, hooks = state.links.links, state.links.hooks
    hashed = np.uint64(state.candidate[0].shape) ^ (np.uint64(len(state.cuts)) << np.uint64(32))
    for place in range(count):
        account = wide(accounts[place])
        facts = account_of(state, account)
        ties = facts.promos + facts.chargebacks
        for slot in (REFERRALS, REFERRERS, PAYEES, PAYERS):
            ties += length(state.links, account, slot)
        link = first_link(state.links, account, IDENTITIES)
        while link >= 0:
            users = length(state.links, wide(records[link].target), USERS)
            ties += users if users <= MOST_USERS else 0
            link = hooks[link].next_out
        said = 2 * ties + (facts.ring != NO_RING)
        hashed = (hashed ^ np.uint64(account) ^ (np.uint64(said) << np.uint64(32))) * _FOLD
        hashed ^= hashed >> np.uint64(32)
    return hashed


@kernel
def _events_of(state: State, accounts: Int32s, count: int) -> int:
    """How many events name accounts, in all."""
    events = 0
    for place in range(count):
        events += account_of(state, accounts[place]).events
    return events
