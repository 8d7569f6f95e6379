"""From a touched account to the accounts that may be one ring: clusters joined by what corroborates.

A *unit* is a cluster (or a single account). Two units belong to one candidate when

* an address ties them: at most ``SEMI_PRIVATE_SHARERS`` use it, and at least half of its users stand in
  clusters, so that its users do not look independent of each other. An office, a campus or a cafe fails
  this: its users come with phones and cards of their own;
* one referred the other, and both are clusters, or both use one semi-private address;
* a driver of one rides with riders of the other: two or more accounts in the same hand, three or more
  trips since these accounts began to share, more than chance explains, and a sixth of all their trips since
  then. Independent riders do not do that.

All three are symmetric functions of the graph's present state, so a candidate does not depend on the
account it is assembled from. Cost: O(links of the candidate's accounts); at most ``MAX_ACCOUNTS``
accounts are gathered, nearest units first, but for the unit that goes beyond (up to ``MAX_UNIT`` accounts of
it); a candidate that was cut there says so.
"""

from __future__ import annotations

from typing import Final

from graph.clusters import is_shared, joined_ms
from graph.forest_kernels import label
from graph.kernel import kernel
from graph.link_records import DRIVERS, IDENTITIES, REFERRALS, REFERRERS, RIDERS, USERS
from graph.link_touch import first_link, length
from graph.sharing import SEMI_PRIVATE_SHARERS
from graph.state import ACCOUNT_KIND, IP, TRUNCATED, Int32s, State, fresh_stamp
from graph.visits import CHANCE_MARGIN, expected_trips

MAX_ACCOUNTS: Final = 300
MAX_UNIT: Final = 3000
CLUSTERED_SHARE: Final = 0.5
MIN_JOINING_TRIPS: Final = 3
MIN_JOINING_RIDERS: Final = 2
JOINING_SHARE: Final = 1 / 6
MEMO_SLOTS: Final = 1024


@kernel
def gather(state: State, seeds: Int32s) -> int:
    """Puts the candidate that holds the seed accounts into ``state.members``, ascending; how many.

    ``state.numbers[TRUNCATED]`` says whether there were more than are gathered. ``seeds`` may lie in
    ``state.scratch[0]``.
    """
    gathered = state.members
    stamp = fresh_stamp(state)
    state.numbers[TRUNCATED] = 0
    found = 0
    for place in range(len(seeds)):
        found = _admit(state, seeds[place], found, stamp)
    done = 0
    while done < found:
        found = _corroborated(state, gathered[done], found, stamp)
        done += 1
    gathered[:found].sort()
    return found


@kernel
def _admit(state: State, account: int, found: int, stamp: int) -> int:
    """Take the account's whole unit in; returns how many accounts are gathered then."""
    if state.marks[account].stamp == stamp:
        return found
    state.marks[account].stamp = stamp
    state.members[found] = account
    found += 1
    if label(state.forest, account) < 0:
        return found
    node = state.forest.nodes[account].next_member
    while node != account:
        if state.entities[node].kind == ACCOUNT_KIND and state.marks[node].stamp != stamp:
            if found >= MAX_ACCOUNTS + MAX_UNIT:
                state.numbers[TRUNCATED] = 1
                return found
            state.marks[node].stamp = stamp
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
        state.numbers[TRUNCATED] = 1
        return found
    return _admit(state, account, found, stamp)


@kernel
def _corroborated(state: State, account: int, found: int, stamp: int) -> int:
    """Take in the units that belong with this account's; returns how many accounts are gathered then."""
    records, hooks = state.links.links, state.links.hooks
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        address = records[link].target
        if _semi_private(state, address) and _ties(state, address, stamp):
            user = first_link(state.links, address, USERS)
            while user >= 0:
                found = _consider(state, records[user].source, found, stamp)
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
    link = first_link(state.links, account, RIDERS)
    while link >= 0:
        rider = records[link].source
        if (
            state.marks[rider].stamp != stamp
            and is_shared(state, rider)
            and _rides(state, rider, account, stamp)
        ):
            found = _consider(state, rider, found, stamp)
        link = hooks[link].next_in
    if shared:
        link = first_link(state.links, account, DRIVERS)
        while link >= 0:
            driver = records[link].target
            if state.marks[driver].stamp != stamp and _rides(state, account, driver, stamp):
                found = _consider(state, driver, found, stamp)
            link = hooks[link].next_out
    return found


@kernel
def _semi_private(state: State, identifier: int) -> bool:
    """Whether an identifier is an address that several use, and not too many."""
    return (
        state.entities[identifier].kind == IP
        and 2 <= length(state.links, identifier, USERS) <= SEMI_PRIVATE_SHARERS
    )


@kernel
def _refers(state: State, account: int, other: int, shared: bool) -> bool:
    """Whether a referral between two accounts makes their units belong together."""
    if shared and is_shared(state, other):
        return True
    records, hooks = state.links.links, state.links.hooks
    ours = first_link(state.links, account, IDENTITIES)
    while ours >= 0:
        if _semi_private(state, records[ours].target):
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
    return mark.count > 0


@kernel
def _rides(state: State, rider: int, driver: int, stamp: int) -> bool:
    """Whether the rider's cluster rides with the driver more than strangers would."""
    cluster = label(state.forest, rider)
    memo = state.memo[(cluster * 31 + driver) & (MEMO_SLOTS - 1)]
    if memo.stamp != stamp or memo.label != cluster or memo.driver != driver:
        memo.stamp = stamp
        memo.label = cluster
        memo.driver = driver
        memo.answer = _rides_more(state, rider, driver)
    return memo.answer > 0


@kernel
def _rides_more(state: State, rider: int, driver: int) -> bool:
    riders = trips = total = met = 0
    member = rider
    while True:
        if state.entities[member].kind == ACCOUNT_KIND:
            since = joined_ms(state, member)
            link = first_link(state.links, member, DRIVERS)
            while link >= 0:
                ride = state.links.links[link]
                met += ride.target == driver
                if ride.last_ms >= since:
                    total += ride.count
                    if ride.target == driver:
                        riders += 1
                        trips += ride.count
                link = state.links.hooks[link].next_out
        member = state.forest.nodes[member].next_member
        if member == rider:
            break
    if met < MIN_JOINING_RIDERS or riders < MIN_JOINING_RIDERS:
        return False
    chance = MIN_JOINING_TRIPS - 1 + CHANCE_MARGIN * expected_trips(state, driver, trips, total)
    return trips > chance and trips >= JOINING_SHARE * total
