"""How often a cluster rides with a driver: more than strangers would, or as whoever the city sends.

Two or more accounts in the same hand, three or more trips since these accounts began to share, more than
chance explains, and a sixth of all their trips since then. Counted from either side: of one driver, all the
clusters that met it; of one cluster, all the drivers that it met. What was counted for a cluster and a driver
stands in ``State.memo`` for the length of one gathering.

Cost: O(rode-with links) of the driver, or of the cluster.
"""

from __future__ import annotations

from typing import Any, Final

from graph.candidates.visits import most_by_chance
from graph.components.edges import label
from graph.kernels.kernel import kernel, wide
from graph.links.records import DRIVERS, RIDERS
from graph.links.touch import first_link
from graph.state.sizes import MEMO_SLOTS
from graph.state.state import ACCOUNT_KIND, State, account_of, fresh_stamp
from graph.updates.clusters import is_shared, joined_ms
from graph.updates.passengers import NO_BLOCK

MIN_JOINING_TRIPS: Final = 3
MIN_JOINING_RIDERS: Final = 2
JOINING_SHARE: Final = 1 / 6


@kernel
def is_open(state: State, rider: int, driver: int, stamp: int) -> bool:
    """Whether several accounts of the rider's cluster met the driver, and it was not looked at.

    Counts are negative till then. True also where something else stands in the memo.
    """
    memo = memo_of(state, rider, driver)
    return not (_holds(memo, state, rider, driver, stamp) and memo.answer >= -1)


@kernel
def tally_clusters(state: State, driver: int, stamp: int) -> int:
    """Counts, by label of the clusters of which several accounts met a driver, who rode with it and trips.

    Since each account began to share; in ``state.tallies``, under the stamp that is returned.
    """
    records = state.links.links
    together = fresh_stamp(state)
    link = first_link(state.links, driver, RIDERS)
    while link >= 0:
        ride = records[link]
        if (
            is_shared(state, ride.source)
            and is_open(state, ride.source, driver, stamp)
            and ride.last_ms >= joined_ms(state, ride.source)
        ):
            tally = state.tallies[label(state.forest, ride.source)]
            if tally.stamp != together:
                tally.stamp = together
                tally.riders = 0
                tally.trips = 0
            tally.riders += 1
            tally.trips += ride.count
        link = state.links.hooks[link].next_in
    return together


@kernel
def meets_a_cluster(state: State, driver: int, stamp: int) -> bool:
    """Counts how many accounts of each cluster met the driver, as negative answers; whether one has several.

    True also where the memo was too small to know.
    """
    several = False
    block = wide(account_of(state, driver).passengers)
    while block != NO_BLOCK:
        some = state.passengers[block]
        for place in range(some.count):
            if state.shared[some.riders[place]] == 0:
                continue
            rider = wide(state.accounts[some.riders[place]].entity)
            if state.marks[rider].stamp != stamp:
                memo = memo_of(state, rider, driver)
                if _holds(memo, state, rider, driver, stamp):
                    memo.answer -= 1
                    several = True
                else:
                    several = several or (memo.stamp == stamp and memo.driver == driver)
                    note(memo, state, rider, driver, stamp, -1)
        block = wide(some.next)
    return several


@kernel
def memo_of(state: State, rider: int, driver: int) -> Any:
    """Where it is noted how many of the rider's cluster met the driver; another pair may stand there."""
    return state.memo[(label(state.forest, rider) * 31 + driver) & (MEMO_SLOTS - 1)]


@kernel
def _holds(memo: Any, state: State, rider: int, driver: int, stamp: int) -> bool:
    return bool(memo.stamp == stamp and memo.driver == driver and memo.label == label(state.forest, rider))


@kernel
def note(memo: Any, state: State, rider: int, driver: int, stamp: int, answer: int) -> None:
    """Remember an answer about a rider's cluster and a driver, as of that stamp."""
    memo.stamp = stamp
    memo.label = label(state.forest, rider)
    memo.driver = driver
    memo.answer = answer


@kernel
def rides_with(state: State, rider: int, driver: int, riders: int, trips: int) -> bool:
    """Whether so many of the rider's cluster, and so many trips, are more than strangers ride with a driver.

    All of the cluster's trips are counted only as far as those with the driver may be enough of them: the
    more there are, the less they are.
    """
    total, member = 0, rider
    while rides_more(state, driver, riders, trips, total):
        if state.entities[member].kind == ACCOUNT_KIND:
            total += _trips_together(state, member)
        member = wide(state.forest.nodes[member].next_member)
        if member == rider:
            return rides_more(state, driver, riders, trips, total)
    return False


@kernel
def _trips_together(state: State, member: int) -> int:
    """How many trips an account took since it began to share."""
    since, trips = joined_ms(state, member), 0
    link = first_link(state.links, member, DRIVERS)
    while link >= 0:
        ride = state.links.links[link]
        trips += ride.count if ride.last_ms >= since else 0
        link = state.links.hooks[link].next_out
    return trips


@kernel
def tally_rides(state: State, rider: int) -> tuple[int, int]:
    """Counts what the rider's cluster had to do with each driver, under a fresh stamp.

    Puts the drivers into ``state.gathering.drivers``; returns how many, and the cluster's trips since its
    accounts began to share. Cost: O(rode-with links of the cluster).
    """
    stamp = fresh_stamp(state)
    met = state.gathering.drivers
    drivers = total = 0
    member = rider
    while True:
        if state.entities[member].kind == ACCOUNT_KIND:
            since = joined_ms(state, member)
            link = first_link(state.links, member, DRIVERS)
            while link >= 0:
                ride = state.links.links[link]
                if ride.last_ms >= since:
                    tally = tally_of(state, ride.target)
                    if tally.stamp != stamp:
                        tally.stamp = stamp
                        tally.riders = 0
                        tally.trips = 0
                        met[drivers] = ride.target
                        drivers += 1
                    tally.riders += 1
                    tally.trips += ride.count
                    total += ride.count
                link = state.links.hooks[link].next_out
        member = wide(state.forest.nodes[member].next_member)
        if member == rider:
            break
    return drivers, total


@kernel
def tally_of(state: State, driver: int) -> Any:
    """What is counted of a driver's trips."""
    return state.tallies[state.entities[driver].account]


@kernel
def rides_more(state: State, driver: int, riders: int, trips: int, total: int) -> bool:
    """Whether trips with a driver are more than chance explains, and enough of a total."""
    if riders < MIN_JOINING_RIDERS or trips < JOINING_SHARE * total:
        return False
    return bool(trips > most_by_chance(state, driver, trips, total, MIN_JOINING_TRIPS - 1))
