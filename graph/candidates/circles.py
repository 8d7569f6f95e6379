"""Circles: dense, closed sets of riders and drivers who share no identifier.

A first version of the search: local, around one rider. The neighbourhood is the riders who, like this
one, come back to the same drivers and share at least two with it, and the drivers that two of them ride
with. In it, greedy peeling looks for the set of riders R and drivers D with the largest *edge surplus*

    f(R, D) = (sum of the weights of the pairs that rode) - DENSITY * |R| * |D|

(optimal quasi-cliques: Tsourakakis et al., "Denser than the Densest Subgraph", KDD 2013). The average
degree, which the densest subgraph maximises, grows with the size of any busy zone; the surplus is positive
only where more than a DENSITY share of all possible pairs rode. A pair that rode again weighs 1, one that
rode once a half; trips with anybody else weigh nothing, so that rides bought as camouflage do not thin a
circle out (the demand of FRAUDAR, Hooi et al., KDD 2016) while they are fewer than the rides inside: riders
who spend less than ``MIN_CLOSED_SHARE`` of their trips inside, or most of whose drivers are others, count as
ordinary customers of the same drivers and are left out.

Cost: O(trips of the rider's drivers) for the neighbourhood, O(pairs log pairs) for the peeling, over at most
``MAX_NEIGHBOURS`` riders, those who share most drivers first.
"""

from __future__ import annotations

from typing import Final

from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel, wide
from graph.kernels.rows import sort
from graph.links.records import DRIVERS
from graph.links.touch import first_link, length
from graph.state.sizes import MAX_DRIVERS, MAX_NEIGHBOURS
from graph.state.state import State, account_of, fresh_stamp
from graph.updates.passengers import NO_BLOCK

DENSITY: Final = 1 / 3
MIN_DRIVERS: Final = 2
MIN_RIDERS: Final = 3
MIN_REPEATS: Final = 2
"""Trips beyond the first with each driver: among hundreds of drivers, meeting one twice is rare."""
MIN_REPEAT_SHARE: Final = 0.15
SHARED_DRIVERS: Final = 2
SHARED_SHARE: Final = 0.3
MIN_CLOSED_SHARE: Final = 0.34
_PEELED: Final = 1 << 30
_ONCE: Final = 1
_AGAIN: Final = 2
"""Weights of a pair in halves: one that rode again weighs 1, one that rode once a half."""


@kernel
def comes_back(state: State, rider: int) -> bool:
    """Whether the rider meets the same drivers again more than chance explains: the gate of the search."""
    trips = account_of(state, rider).trips
    repeats = trips - length(state.links, rider, DRIVERS)
    return bool(repeats >= MIN_REPEATS and repeats >= MIN_REPEAT_SHARE * trips)


@kernel
def circle_around(state: State, rider: int) -> int:
    """Puts the circle that holds the rider into ``state.members``, ascending; 0 when there is none."""
    if not comes_back(state, rider):
        return 0
    riders = _neighbours(state, rider)
    if riders < MIN_RIDERS:
        return 0
    drivers = min(_drivers(state, riders), MAX_DRIVERS)
    since = _peel(state, riders, drivers)
    if since == riders + drivers:
        return 0
    return _closed(state, rider, riders, drivers, since)


@kernel
def _neighbours(state: State, rider: int) -> int:
    """Puts the riders nearest to one into ``state.circles.riders``, ascending; returns how many."""
    records, hooks = state.links.links, state.links.hooks
    common, keys, near = state.circles.common, state.circles.ranks, state.circles.riders
    link = first_link(state.links, rider, DRIVERS)
    while link >= 0:
        block = wide(account_of(state, records[link].target).passengers)
        while block != NO_BLOCK:
            some = state.passengers[block]
            for place in range(some.count):
                common[some.riders[place]] += 1
            block = wide(some.next)
        link = wide(hooks[link].next_out)
    # Few are met twice: to count all and look at them afterwards is quicker than to ask of each.
    found = 0
    link = first_link(state.links, rider, DRIVERS)
    while link >= 0:
        block = wide(account_of(state, records[link].target).passengers)
        while block != NO_BLOCK:
            some = state.passengers[block]
            for place in range(some.count):
                account = some.riders[place]
                count = common[account]
                common[account] = 0
                drivers = state.returning[account]
                if count >= SHARED_DRIVERS and drivers > 0 and count >= SHARED_SHARE * drivers:
                    other = state.accounts[account].entity
                    # The rider itself, then those who share most drivers, then the lower number.
                    rank = 0 if other == rider else (1 << 24) - count
                    keys[found] = (rank << 32) | other
                    found += 1
            block = wide(some.next)
        link = wide(hooks[link].next_out)
    sort(keys[:found])
    found = min(found, MAX_NEIGHBOURS)
    for place in range(found):
        near[place] = keys[place] & 0xFFFFFFFF
    sort(near[:found])
    return found


@kernel
def _drivers(state: State, riders: int) -> int:
    """Puts the drivers that two or more of the riders met into ``state.circles.drivers``, ascending.

    Returns how many. Marks each with its place, under the newest stamp.
    """
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    near, common = state.circles.riders, state.circles.drivers
    stamp = fresh_stamp(state)
    found = 0
    for place in range(riders):
        link = first_link(state.links, near[place], DRIVERS)
        while link >= 0:
            mark = marks[records[link].target]
            if mark.stamp != stamp:
                mark.stamp = stamp
                mark.count = 0
            mark.count += 1
            if mark.count == SHARED_DRIVERS:
                common[found] = records[link].target
                found += 1
            link = hooks[link].next_out
    sort(common[:found])
    for place in range(found):
        marks[common[place]].first = place
    return found


@kernel
def _weigh_pairs(state: State, riders: int, drivers: int) -> int:
    """Puts the weights of pairs into ``state.circles.pairs``, their sums into ``left``; returns the total."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    near, pairs, left = state.circles.riders, state.circles.pairs, state.circles.left
    left[1, :drivers] = 0
    total = 0
    for place in range(riders):
        pairs[place, :drivers] = 0
        degree = 0
        link = first_link(state.links, near[place], DRIVERS)
        while link >= 0:
            mark = marks[records[link].target]
            if mark.count >= SHARED_DRIVERS and mark.first < drivers:
                weight = _AGAIN if records[link].count > 1 else _ONCE
                pairs[place, mark.first] = weight
                left[1, mark.first] += weight
                degree += weight
            link = hooks[link].next_out
        left[0, place] = degree
        total += degree
    return total


@kernel
def _peel(state: State, riders: int, drivers: int) -> int:
    """Peels riders and drivers along the greedy order; returns the moment of the largest surplus.

    ``state.circles.peeled`` then holds when each rider and driver was peeled. Ties peel the lower number
    first.
    """
    pairs, left, peeled = state.circles.pairs, state.circles.left, state.circles.peeled
    total = _weigh_pairs(state, riders, drivers)
    never = riders + drivers
    peeled[0, :riders] = never
    peeled[1, :drivers] = never
    left_riders, left_drivers, gone = riders, drivers, 0
    best, best_at = 0.0, never
    while left_riders > 0 and left_drivers > 0:
        surplus = total / 2 - DENSITY * left_riders * left_drivers
        if surplus > best:
            best, best_at = surplus, gone
        rider, driver = _least(left[0], riders), _least(left[1], drivers)
        rider_gain = left[0, rider] / 2 - DENSITY * left_drivers
        if rider_gain <= left[1, driver] / 2 - DENSITY * left_riders:
            total -= left[0, rider]
            left[0, rider] = _PEELED
            peeled[0, rider] = gone
            left_riders -= 1
            for place in range(drivers):
                left[1, place] -= pairs[rider, place]
        else:
            total -= left[1, driver]
            left[1, driver] = _PEELED
            peeled[1, driver] = gone
            left_drivers -= 1
            for place in range(riders):
                left[0, place] -= pairs[place, driver]
        gone += 1
    return best_at


@kernel
def _least(degrees: Int32s, number: int) -> int:
    """The first place of the smallest degree."""
    best = 0
    for place in range(1, number):
        if degrees[place] < degrees[best]:
            best = place
    return best


@kernel
def _closed(state: State, rider: int, riders: int, drivers: int, since: int) -> int:
    """Puts who was left at one moment of the peeling, and rides mostly there, into ``state.members``."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    near, common, peeled = state.circles.riders, state.circles.drivers, state.circles.peeled
    members = state.members
    found, holds = 0, False
    for place in range(riders):
        if peeled[0, place] < since:
            continue
        inside = 0
        link = first_link(state.links, near[place], DRIVERS)
        while link >= 0:
            mark = marks[records[link].target]
            if mark.count >= SHARED_DRIVERS and mark.first < drivers and peeled[1, mark.first] >= since:
                inside += records[link].count
            link = hooks[link].next_out
        if inside / max(account_of(state, near[place]).trips, 1) >= MIN_CLOSED_SHARE:
            members[found] = near[place]
            found += 1
            holds = holds or near[place] == rider
    if not holds or found < MIN_RIDERS:
        return 0
    closed, met = found, 0
    for place in range(drivers):
        if peeled[1, place] >= since:
            met += 1
            if not _stands_in(members, closed, common[place]):
                members[found] = common[place]
                found += 1
    if met < MIN_DRIVERS:
        return 0
    sort(members[:found])
    return found


@kernel
def _stands_in(accounts: Int32s, number: int, account: int) -> bool:
    for place in range(number):
        if accounts[place] == account:
            return True
    return False
