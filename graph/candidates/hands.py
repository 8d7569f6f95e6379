"""Hands: accounts by which several others were brought, or whom they pay, that have no lives of their own.

A crew may give every account a phone, a card and an address, and still bring them all for one reward, or
carry what they take into one wallet. Honest people are brought by a friend, too, and pay a treasurer, a shop
or a driver: they ride with whomever the city sends. So it is decided from what the others do, as with a
shared identifier (``graph.updates.independence``): an account is a *hand* while ``MIN_DEPENDENTS`` or more of
those that have been its longest, and at least half, lead no lives.

Cost: O(identity links of the ``SAMPLE`` that are looked at).
"""

from __future__ import annotations

from typing import Final

from graph.kernels.kernel import kernel, wide
from graph.links.records import PAYEES, REFERRALS
from graph.links.touch import first_link, length
from graph.state.state import State
from graph.updates.independence import LIVES, independence

MIN_DEPENDENTS: Final = 3
SAMPLE: Final = 64


@kernel
def is_hand(state: State, account: int, slot: int) -> bool:
    """Whether an account is a hand of those whom it brought (REFERRALS), or who pay it (PAYERS)."""
    if length(state.links, account, slot) < MIN_DEPENDENTS:
        return False
    dependents = looked = 0
    link = first_link(state.links, account, slot)
    while link >= 0 and looked < SAMPLE:
        dependents += not lives(state, far_end(state, link, slot))
        looked += 1
        link = after(state, link, slot)
    return dependents >= MIN_DEPENDENTS and 2 * dependents >= looked


@kernel
def lives(state: State, account: int) -> bool:
    """Whether an account leads a life of its own, also one that never shared anything."""
    return bool(independence(state, account) & LIVES != 0)


@kernel
def far_end(state: State, link: int, slot: int) -> int:
    """Who is at the other end of a referral or a payment from a list of an account."""
    record = state.links.links[link]
    return wide(record.target) if slot in (REFERRALS, PAYEES) else wide(record.source)


@kernel
def after(state: State, link: int, slot: int) -> int:
    """The referral or payment after this one in a list of an account; -1 after the last."""
    hook = state.links.hooks[link]
    return wide(hook.next_out) if slot in (REFERRALS, PAYEES) else wide(hook.next_in)
