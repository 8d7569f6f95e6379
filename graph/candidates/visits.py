"""Visits: settled accounts that turn up on one phone that is not theirs, and whom they ride with then.

A thief's phone gathers accounts whose owners have phones, families and cards elsewhere. The visit says
nothing about those homes, so this candidate is drawn around the phone: its users, the drivers that several
arrivals rode with since, and whoever else uses an address that mostly these use. A kiosk gathers visitors
too; the evidence distinguishes them (see ``graph.scoring.rules.takeover``).

Cost: O(links of the phone's users).
"""

from __future__ import annotations

from typing import Final

from graph.kernels.arrays import Int32s, Int64s
from graph.kernels.kernel import kernel
from graph.kernels.rows import copy, sort
from graph.links.records import DRIVERS, IDENTITIES, USERS
from graph.links.touch import first_link, length
from graph.state.accounts import is_origin
from graph.state.state import DEVICE, DRIVER, IP, State, account_of, fresh_stamp
from graph.updates.clusters import is_public
from graph.updates.sharing import SEMI_PRIVATE_SHARERS, SETTLED_MS

MIN_ARRIVALS: Final = 2
MIN_COMMON_RIDERS: Final = 2
MIN_COMMON_SHARE: Final = 0.25
CHANCE_MARGIN: Final = 3.0
"""Three times what chance explains, and one more."""
NEVER: Final = 1 << 62


@kernel
def expected_trips(state: State, driver: int, met: int, rides: int) -> float:
    """How many of a group's rides would be with the driver if riders met drivers by chance.

    The driver's share of the trips that are not the group's, times the group's ``rides``; ``met`` of them
    were with the driver.
    """
    others = max(state.counters[0].live_trips - rides, 1)
    return float(rides * max(account_of(state, driver).trips - met, 0) / others)


@kernel
def arrival_ms(state: State, link: int) -> int:
    """When a settled rider came to a phone that it was not made on; NEVER when it is at home there.

    ``link`` ties an account to a device. Drivers change cars, and the phone stays in the car: their coming
    and going is no sign.
    """
    use = state.links.links[link]
    account = account_of(state, use.source)
    if (
        account.role == DRIVER
        or use.first_ms - account.first_ms < SETTLED_MS
        or is_origin(state, account, use.target)
    ):
        return NEVER
    return int(use.first_ms)


@kernel
def visit_around(state: State, account: int) -> int:
    """Puts the candidate around the phone that the account came to into ``state.members``, ascending.

    Returns how many accounts it has; 0 when the account came to no such phone.
    """
    records, hooks = state.links.links, state.links.hooks
    best = 0
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        device = records[link].target
        if (
            state.entities[device].kind == DEVICE
            and length(state.links, device, USERS) > 1
            and arrival_ms(state, link) != NEVER
            and not is_public(state, device)
        ):
            found = _around(state, device)
            if found > best:
                best = found
                copy(state.visits.around, state.members, best)
        link = hooks[link].next_out
    sort(state.members[:best])
    return best


@kernel
def _around(state: State, device: int) -> int:
    """Puts the candidate around a phone into ``state.visits.around``; how many, 0 with too few arrivals."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    arrived, moments = state.arrivals.accounts, state.arrivals.moments_ms
    arrivals = 0
    link = first_link(state.links, device, USERS)
    while link >= 0:
        moment = arrival_ms(state, link)
        if moment != NEVER:
            arrived[arrivals] = records[link].source
            moments[arrivals] = moment
            arrivals += 1
        link = hooks[link].next_in
    if arrivals < MIN_ARRIVALS:
        return 0
    drivers = common_drivers(state, arrived[:arrivals], moments[:arrivals], fresh_stamp(state))
    stamp = fresh_stamp(state)
    around, addresses = state.visits.around, state.visits.addresses
    found = seen = 0
    link = first_link(state.links, device, USERS)
    while link >= 0:
        found = _add(state, around, found, records[link].source, stamp)
        link = hooks[link].next_in
    for place in range(drivers):
        found = _add(state, around, found, state.arrivals.drivers[place], stamp)
    for place in range(found):
        link = first_link(state.links, around[place], IDENTITIES)
        while link >= 0:
            address = records[link].target
            if state.entities[address].kind == IP:
                mark = marks[address]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.count = 0
                    addresses[seen] = address
                    seen += 1
                mark.count += 1
            link = hooks[link].next_out
    for place in range(seen):
        users = length(state.links, addresses[place], USERS)
        inside = marks[addresses[place]].count
        if inside >= MIN_ARRIVALS and 2 * inside >= users and users <= SEMI_PRIVATE_SHARERS:
            link = first_link(state.links, addresses[place], USERS)
            while link >= 0:
                found = _add(state, around, found, records[link].source, stamp)
                link = hooks[link].next_in
    return found


@kernel
def _add(state: State, accounts: Int32s, found: int, account: int, stamp: int) -> int:
    """Add an account to a list that it does not stand in yet; returns how long the list is then."""
    mark = state.marks[account]
    if mark.stamp == stamp:
        return found
    mark.stamp = stamp
    accounts[found] = account
    return found + 1


@kernel
def common_drivers(state: State, arrived: Int32s, moments: Int64s, stamp: int) -> int:
    """Puts the drivers that the arrivals have in common into ``state.arrivals.drivers``; how many.

    ``state.marks[driver].count`` holds, under ``stamp``, which must be fresh, how many arrivals rode with it
    since they came. In common: two or more arrivals, a quarter of them, and more than chance brings together:
    in a small town everybody meets the same drivers, and busy drivers meet everybody.
    """
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    common = state.arrivals.drivers
    met = rides = 0
    for place in range(len(arrived)):
        link = first_link(state.links, arrived[place], DRIVERS)
        while link >= 0:
            ride = records[link]
            if ride.last_ms >= moments[place]:
                mark = marks[ride.target]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.count = 0
                    mark.first = 0
                    common[met] = ride.target
                    met += 1
                mark.count += 1
                mark.first += ride.count
                rides += ride.count
            link = hooks[link].next_out
    least = max(float(MIN_COMMON_RIDERS), MIN_COMMON_SHARE * len(arrived))
    kept = 0
    for place in range(met):
        driver = common[place]
        mark = marks[driver]
        chance = 1 + CHANCE_MARGIN * expected_trips(state, driver, mark.first, rides)
        if mark.count >= max(least, chance):
            common[kept] = driver
            kept += 1
        mark.first = 0
    return kept
