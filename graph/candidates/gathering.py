"""From a touched account to the accounts that may be one ring: clusters joined by what corroborates.

A *unit* is a cluster (or a single account). Two units belong to one candidate when

* an address ties them: at most ``SEMI_PRIVATE_SHARERS`` use it, and at least half of its users stand in
  clusters, so that its users do not look independent of each other. An office, a campus or a cafe fails
  this: its users come with phones and cards of their own. Each of the two units is at home there: two or
  more of its accounts use it, if it has that many. One account of a family of four at an address is on its
  way;
* one referred the other, and both are clusters, or both use one semi-private address;
* an account of one is the hand that brought an account of the other, or that it pays, and the latter depends
  on it: it leads no life of its own, or its money was led away (``graph.candidates.hands``);
* riders of one keep losing trips to a driver of the other, to whom several do (``graph.candidates.losses``);
* a driver of one rides with riders of the other: two or more accounts in the same hand, three or more
  trips since these accounts began to share, more than chance explains, and a sixth of all their trips since
  then. Independent riders do not do that.

All five are symmetric functions of the graph's present state, so a candidate does not depend on the
account it is assembled from. Cost: O(links of the candidate's accounts); at most ``MAX_ACCOUNTS``
accounts are gathered, nearest units first, but for the unit that goes beyond (up to ``MAX_UNIT`` accounts of
it); a candidate that was cut there is marked ``truncated``.
"""

from __future__ import annotations

from typing import Final

from graph.candidates.hands import after, depends, far_end, is_hand
from graph.candidates.joint_rides import (
    is_open,
    meets_a_cluster,
    memo_of,
    note,
    rides_more,
    rides_with,
    tally_clusters,
    tally_of,
    tally_rides,
)
from graph.candidates.losses import is_let_down, keeps_losing, loses
from graph.components.edges import label
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel, wide
from graph.kernels.rows import sort
from graph.links.records import (
    IDENTITIES,
    LOST_DRIVERS,
    LOST_RIDERS,
    PAYEES,
    PAYERS,
    REFERRALS,
    REFERRERS,
    RIDERS,
    USERS,
)
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_IP
from graph.state.state import ACCOUNT_KIND, State, fresh_stamp
from graph.updates.clusters import is_shared
from graph.updates.sharing import SEMI_PRIVATE_SHARERS

MAX_ACCOUNTS: Final = 300
MAX_UNIT: Final = 3000
CLUSTERED_SHARE: Final = 0.5
MOST_HANDS: Final = 16
"""Whom an account pays, or loses trips to, longest first, that are looked at."""
_LEADS: Final = 1
"""Marks the account of a unit by which it was taken in: the unit's drivers are looked at there."""


@kernel
def gather(state: State, seeds: Int32s) -> int:
    """Puts the candidate that holds the seed accounts into ``state.members``, ascending; how many.

    ``state.candidate[0].truncated`` is 1 when there were more than are gathered. ``seeds`` may lie in
    ``state.gathering.seeds``.
    """
    gathered = state.members
    stamp = fresh_stamp(state)
    state.candidate[0].truncated = 0
    found = 0
    for place in range(len(seeds)):
        found = _admit(state, seeds[place], found, stamp)
    done = 0
    while done < found:
        found = _corroborated(state, gathered[done], found, stamp)
        done += 1
    sort(gathered[:found])
    return found


@kernel
def _admit(state: State, account: int, found: int, stamp: int) -> int:
    """Take the account's whole unit in; returns how many accounts are gathered then."""
    if state.marks[account].stamp == stamp:
        return found
    state.marks[account].stamp = stamp
    state.marks[account].count = _LEADS
    state.members[found] = account
    found += 1
    if not is_shared(state, account):
        return found
    node = state.forest.nodes[account].next_member
    while node != account:
        if state.entities[node].kind == ACCOUNT_KIND and state.marks[node].stamp != stamp:
            if found >= MAX_ACCOUNTS + MAX_UNIT:
                state.candidate[0].truncated = 1
                return found
            state.marks[node].stamp = stamp
            state.marks[node].count = 0
            state.members[found] = node
            found += 1
        node = state.forest.nodes[node].next_member
    return found


@kernel
def _consider(state: State, account: int, found: int, stamp: int) -> int:
    """Take the account's unit in if there is room; returns how many accounts are gathered then."""
    if state.marks[account].stamp == stamp:
        return found
    if found >= MAX_ACCOUNTS:
        state.candidate[0].truncated = 1
        return found
    return _admit(state, account, found, stamp)


@kernel
def _corroborated(state: State, account: int, found: int, stamp: int) -> int:
    """Take in the units that belong with this account's; returns how many accounts are gathered then."""
    records, hooks = state.links.links, state.links.hooks
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        address = records[link].target
        if (
            records[link].kind == USES_IP
            and _semi_private(state, address)
            and _ties(state, address, stamp)
            and _at_home(state, account, address)
        ):
            user = first_link(state.links, address, USERS)
            while user >= 0:
                other = wide(records[user].source)
                if state.marks[other].stamp != stamp and _at_home(state, other, address):
                    found = _consider(state, other, found, stamp)
                user = hooks[user].next_in
        link = hooks[link].next_out
    shared = is_shared(state, account)
    link = first_link(state.links, account, REFERRALS)
    while link >= 0:
        if _refers(state, account, records[link].target, shared):
            found = _consider(state, records[link].target, found, stamp)
        link = hooks[link].next_out
    link = first_link(state.links, account, REFERRERS)
    while link >= 0:
        if _refers(state, account, records[link].source, shared):
            found = _consider(state, records[link].source, found, stamp)
        link = hooks[link].next_in
    found = _take_dependents(state, account, found, stamp)
    found = _take_hands(state, account, found, stamp)
    found = _take_losers(state, account, found, stamp)
    found = _take_riders(state, account, found, stamp)
    if shared and state.marks[account].count == _LEADS:
        found = _take_drivers(state, account, found, stamp)
    return found


@kernel
def _take_dependents(state: State, account: int, found: int, stamp: int) -> int:
    """Take in those whose hand the account is; returns how many accounts are gathered then."""
    for slot in (REFERRALS, PAYERS):
        link, steps = (first_link(state.links, account, slot) if is_hand(state, account, slot) else -1), 0
        while link >= 0 and steps < MAX_ACCOUNTS:
            other = far_end(state, link, slot)
            if state.marks[other].stamp != stamp and depends(state, link, slot):
                found = _consider(state, other, found, stamp)
            link = after(state, link, slot)
            steps += 1
    return found


@kernel
def _take_hands(state: State, account: int, found: int, stamp: int) -> int:
    """Take in the hands that an account depends on; returns how many accounts are gathered then."""
    for slot, other_way in ((REFERRERS, REFERRALS), (PAYEES, PAYERS)):
        link, steps = first_link(state.links, account, slot), 0
        while link >= 0 and steps < MOST_HANDS:
            hand = far_end(state, link, slot)
            if (
                state.marks[hand].stamp != stamp
                and depends(state, link, other_way)
                and is_hand(state, hand, other_way)
            ):
                found = _consider(state, hand, found, stamp)
            link = after(state, link, slot)
            steps += 1
    return found


@kernel
def _take_losers(state: State, account: int, found: int, stamp: int) -> int:
    """Take in the drivers to whom an account keeps losing trips, and the riders who keep losing to it.

    Returns how many accounts are gathered then.
    """
    records, hooks = state.links.links, state.links.hooks
    link, steps = (first_link(state.links, account, LOST_DRIVERS) if loses(state, account) else -1), 0
    while link >= 0 and steps < MOST_HANDS:
        driver = wide(records[link].target)
        if state.marks[driver].stamp != stamp and keeps_losing(state, link) and is_let_down(state, driver):
            found = _consider(state, driver, found, stamp)
        link = hooks[link].next_out
        steps += 1
    link, steps = (first_link(state.links, account, LOST_RIDERS) if is_let_down(state, account) else -1), 0
    while link >= 0 and steps < MAX_ACCOUNTS:
        rider = wide(records[link].source)
        if state.marks[rider].stamp != stamp and keeps_losing(state, link):
            found = _consider(state, rider, found, stamp)
        link = hooks[link].next_in
        steps += 1
    return found


@kernel
def _take_riders(state: State, driver: int, found: int, stamp: int) -> int:
    """Take in the clusters that ride with a driver; returns how many accounts are gathered then."""
    if not meets_a_cluster(state, driver, stamp):
        return found
    records, hooks = state.links.links, state.links.hooks
    together = tally_clusters(state, driver, stamp)
    link = first_link(state.links, driver, RIDERS)
    while link >= 0:
        rider = wide(records[link].source)
        if (
            state.marks[rider].stamp != stamp
            and is_shared(state, rider)
            and is_open(state, rider, driver, stamp)
        ):
            note(memo_of(state, rider, driver), state, rider, driver, stamp, 0)
            tally = state.tallies[label(state.forest, rider)]
            if tally.stamp == together and rides_with(state, rider, driver, tally.riders, tally.trips):
                found = _consider(state, rider, found, stamp)
        link = hooks[link].next_in
    return found


@kernel
def _take_drivers(state: State, rider: int, found: int, stamp: int) -> int:
    """Take in the drivers that a rider's cluster rides with; returns how many accounts are gathered then."""
    drivers, total = tally_rides(state, rider)
    met = state.gathering.drivers
    for place in range(drivers):
        driver = wide(met[place])
        tally = tally_of(state, driver)
        if rides_more(state, driver, tally.riders, tally.trips, total):
            found = _consider(state, driver, found, stamp)
    return found


@kernel
def _semi_private(state: State, address: int) -> bool:
    """Whether several use an address, and not too many."""
    return 2 <= length(state.links, address, USERS) <= SEMI_PRIVATE_SHARERS


@kernel
def _at_home(state: State, account: int, address: int) -> bool:
    """Whether an account's unit uses the address, and not this account alone of several. O(its users)."""
    if not is_shared(state, account):
        return True
    own = label(state.forest, account)
    user = first_link(state.links, address, USERS)
    while user >= 0:
        other = wide(state.links.links[user].source)
        if other != account and label(state.forest, other) == own:
            return True
        user = state.links.hooks[user].next_in
    return False


@kernel
def _refers(state: State, account: int, other: int, shared: bool) -> bool:
    """Whether a referral between two accounts makes their units belong together."""
    if shared and is_shared(state, other):
        return True
    records, hooks = state.links.links, state.links.hooks
    ours = first_link(state.links, account, IDENTITIES)
    while ours >= 0:
        if records[ours].kind == USES_IP and _semi_private(state, records[ours].target):
            theirs = first_link(state.links, other, IDENTITIES)
            while theirs >= 0:
                if records[theirs].target == records[ours].target:
                    return True
                theirs = hooks[theirs].next_out
        ours = hooks[ours].next_out
    return False


@kernel
def _ties(state: State, address: int, stamp: int) -> bool:
    """Whether the users of an address mostly stand in clusters; worked out once a candidate."""
    mark = state.marks[address]
    if mark.stamp != stamp:
        users = clustered = 0
        link = first_link(state.links, address, USERS)
        while link >= 0:
            users += 1
            clustered += is_shared(state, state.links.links[link].source)
            link = state.links.hooks[link].next_in
        mark.stamp = stamp
        mark.count = clustered >= CLUSTERED_SHARE * users
    return bool(mark.count > 0)
