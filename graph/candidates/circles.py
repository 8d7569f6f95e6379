"""Circles: closed sets of riders and drivers who share no identifier.

The search starts from one rider and the drivers that it comes back to, and then takes turns: the riders who
keep to these drivers, and the drivers that several of those riders come back to, or that more of them meet
than chance explains, until neither changes. A
rider *keeps to* a set of drivers when a share of all its trips is with them that strangers never reach: in a
city of hundreds of drivers chance gives a few of them next to nothing. So what a circle consists of is
decided by where its riders' trips go, and not by how busy its drivers are with others: honest rides of either
side, bought as camouflage or not, do not hide it while they leave that share (the demand of FRAUDAR, Hooi et
al., KDD 2016). A single driver makes a circle only when most of its own trips are with them: whoever drives
all day has regular customers. The two turns are those of hubs and authorities (Kleinberg, JACM 46(5), 1999),
on sets instead of weights.

The first turns are lenient, since they know only some of the drivers; the last ask for ``MIN_CLOSED_SHARE``.
The riders of drivers are many and the drivers of a rider few: so whether the rider at hand keeps to the
drivers is asked from its own side first, and nobody else is looked at where it does not.

Cost: O(drivers of the rider) where it does not keep to them; else O(riders of the drivers in question) for
each of at most ``MAX_LENIENT_TURNS`` turns and the two last, where the drivers changed.
"""

from __future__ import annotations

from typing import Final

from graph.candidates.visits import most_by_chance
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import inlined, kernel, wide
from graph.kernels.rows import below, copy, sort
from graph.links.records import DRIVERS
from graph.links.touch import first_link, length
from graph.state.state import State, account_of, fresh_stamp
from graph.updates.passengers import NO_BLOCK

MIN_DRIVERS: Final = 2
MIN_LIVING_SHARE: Final = 0.5
"""Of a single driver's trips, to be with the riders who keep to it."""
MIN_RIDERS: Final = 3
MIN_REPEATS: Final = 1
"""Trip beyond the first with each driver: among hundreds of drivers, meeting one twice is rare."""
MAX_LENIENT_TURNS: Final = 3
MIN_INSIDE: Final = 2
LENIENT_SHARE: Final = 0.2
MIN_CLOSED_SHARE: Final = 0.34
SHARED_DRIVERS: Final = 2
MIN_RETURNING: Final = 2
MIN_RETURNING_SHARE: Final = 0.15
MIN_MEETING: Final = 3


@kernel
def comes_back(state: State, rider: int) -> bool:
    """Whether the rider meets the same drivers again more than chance explains: the gate of the search."""
    return bool(account_of(state, rider).trips - length(state.links, rider, DRIVERS) >= MIN_REPEATS)


@kernel
def circle_around(state: State, rider: int) -> int:
    """Puts the circle that holds the rider into ``state.members``, ascending; 0 when there is none."""
    if not comes_back(state, rider):
        return 0
    drivers, turns, met, changed = _returned_to(state, rider), 0, 0, True
    while changed and turns < MAX_LENIENT_TURNS:
        if not _keeps_to(state, rider, drivers, LENIENT_SHARE):
            return 0
        met = _riders_of(state, drivers)
        riders = _keeping_to(state, met, drivers, LENIENT_SHARE)
        drivers, changed = _shared_by(state, riders, drivers)
        turns += 1
    if changed:
        met = _riders_of(state, drivers)
    riders = _keeping_to(state, met, drivers, MIN_CLOSED_SHARE)
    drivers, changed = _shared_by(state, riders, drivers)
    if not _keeps_to(state, rider, drivers, MIN_CLOSED_SHARE):
        return 0
    if changed:
        met = _riders_of(state, drivers)
    riders = _keeping_to(state, met, drivers, MIN_CLOSED_SHARE)
    if riders < MIN_RIDERS:
        return 0
    if drivers < MIN_DRIVERS and not _lives_on(state, riders, drivers):
        return 0
    return _together(state, riders, drivers)


@kernel
def _lives_on(state: State, riders: int, drivers: int) -> bool:
    """Whether there is a driver, and at least ``MIN_LIVING_SHARE`` of its trips are with the riders at hand.

    To be called after ``_riders_of``, whose marks count the trips of each rider with the driver.
    """
    if drivers == 0:
        return False
    trips = 0
    for place in range(riders):
        trips += state.marks[state.circles.riders[place]].count
    return bool(trips >= MIN_LIVING_SHARE * account_of(state, state.circles.drivers[0]).trips)


@kernel
def _returned_to(state: State, rider: int) -> int:
    """Puts the drivers that a rider rode with again into ``state.circles.drivers``, ascending; how many."""
    found = 0
    link = first_link(state.links, rider, DRIVERS)
    while link >= 0:
        if state.links.links[link].count > 1:
            state.circles.drivers[found] = state.links.links[link].target
            found += 1
        link = state.links.hooks[link].next_out
    sort(state.circles.drivers[:found])
    return found


@kernel
def _keeps_to(state: State, rider: int, drivers: int, share: float) -> bool:
    """Whether a rider is one of those whom ``_keeping_to`` finds. O(its drivers)."""
    inside = several = 0
    link = first_link(state.links, rider, DRIVERS)
    while link >= 0:
        if _stands_in(state.circles.drivers, drivers, state.links.links[link].target):
            inside += state.links.links[link].count
            several += 1
        link = state.links.hooks[link].next_out
    return inside >= MIN_INSIDE and _keeps(account_of(state, rider).trips, inside, several, drivers, share)


@inlined
def _keeps(trips: int, inside: int, several: int, drivers: int, share: float) -> bool:
    """Whether so many trips ``inside``, with ``several`` of the drivers, are enough of all trips of a rider.

    At least a ``share`` of them; with one of several drivers ``MIN_CLOSED_SHARE``.
    """
    alone = several < SHARED_DRIVERS <= drivers
    return inside >= share * trips and not (alone and inside < MIN_CLOSED_SHARE * trips)


@kernel
def _riders_of(state: State, drivers: int) -> int:
    """Puts the riders with ``MIN_INSIDE`` trips or more with the drivers at hand into ``state.circles.met``.

    In no order; returns how many. Marks each with how many trips these are, and with how many drivers.
    """
    riders, records, marks = state.circles.met, state.links.links, state.marks
    stamp = fresh_stamp(state)
    met = 0
    for each in range(drivers):
        block = wide(account_of(state, state.circles.drivers[each]).passengers)
        while block != NO_BLOCK:
            some = state.passengers[block]
            for place in range(some.count):
                ride = records[some.rides[place]]
                mark = marks[ride.source]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.count = 0
                    mark.first = 0
                    riders[met] = ride.source
                    met += 1
                mark.count += ride.count
                mark.first += 1
            block = wide(some.next)
    often = 0
    for place in range(met):
        if marks[riders[place]].count >= MIN_INSIDE:
            riders[often] = riders[place]
            often += 1
    return often


@kernel
def _keeping_to(state: State, met: int, drivers: int, share: float) -> int:
    """Puts the riders who keep to the drivers at hand into ``state.circles.riders``, ascending; how many.

    They are those with ``MIN_INSIDE`` trips with them or more, of whom ``_riders_of`` found ``met``, which
    are at least a ``share`` of all their trips; with several of them, or ``MIN_CLOSED_SHARE`` with one.
    """
    riders = state.circles.riders
    kept = 0
    for place in range(met):
        rider = state.circles.met[place]
        mark = state.marks[rider]
        if _keeps(account_of(state, rider).trips, mark.count, mark.first, drivers, share):
            riders[kept] = rider
            kept += 1
    sort(riders[:kept])
    return kept


@kernel
def _shared_by(state: State, riders: int, drivers: int) -> tuple[int, bool]:
    """Puts the drivers that several of the riders at hand come back to into ``state.circles.drivers``.

    Those too that ``MIN_MEETING`` of them or more rode with, and more than chance explains: a crew that takes
    its drivers in turn comes back to few. Ascending; returns how many, and whether they are others than the
    ``drivers`` that were there. Leaves what riders are marked with as it is.
    """
    found, records = state.circles.drivers, state.links.links
    if riders < min(MIN_RETURNING, MIN_MEETING):
        return 0, drivers > 0
    copy(found, state.circles.before, drivers)
    stamp = fresh_stamp(state)
    met = rides = 0
    for place in range(riders):
        rides += account_of(state, state.circles.riders[place]).trips
        link = first_link(state.links, state.circles.riders[place], DRIVERS)
        while link >= 0:
            ride = records[link]
            tally = state.tallies[state.entities[ride.target].account]
            if tally.stamp != stamp:
                tally.stamp = stamp
                tally.riders = 0
                tally.trips = 0
                found[met] = ride.target
                met += 1
            tally.riders += 1
            tally.trips += ride.count > 1
            link = state.links.hooks[link].next_out
    kept = 0
    for place in range(met):
        tally = state.tallies[state.entities[found[place]].account]
        returned = tally.trips >= MIN_RETURNING and tally.trips >= MIN_RETURNING_SHARE * riders
        if returned or _is_met(state, found[place], tally.riders, riders, rides):
            found[kept] = found[place]
            kept += 1
    sort(found[:kept])
    return kept, kept != drivers or not _same(found, state.circles.before, kept)


@kernel
def _is_met(state: State, driver: int, met: int, riders: int, rides: int) -> bool:
    """Whether more of the riders, who took so many rides, met the driver than chance explains."""
    if met < MIN_MEETING or met < MIN_RETURNING_SHARE * riders:
        return False
    return bool(met >= most_by_chance(state, driver, met, rides, 1))


@kernel
def _together(state: State, riders: int, drivers: int) -> int:
    """Puts the riders and drivers at hand into ``state.members``, ascending and each once; how many."""
    members = state.members
    copy(state.circles.riders, members, riders)
    found = riders
    for place in range(drivers):
        driver = state.circles.drivers[place]
        if not _stands_in(state.circles.riders, riders, driver):
            members[found] = driver
            found += 1
    sort(members[:found])
    return found


@kernel
def _same(some: Int32s, others: Int32s, number: int) -> bool:
    """Whether the first numbers of two arrays are the same."""
    for place in range(number):
        if some[place] != others[place]:
            return False
    return True


@kernel
def _stands_in(accounts: Int32s, number: int, account: int) -> bool:
    """Whether an account is among the first so many, which ascend. O(log number)."""
    place = below(accounts, number, account)
    return bool(place < number and accounts[place] == account)
