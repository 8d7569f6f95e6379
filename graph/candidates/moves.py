"""Moves: settled accounts that go on on new phones of their own, and ride with the same few new drivers.

A thief who gives every stolen account a phone of its own leaves no phone in common. What the accounts have in
common is whom they ride with: soon after they came, within days of each other, to phones that are new to
them, most of what they ride with drivers whom they never met before is with the same few. Owners buy new
phones too, but then ride with whoever comes, or with the driver they had before. This candidate is drawn
around the driver of a ride. Its source is ours; that accounts which act loosely in step are one hand is
SynchroTrap's (Cao et al., CCS 2014).

Cost: O(links of the newest ``MOST_RIDERS`` riders of at most ``MOST_DRIVERS`` drivers), for a ride on a phone
that is new to its rider; O(identifiers of the rider) for any other.
"""

from __future__ import annotations

from typing import Final

from graph.candidates.visits import MIN_COMMON_RIDERS, NEVER, arrival_ms
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.links.records import DRIVERS, IDENTITIES, IN, RIDERS, TAIL, USERS
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_DEVICE
from graph.state.state import State, fresh_stamp
from graph.updates.sharing import DAY_MS

MOVING_MS: Final = 2 * DAY_MS
"""For so long after it came to a phone of its own an account counts as moved: a thief does not wait."""
TOGETHER_MS: Final = 4 * DAY_MS
"""Accounts that moved within this of the one at hand moved together."""
MIN_MOVED: Final = 4
"""Moved accounts that make a candidate."""
MOST_RIDERS: Final = 512
MOST_DRIVERS: Final = 8


@kernel
def move_of(state: State, account: int) -> int:
    """The link to the phone that a settled rider came to last, where nobody else uses it; -1 without one."""
    records, hooks = state.links.links, state.links.hooks
    newest = -1
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        use = records[link]
        # What the link itself says comes first: the phone is another line of memory.
        if (
            use.kind == USES_DEVICE
            and (newest < 0 or use.first_ms > records[newest].first_ms)
            and arrival_ms(state, link) != NEVER
            and length(state.links, use.target, USERS) == 1
        ):
            newest = link
        link = hooks[link].next_out
    return newest


@kernel
def is_new_driver(state: State, ride: int, move: int) -> bool:
    """Whether a rider met the driver of the link ``ride`` first while it counted as moved by ``move``."""
    moved_ms, met_ms = state.links.links[move].first_ms, state.links.links[ride].first_ms
    return bool(moved_ms <= met_ms <= moved_ms + MOVING_MS)


@kernel
def moves_around(state: State, rider: int, driver: int) -> int:
    """Puts the candidate around a ride into ``state.members``, ascending; how many accounts, 0 without one.

    The accounts that moved together with the rider and met the driver since, those of the drivers whom
    several of them met, and these drivers; of moved accounts those with half of their rides with new drivers
    there.
    """
    move = move_of(state, rider)
    if move < 0 or not _met(state, rider, driver, move):
        return 0
    around, arrived = state.visits.around, state.arrivals.accounts
    stamp = fresh_stamp(state)
    found = _add_moved_riders(state, arrived, 0, driver, move, stamp)
    if found < MIN_COMMON_RIDERS:
        return 0
    drivers = _shared_drivers(state, arrived[:found])
    stamp = fresh_stamp(state)
    found = 0
    for place in range(drivers):
        found = _add_moved_riders(state, arrived, found, state.arrivals.drivers[place], move, stamp)
    stamp = fresh_stamp(state)
    for place in range(drivers):
        state.marks[state.arrivals.drivers[place]].stamp = stamp
        state.marks[state.arrivals.drivers[place]].count = 0
    kept = 0
    for place in range(found):
        if _rides_mostly_with(state, arrived[place], stamp):
            around[kept] = arrived[place]
            kept += 1
    if kept < MIN_MOVED:
        return 0
    for place in range(drivers):
        if state.marks[state.arrivals.drivers[place]].count > 1:
            around[kept] = state.arrivals.drivers[place]
            kept += 1
    for place in range(kept):
        state.members[place] = around[place]
    sort(state.members[:kept])
    return kept


@kernel
def _met(state: State, rider: int, driver: int, move: int) -> bool:
    link = first_link(state.links, rider, DRIVERS)
    while link >= 0:
        if state.links.links[link].target == driver:
            return is_new_driver(state, link, move)
        link = state.links.hooks[link].next_out
    return False


@kernel
def _add_moved_riders(state: State, riders: Int32s, found: int, driver: int, at_hand: int, stamp: int) -> int:
    """Adds a driver's riders who met it while they counted as moved, newest first; how many there are.

    Only those who moved together with the move ``at_hand``.
    """
    links = state.links
    at_ms = links.links[at_hand].first_ms
    link = links.ends[links.entities[driver].first_list + RIDERS - 1, TAIL]
    looked = 0
    while link >= 0 and looked < MOST_RIDERS:
        rider, met_ms = links.links[link].source, links.links[link].first_ms
        # Who met the driver before those days, or after them, cannot have done so as one of these.
        in_time = at_ms - TOGETHER_MS <= met_ms <= at_ms + TOGETHER_MS + MOVING_MS
        if in_time and state.marks[rider].stamp != stamp:
            move = move_of(state, rider)
            if (
                move >= 0
                and abs(links.links[move].first_ms - at_ms) <= TOGETHER_MS
                and is_new_driver(state, link, move)
            ):
                state.marks[rider].stamp = stamp
                riders[found] = rider
                found += 1
        looked += 1
        link = links.hooks[link].previous[IN]
    return found


@kernel
def _shared_drivers(state: State, riders: Int32s) -> int:
    """Puts drivers whom two or more of the moved riders met since, and a quarter, into
    ``state.arrivals.drivers``; how many, at most ``MOST_DRIVERS``, in the order in which they are met.
    """
    links, marks = state.links, state.marks
    drivers = state.arrivals.drivers
    stamp = fresh_stamp(state)
    met = 0
    for place in range(len(riders)):
        move = move_of(state, riders[place])
        link = first_link(links, riders[place], DRIVERS)
        while link >= 0:
            if is_new_driver(state, link, move):
                driver = links.links[link].target
                if marks[driver].stamp != stamp:
                    marks[driver].stamp = stamp
                    marks[driver].count = 0
                    drivers[met] = driver
                    met += 1
                marks[driver].count += 1
            link = links.hooks[link].next_out
    kept = 0
    for place in range(met):
        count = marks[drivers[place]].count
        if kept < MOST_DRIVERS and count > 1 and 4 * count >= len(riders):
            drivers[kept] = drivers[place]
            kept += 1
    return kept


@kernel
def _rides_mostly_with(state: State, rider: int, stamp: int) -> bool:
    """Whether half or more of a moved account's rides with new drivers are with those under the stamp.

    Counts it with each of them that it met, if so.
    """
    links = state.links
    move = move_of(state, rider)
    inside = rides = 0
    link = first_link(links, rider, DRIVERS)
    while link >= 0:
        if is_new_driver(state, link, move):
            rides += links.links[link].count
            inside += links.links[link].count * (state.marks[links.links[link].target].stamp == stamp)
        link = links.hooks[link].next_out
    if 2 * inside < rides:
        return False
    link = first_link(links, rider, DRIVERS)
    while link >= 0:
        if is_new_driver(state, link, move) and state.marks[links.links[link].target].stamp == stamp:
            state.marks[links.links[link].target].count += 1
        link = links.hooks[link].next_out
    return True
