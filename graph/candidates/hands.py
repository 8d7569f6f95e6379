"""Hands: accounts by which several others were brought, or whom they pay, that are not their own masters.

A crew may give every account a phone, a card and an address, and still bring them all for one reward, or
carry what they take into one wallet. Honest people are brought by a friend, too, and pay a treasurer, a shop
or a driver: they ride with whomever the city sends, and pay from where they always were. So it is decided
from what the others do, as with a shared identifier (``graph.updates.independence``). An account *depends* on
who brought it while it leads no life of its own, and on whom it pays also where its money was **led away**:
it had been in use for ``SETTLED_MS`` when the first payment was made, and that was within ``LED_MS`` of its
coming to another phone, or within ``EMPTIED_MS`` of its first payment to another account. An account is a
*hand* while ``MIN_DEPENDENTS`` or more of those that have been its longest, and at least half, depend on it.

Cost: O(identity links of the ``SAMPLE`` that are looked at), and ``SAMPLE`` payments of each.
"""

from __future__ import annotations

from typing import Final

from graph.kernels.kernel import kernel, wide
from graph.links.records import IDENTITIES, PAYEES, PAYERS, REFERRALS
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_DEVICE
from graph.state.state import State, account_of
from graph.updates.independence import LIVES, independence
from graph.updates.sharing import DAY_MS, SETTLED_MS

MIN_DEPENDENTS: Final = 3
SAMPLE: Final = 64
LED_MS: Final = DAY_MS
EMPTIED_MS: Final = DAY_MS // 24


@kernel
def is_hand(state: State, account: int, slot: int) -> bool:
    """Whether an account is a hand of those whom it brought (REFERRALS), or who pay it (PAYERS)."""
    if length(state.links, account, slot) < MIN_DEPENDENTS:
        return False
    dependents = looked = 0
    link = first_link(state.links, account, slot)
    while link >= 0 and looked < SAMPLE:
        dependents += depends(state, link, slot)
        looked += 1
        link = after(state, link, slot)
    return dependents >= MIN_DEPENDENTS and 2 * dependents >= looked


@kernel
def depends(state: State, link: int, slot: int) -> bool:
    """Whether who was brought by a link of REFERRALS, or pays by one of PAYERS, depends on the hand there."""
    if not lives(state, far_end(state, link, slot)):
        return True
    return slot == PAYERS and is_led_away(state, link)


@kernel
def is_led_away(state: State, payment: int) -> bool:
    """Whether an account that had been in use paid from a new phone, or several hands at once."""
    records, hooks = state.links.links, state.links.hooks
    payer = wide(records[payment].source)
    began_ms, seen_ms = records[payment].first_ms, account_of(state, payer).first_ms
    if began_ms - seen_ms < SETTLED_MS:
        return False
    link = first_link(state.links, payer, IDENTITIES)
    while link >= 0:
        use = records[link]
        came_ms = began_ms - use.first_ms
        if use.kind == USES_DEVICE and use.first_ms - seen_ms >= SETTLED_MS and 0 <= came_ms <= LED_MS:
            return True
        link = hooks[link].next_out
    link, steps = first_link(state.links, payer, PAYEES), 0
    while link >= 0 and steps < SAMPLE:
        if link != payment and abs(records[link].first_ms - began_ms) <= EMPTIED_MS:
            return True
        link = hooks[link].next_out
        steps += 1
    return False


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
