"""What a candidate's accounts pay to each other and to one hand out of their wallets.

Takings of many accounts come together in one hand. So do the payments of honest people: to a shop, a charity,
a club. An account at the far end counts as an *institution*, and payments to it say nothing, when more than
``CROWD`` accounts pay it and most of the ``SAMPLE`` of them that have paid longest are outside the candidate
and lead lives of their own: they share no identifier with anybody, or are independent of what they share. The
number of payers alone forgives nobody: a crew of a thousand that pays one account shares what it works with.
In the same way nothing is said by a member that pays more than ``CROWD`` accounts, most of whom live so: an
office on pay day.

Money is *led away* when it is an account's that had been in use, from a new phone or to several hands at once
(``graph.candidates.hands``).

Cost: O(payments of the members), of which at most ``MOST_PAYEES`` a member are read, those that have lasted
longest, and O(identity links) of the payer for each, and ``SAMPLE`` of the payers of each account that they
lead to, however many there are: an account that 100,000 pay costs as much as one that 64 pay.
"""

from __future__ import annotations

from typing import Any, Final

from graph.candidates.hands import is_led_away
from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.interactions import interaction_of
from graph.links.lists import next_link
from graph.links.records import IN, OUT, PAYEES, PAYERS
from graph.links.touch import first_link, length
from graph.model.link_keys import MONEY_SCALE
from graph.state.evidence_record import Record
from graph.state.state import State, account_of

CROWD: Final = 50
SAMPLE: Final = 64
MOST_PAYEES: Final = 256
TEST_SHARE: Final = 20
"""A payment was tried first when its smallest amount is at most one in so many of the mean of the others."""
_SAYS_NOTHING: Final = -1
_SILENT_MEMBER: Final = -2
"""In the place of a payee's place: an institution, and a member that is one."""


@kernel
def measure_transfers(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """Payments of the members; expects them marked with their places under ``stamp``, and marks payees."""
    measuring = state.measuring
    received, payers = measuring.received_units, measuring.payers
    seen, received_in = _gather(state, members, stamp, e)
    hand = 0
    total = most = 0
    for place in range(seen):
        total += received[place]
        most = max(most, received[place])
        more = payers[place] > payers[hand]
        if more or (payers[place] == payers[hand] and received[place] > received[hand]):
            hand = place
    circling = 0
    for place in range(len(members)):
        circling += min(received[place], measuring.sent_units[place])
    e.transfer_money = total / MONEY_SCALE
    e.fan_in = payers[hand]
    e.cash_out = ratio(most, total)
    e.circular_flow = ratio(circling, received_in)
    e.transfer_share = _tied(state, members, stamp, hand) / len(members)


@kernel
def _gather(state: State, members: Int32s, stamp: int, e: Record) -> tuple[int, int]:
    """Sums the payments by payee into ``state.measuring``; returns how many payees, and what went inside.

    The places of the members come first; other payees follow in the order in which they are met.
    """
    records, measuring = state.links.links, state.measuring
    n = len(members)
    for place in range(n):
        if _is_institution(state, members[place], PAYERS, n, stamp):
            state.marks[members[place]].first = _SILENT_MEMBER
    seen, sent_inside = n, 0
    measuring.received_units[:n] = 0
    measuring.payers[:n] = 0
    count = pairs = tested = led = 0
    for place in range(n):
        measuring.sent_units[place] = 0
        link = _first_payment(state, members[place], n, stamp)
        steps = 0
        while link >= 0 and steps < MOST_PAYEES:
            steps += 1
            payment, facts = records[link], interaction_of(state.links, link)
            payee = _place_of(state, payment.target, n, stamp, seen)
            paid, link = link, next_link(state.links, link, OUT)
            if payee < 0:
                continue
            seen = max(seen, payee + 1)
            measuring.received_units[payee] += facts.money
            measuring.payers[payee] += 1
            count += payment.count
            pairs += 1
            tested += _was_tried(payment, facts)
            led += is_led_away(state, paid)
            if payee < n:
                measuring.sent_units[place] += facts.money
                sent_inside += facts.money
    e.transfers = count
    e.tried_transfers = ratio(tested, pairs)
    e.led_away = ratio(led, pairs)
    return seen, sent_inside


@kernel
def _first_payment(state: State, member: int, members: int, stamp: int) -> int:
    """The first payment of a member; -1 when what it pays says nothing."""
    if _is_institution(state, member, PAYEES, members, stamp):
        return -1
    return int(first_link(state.links, member, PAYEES))


@kernel
def _place_of(state: State, payee: int, members: int, stamp: int, seen: int) -> int:
    """The place of a payee, the next one for a payee not met before; below 0 for an institution."""
    mark = state.marks[payee]
    if mark.stamp != stamp:
        mark.stamp = stamp
        mark.first = seen
        if _is_institution(state, payee, PAYERS, members, stamp):
            mark.first = _SAYS_NOTHING
        else:
            state.measuring.received_units[seen] = 0
            state.measuring.payers[seen] = 0
    return int(mark.first)


@kernel
def _is_institution(state: State, account: int, slot: int, members: int, stamp: int) -> bool:
    """Whether more than CROWD accounts pay it (PAYERS) or are paid by it (PAYEES), and live by themselves."""
    if length(state.links, account, slot) <= CROWD:
        return False
    apart = steps = 0
    link = first_link(state.links, account, slot)
    while link >= 0 and steps < SAMPLE:
        record = state.links.links[link]
        other = record.source if slot == PAYERS else record.target
        mark = state.marks[other]
        is_member = mark.stamp == stamp and mark.first < members and mark.first != _SAYS_NOTHING
        facts = account_of(state, other)
        apart += not is_member and (facts.met == 0 or facts.independence != 0)
        link = next_link(state.links, link, IN if slot == PAYERS else OUT)
        steps += 1
    return bool(2 * apart > steps)


@kernel
def _was_tried(payment: Any, facts: Any) -> bool:
    """Whether one of the amounts was small beside the mean of the others."""
    others = payment.count - 1
    return bool(others > 0 and facts.least * TEST_SHARE <= (facts.money - facts.least) / others)


@kernel
def _tied(state: State, members: Int32s, stamp: int, hand: int) -> int:
    """How many members paid a member, or the account that most of them paid."""
    records = state.links.links
    tied = 0
    for place in range(len(members)):
        link = _first_payment(state, members[place], len(members), stamp)
        steps = 0
        while link >= 0 and steps < MOST_PAYEES:
            payee = state.marks[records[link].target].first
            if payee == hand or 0 <= payee < len(members):
                tied += 1
                break
            link = next_link(state.links, link, OUT)
            steps += 1
    return tied
