"""The rejudging policy: when an account is judged again.

An account is due at once when its cluster changed, or when it took or disowned money. Otherwise it is due
when the accounts of the candidate in which it was last judged have, on average, so many more events than
then: the further the score was from opening a ring, the more, from a sixteenth to a quarter, and with an
account in an open ring from a sixty-fourth to a twelfth. So the number of judgements grows with the logarithm
of a candidate's activity, and neither many quiet accounts nor one busy driver among new riders keep it from
being judged. An account that came with another to a phone that is not theirs is due at each of its events
until a ring stands: a thief needs hours, not weeks.

A large candidate, of more than ``LARGE`` accounts, is due when it has grown by a sixteenth, whatever
happened: an account that comes to it or leaves it, or rides of it that age, count as one account's whole
growth, and money taken or disowned does not hurry it. One that is reached in another way than through the
candidate for which an account waits (by a newcomer, by a ride inside a circle, from a phone that somebody
came to) is not judged either before its accounts have grown as much since each was last judged in a large
candidate of that shape. So an event costs little more where rings are larger.
"""

from __future__ import annotations

import math
from typing import Final

from graph.candidates.losses import loses
from graph.engine.feature_extraction import in_a_ring
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel, wide
from graph.links.records import IDENTITIES, PAYEES, PAYERS, REFERRALS, REFERRERS
from graph.links.touch import first_link, length
from graph.model.event_batch import CHARGEBACK, PROMO_REDEEMED
from graph.model.shapes import LARGE, LARGE_GROWTH
from graph.state.state import NO_RING, State, account_of
from graph.updates.clusters import is_shared

CANDIDATE_GROWTH: Final = 8
RING_GROWTH: Final = 64
"""One that was not scored is due when its accounts' events have grown by one in so many; in a ring sooner."""
SCORE_PACE: Final = 24
SCORE_SOONEST: Final = 16
SCORE_LATEST: Final = 4
RING_PACE: Final = 64
RING_SOONEST: Final = 64
RING_LATEST: Final = 12
"""One that was scored is due when its accounts have grown by its distance from what opens a ring, in log
odds, over the pace; by one in so many at the soonest and at the latest. The last three: in an open ring."""
_SUREST: Final = 1e-6


@kernel
def postpone(state: State) -> None:
    """Let the candidate at hand wait until its accounts have more events, unless it is small and hurried."""
    members = state.candidate[0].size
    until_due = 0.0
    if members > LARGE:
        until_due = members / LARGE_GROWTH
    elif not state.candidate[0].hurried:
        until_due = members / (RING_GROWTH if in_a_ring(state) else CANDIDATE_GROWTH)
    _let_wait(state, members, until_due)


@kernel
def wait_by_score(state: State) -> None:
    """Let a small candidate that was scored wait the longer, the further that is from opening a ring.

    One that is hurried does not wait before it stands. A score moves with the evidence, and that with what
    the accounts do: one near the threshold may pass it soon, and one far from it does not.
    """
    candidate, leader = state.candidate[0], account_of(state, state.members[0])
    stands = in_a_ring(state)
    if candidate.size > LARGE or (candidate.hurried and not stands):
        return
    distance = abs(_log_odds(candidate.score) - _log_odds(state.options[0].review))
    if stands:
        share = min(max(distance / RING_PACE, 1 / RING_SOONEST), 1 / RING_LATEST)
    else:
        share = min(max(distance / SCORE_PACE, 1 / SCORE_SOONEST), 1 / SCORE_LATEST)
    leader.until_due = candidate.size * share


@kernel
def _log_odds(score: float) -> float:
    clipped = min(max(score, _SUREST), 1 - _SUREST)
    return math.log(clipped / (1 - clipped))


@kernel
def is_ripe(state: State, found: int, shape: int, at_once: bool) -> bool:
    """Whether a candidate of a shape, the first ``found`` accounts in ``state.members``, is to be judged now.

    A large one is when its accounts, since each was last judged in a large candidate of that shape, have
    grown by a sixteenth (``LARGE_GROWTH``) in all, ``at_once``, or where an analyst acts. O(found).
    """
    if found <= LARGE:
        return True
    waits_for_growth = not (at_once or state.cursor[0].acting)
    if waits_for_growth and missing_growth(state, found, shape) > 0.0:
        return False
    for place in range(found):
        account = account_of(state, state.members[place])
        account.seen[shape] = account.events
    return True


@kernel
def missing_growth(state: State, found: int, shape: int) -> float:
    """By how much the first ``found`` accounts in ``state.members`` have to grow before they are judged."""
    growth = 0.0
    for place in range(found):
        account = account_of(state, state.members[place])
        seen = account.seen[shape]
        growth += (account.events - seen) / account.events if seen > 0 else 1.0
    return found / LARGE_GROWTH - growth


@kernel
def wait_with(state: State, found: int, shape: int) -> None:
    """Let the first ``found`` accounts in ``state.members`` wait until they are to be judged."""
    _let_wait(state, found, missing_growth(state, found, shape))


@kernel
def follow(state: State, accounts: Int32s) -> None:
    """Let accounts wait as the first of ``state.members`` does."""
    for place in range(len(accounts)):
        account_of(state, accounts[place]).leader = state.members[0]


@kernel
def _let_wait(state: State, members: int, until_due: float) -> None:
    """Let the first accounts in ``state.members`` wait until they have grown by so much in all."""
    follow(state, state.members[:members])
    leader = account_of(state, state.members[0])
    leader.until_due = until_due
    leader.judged_with = members
    if members > LARGE:
        _host(state, members)


@kernel
def is_led_by_many(state: State, entity: int) -> bool:
    """Whether an account was last judged in a large candidate, for whose growth it waits."""
    return bool(account_of(state, account_of(state, entity).leader).judged_with > LARGE)


@kernel
def _host(state: State, members: int) -> None:
    """Let the identifiers that join the first accounts in ``state.members`` lead newcomers to it."""
    records, hooks = state.links.links, state.links.hooks
    for place in range(members):
        link = first_link(state.links, state.members[place], IDENTITIES)
        while link >= 0:
            if records[link].joins:
                state.entities[records[link].target].host = state.members[0]
            link = hooks[link].next_out


@kernel
def waits(state: State, entity: int) -> bool:
    """Whether an account that was regrouped, or whose rides faded, waits until its large candidate is due.

    Not when an analyst regrouped it. Such a change brings the candidate nearer to being due. O(identifiers).
    """
    if state.cursor[0].acting:
        return False
    records, hooks, account = state.links.links, state.links.hooks, account_of(state, entity)
    leader = wide(account.leader)
    link = first_link(state.links, entity, IDENTITIES)
    while link >= 0:
        host = wide(state.entities[records[link].target].host)
        if records[link].joins and host >= 0:
            host = wide(account_of(state, host).leader)
            more = account_of(state, host).judged_with - account_of(state, leader).judged_with
            if more > 0 or (more == 0 and host < leader):
                leader = host
        link = hooks[link].next_out
    facts = account_of(state, leader)
    if facts.judged_with <= LARGE:
        return False
    account.leader = leader
    facts.until_due -= 1.0
    return bool(facts.until_due > 0)


@kernel
def count_event(state: State, entity: int) -> None:
    """Count an event that names the account, which brings its candidate nearer to being due."""
    account = account_of(state, entity)
    account_of(state, account.leader).until_due -= 1 / max(account.events, 1)
    account.events += 1


@kernel
def is_due(state: State, entity: int, kind: int) -> bool:
    """Whether an account is to be judged again, at an event of a kind (by code) that names it."""
    account = account_of(state, entity)
    if account.judged == state.counters[0].event:
        return False
    leader = account_of(state, account.leader)
    is_ordinary = kind != PROMO_REDEEMED and kind != CHARGEBACK  # noqa: PLR1714
    if leader.until_due > 0 and (is_ordinary or leader.judged_with > LARGE):
        return False
    return _worth_gathering(state, entity)


@kernel
def _worth_gathering(state: State, entity: int) -> bool:
    """Whether anything ties the account to others."""
    account = account_of(state, entity)
    for slot in (REFERRERS, REFERRALS, PAYEES, PAYERS):
        if length(state.links, entity, slot) > 0:
            return True
    if account.met != 0 or is_shared(state, entity) or account.ring != NO_RING:
        return True
    return loses(state, entity)
