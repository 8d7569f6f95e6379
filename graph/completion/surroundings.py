"""Who is around marked accounts: whoever something ties to them, in whatever ring."""

from __future__ import annotations

from typing import Final

from graph.completion.membership import MOST_LINKS
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel, wide
from graph.links.records import (
    DRIVERS,
    IDENTITIES,
    PAYEES,
    PAYERS,
    REFERRALS,
    REFERRERS,
    RIDERS,
    USERS,
)
from graph.links.touch import first_link, length
from graph.state.state import PUBLIC, State, fresh_stamp

MOST_USERS: Final = 64
"""An identifier with more users than this leads to nobody."""
_ENOUGH: Final = 2
"""A shared identifier, a referral or a payment is enough; of rides it takes two marked accounts."""
_TAKEN: Final = -1


@kernel
def around(state: State, marked: Int32s, into: Int32s, found: int, most: int) -> int:
    """Append accounts that something ties to the marked ones, to ``into`` from ``found`` on; how many then.

    Users of one identifier with a marked account, ends of referrals and payments, then drivers whom two
    marked accounts or more rode with, and riders who came back to two marked drivers or more; at most up to
    ``most`` in all, in the order of the marked. Cost: O(links of the marked, ``MOST_LINKS`` of each list at
    most), and for each identifier ``MOST_USERS``.
    """
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    stamp = fresh_stamp(state)
    for place in range(found):
        marks[into[place]].stamp = stamp
        marks[into[place]].count = _TAKEN
    for place in range(len(marked)):
        account = marked[place]
        link = first_link(state.links, account, IDENTITIES)
        while link >= 0:
            identifier = records[link].target
            if marks[identifier].stamp != stamp:
                marks[identifier].stamp = stamp
                is_public = state.entities[identifier].declared == PUBLIC
                if length(state.links, identifier, USERS) <= MOST_USERS and not is_public:
                    user = first_link(state.links, identifier, USERS)
                    while user >= 0:
                        found = _reach(state, wide(records[user].source), stamp, _ENOUGH, into, found, most)
                        user = hooks[user].next_in
            link = hooks[link].next_out
        for slot in (REFERRALS, PAYEES):
            link = _first_of_few(state, account, slot)
            while link >= 0:
                found = _reach(state, wide(records[link].target), stamp, _ENOUGH, into, found, most)
                link = hooks[link].next_out
        for slot in (REFERRERS, PAYERS):
            link = _first_of_few(state, account, slot)
            while link >= 0:
                found = _reach(state, wide(records[link].source), stamp, _ENOUGH, into, found, most)
                link = hooks[link].next_in
    for place in range(len(marked) if found < most else 0):
        link = _first_of_few(state, marked[place], DRIVERS)
        while link >= 0:
            found = _reach(state, wide(records[link].target), stamp, 1, into, found, most)
            link = hooks[link].next_out
        link = _first_of_few(state, marked[place], RIDERS)
        while link >= 0:
            if records[link].count > 1:
                found = _reach(state, wide(records[link].source), stamp, 1, into, found, most)
            link = hooks[link].next_in
    return found


@kernel
def _first_of_few(state: State, account: int, slot: int) -> int:
    """The first link of a list, -1 also where there are more than are read."""
    if length(state.links, account, slot) > MOST_LINKS:
        return -1
    return first_link(state.links, account, slot)


@kernel
def _reach(state: State, account: int, stamp: int, weight: int, into: Int32s, found: int, most: int) -> int:
    """Count that an account is reached, and take it once it is enough."""
    mark = state.marks[account]
    if mark.stamp != stamp:
        mark.stamp = stamp
        mark.count = 0
    if mark.count == _TAKEN or found >= most:
        return found
    mark.count += weight
    if mark.count < _ENOUGH:
        return found
    mark.count = _TAKEN
    into[found] = account
    return found + 1
