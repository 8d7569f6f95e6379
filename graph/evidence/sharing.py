"""Who shares what with whom inside a candidate, and who has something of their own.

Cost: O(identity links of the members).
"""

from __future__ import annotations

from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.records import IDENTITIES, USERS
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_BANK_ACCOUNT, USES_CARD, USES_DEVICE, USES_IP
from graph.state.evidence_record import Record
from graph.state.state import State
from graph.updates.independence import AT_HOME, LIVES, independence


@kernel
def ratio(part: float, whole: float) -> float:
    """A share; 0 of nothing is 0."""
    if whole == 0:
        return 0.0
    return part / whole


@kernel
def measure_sharing(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """Who shares what; leaves in ``state.marks`` how many members use each identifier, under ``stamp``."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    hand = state.measuring.hands
    for place in range(len(members)):
        hand[place] = place
        link = first_link(state.links, members[place], IDENTITIES)
        while link >= 0:
            mark = marks[records[link].target]
            if mark.stamp != stamp:
                mark.stamp = stamp
                mark.count = 0
                mark.first = place
            mark.count += 1
            link = hooks[link].next_out
    hands = len(members)
    device_holders = device_sharers = device_owners = devices = 0
    card_holders = card_sharers = card_owners = cards = 0
    bank_holders = bank_sharers = address = 0
    living = at_home = 0
    for place in range(len(members)):
        has_device = shares_device = owns_device = False
        has_card = shares_card = owns_card = False
        has_bank = shares_bank = False
        link = first_link(state.links, members[place], IDENTITIES)
        while link >= 0:
            identifier = records[link].target
            kind = records[link].kind
            mark = marks[identifier]
            users = length(state.links, identifier, USERS)
            shared = mark.count > 1
            leads = shared and mark.first == place
            if kind == USES_DEVICE:
                has_device = True
                shares_device = shares_device or shared
                owns_device = owns_device or users == 1
                devices += leads
            elif kind == USES_CARD:
                has_card = True
                shares_card = shares_card or shared
                owns_card = owns_card or users == 1
                cards += leads
            elif kind == USES_BANK_ACCOUNT:
                has_bank = True
                shares_bank = shares_bank or shared
            elif kind == USES_IP and leads and 2 * mark.count >= users:
                address = max(address, mark.count)
            if shared and kind in (USES_DEVICE, USES_CARD):
                hands -= _one_hand(hand, mark.first, place)
            link = hooks[link].next_out
        device_holders += has_device
        device_sharers += shares_device
        device_owners += owns_device
        card_holders += has_card
        card_sharers += shares_card
        card_owners += owns_card
        bank_holders += has_bank
        bank_sharers += shares_bank
        bits = independence(state, members[place])
        living += bits & LIVES != 0
        at_home += bits & AT_HOME != 0
    e.device_sharing = ratio(device_sharers, device_holders)
    e.card_sharing = ratio(card_sharers, card_holders)
    e.bank_sharing = ratio(bank_sharers, bank_holders)
    e.address_sharing = address / len(members)
    e.accounts_per_device = ratio(device_sharers, devices)
    e.accounts_per_card = ratio(card_sharers, cards)
    e.own_device = device_owners / len(members)
    e.own_card = card_owners / len(members)
    e.living = living / len(members)
    e.at_home = at_home / len(members)
    e.hands = hands


@kernel
def _one_hand(hand: Int32s, left: int, right: int) -> int:
    """Put two members into one hand; 1 when they were two (union-find with path halving)."""
    while hand[left] != left:
        hand[left] = hand[hand[left]]
        left = hand[left]
    while hand[right] != right:
        hand[right] = hand[hand[right]]
        right = hand[right]
    if left == right:
        return 0
    hand[right] = left
    return 1
