"""The rejudging policy: when an account is judged again.

An account is due at once when its cluster changed, or when it took or disowned money. Otherwise it is due
when the accounts of the candidate in which it was last judged have, on average, an eighth more events than
then. So the number of judgements grows with the logarithm of a candidate's activity, and neither many quiet
accounts nor one busy driver among new riders keep it from being judged. A candidate with an account in an
open ring is due after a sixty-fourth. An account that came to a phone that is not its own is due at each of
its events: a thief needs hours, not weeks.
"""

from __future__ import annotations

from typing import Final

from graph.engine.feature_extraction import in_a_ring
from graph.kernels.kernel import kernel
from graph.links.records import REFERRALS, REFERRERS
from graph.links.touch import length
from graph.model.event_batch import CHARGEBACK, PROMO_REDEEMED
from graph.model.shapes import VISIT
from graph.state.state import NO_RING, State, account_of
from graph.updates.clusters import is_shared

CANDIDATE_GROWTH: Final = 8
RING_GROWTH: Final = 64
"""A candidate is due when its accounts' events have grown by one in so many on average; a ring sooner."""


@kernel
def postpone(state: State) -> None:
    """Let the candidate at hand wait until its accounts have more events; a visit is due again at once."""
    members = state.candidate[0].size
    for place in range(members):
        account_of(state, state.members[place]).leader = state.members[0]
    until_due = 0.0
    if state.candidate[0].shape != VISIT:
        until_due = members / (RING_GROWTH if in_a_ring(state) else CANDIDATE_GROWTH)
    account_of(state, state.members[0]).until_due = until_due


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
    is_early = account_of(state, account.leader).until_due > 0
    if kind != PROMO_REDEEMED and kind != CHARGEBACK and is_early:  # noqa: PLR1714
        return False
    return _worth_gathering(state, entity)


@kernel
def _worth_gathering(state: State, entity: int) -> bool:
    """Whether anything ties the account to others."""
    account = account_of(state, entity)
    return (
        account.met != 0
        or is_shared(state, entity)
        or account.ring != NO_RING
        or length(state.links, entity, REFERRERS) > 0
        or length(state.links, entity, REFERRALS) > 0
    )
