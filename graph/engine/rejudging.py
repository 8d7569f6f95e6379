"""When an account is looked at again.

When its cluster changed, when it took or disowned money, or when the accounts of the candidate that it was
last looked at in have grown by an eighth since then, in events, on average: so the number of judgements grows
with the logarithm of a candidate's activity, and neither many quiet accounts nor one busy driver among new
riders keep it from being judged. A ring is judged again after a sixty-fourth, and an account that came to a
phone that is not its own at each of its events: a thief needs hours, not weeks.
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

REST: Final = 8
RING_REST: Final = 64
"""A candidate rests until its accounts' events have grown by one in so many on average, a ring less long."""


@kernel
def rest(state: State) -> None:
    """Let the candidate rest until its accounts have done more; a visit, whose hours count, does not."""
    members = state.candidate[0].size
    for place in range(members):
        account_of(state, state.members[place]).leader = state.members[0]
    rests = 0.0
    if state.candidate[0].shape != VISIT:
        rests = members / (RING_REST if in_a_ring(state) else REST)
    account_of(state, state.members[0]).rests = rests


@kernel
def count_event(state: State, entity: int) -> None:
    """An event names the account: one more of it, and its candidate rests that much less."""
    account = account_of(state, entity)
    account_of(state, account.leader).rests -= 1 / max(account.events, 1)
    account.events += 1


@kernel
def is_due(state: State, entity: int, kind: int) -> bool:
    """Whether an account is to be looked at again at an event of a kind that names it."""
    account = account_of(state, entity)
    if account.judged == state.counters[0].event:
        return False
    rests = account_of(state, account.leader).rests > 0
    if kind != PROMO_REDEEMED and kind != CHARGEBACK and rests:  # noqa: PLR1714
        return False
    return _worth_gathering(state, entity)


@kernel
def _worth_gathering(state: State, entity: int) -> bool:
    account = account_of(state, entity)
    return (
        account.met != 0
        or is_shared(state, entity)
        or account.ring != NO_RING
        or length(state.links, entity, REFERRERS) > 0
        or length(state.links, entity, REFERRALS) > 0
    )
