"""Settled accounts that came to a phone where other members are: when, and with whom they rode then.

Of a visit also those that came to a phone of their own and met drivers of the candidate since.

Cost: O(identity and rode-with links of the members).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.candidates.moves import is_new_driver, move_of
from graph.candidates.visits import NEVER, arrival_ms, common_drivers, gathers
from graph.evidence.sharing import ratio
from graph.evidence.timing import BURST_MS, busiest
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.links.records import DRIVERS, IDENTITIES, USERS
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_DEVICE
from graph.model.shapes import VISIT
from graph.state.evidence_record import Record
from graph.state.state import State

COMMON_DRIVERS: Final = 3
TAKEN: Final = -2


@kernel
def find_arrivals(state: State, members: Int32s, shape: int) -> tuple[int, int]:
    """Puts who came, and when, into ``state.arrivals``; returns how many, and how often they used the phones.

    Expects in ``state.marks`` how many members use each identifier.
    """
    records, hooks = state.links.links, state.links.hooks
    arrived, moments = state.arrivals.accounts, state.arrivals.moments_ms
    count = uses = 0
    for place in range(len(members)):
        first = NEVER
        used = 0
        link = first_link(state.links, members[place], IDENTITIES)
        while link >= 0:
            device = records[link].target
            if (
                records[link].kind == USES_DEVICE
                and state.marks[device].count > 1
                and length(state.links, device, USERS) > 1
                and gathers(state, device)
            ):
                moment = arrival_ms(state, link)
                if moment < first or (moment == first and moment != NEVER and records[link].count < used):
                    first, used = moment, records[link].count
            link = hooks[link].next_out
        if first == NEVER and shape == VISIT:
            move = move_of(state, members[place])
            if move >= 0 and _meets_a_member(state, members, members[place], move):
                first, used = records[move].first_ms, records[move].count
        if first != NEVER:
            arrived[count] = members[place]
            moments[count] = first
            count += 1
            uses += used
    return count, uses


@kernel
def _meets_a_member(state: State, members: Int32s, account: int, move: int) -> bool:
    """Whether an account met one of the members, who ascend, as a driver since it moved."""
    link = first_link(state.links, account, DRIVERS)
    while link >= 0:
        driver = state.links.links[link].target
        place = np.searchsorted(members, driver)
        if place < len(members) and members[place] == driver and is_new_driver(state, link, move):
            return True
        link = state.links.hooks[link].next_out
    return False


@kernel
def measure_arrivals(state: State, members: Int32s, count: int, uses: int, stamp: int, e: Record) -> None:
    """What the arrivals found before have in common; ``stamp`` must be fresh."""
    arrived, moments = state.arrivals.accounts, state.arrivals.moments_ms
    e.arrivals = count
    e.arrival_share = count / len(members)
    e.arrival_uses = ratio(uses, count)
    covered = 0
    if count > 0:
        drivers = common_drivers(state, arrived[:count], moments[:count], stamp)
        covered = _covered(state, count, drivers, stamp)
    sort(moments[:count])
    start, end = busiest(moments[:count], BURST_MS)
    e.arrival_burst = ratio(end - start, count)
    e.same_drivers = ratio(covered, count)


@kernel
def _covered(state: State, count: int, drivers: int, stamp: int) -> int:
    """How many arrivals rode with one of the drivers that most of them have in common."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    arrived, moments = state.arrivals.accounts, state.arrivals.moments_ms
    common = state.arrivals.drivers
    # The drivers stand in the order in which they were met; of equals the earlier is taken.
    for _ in range(min(COMMON_DRIVERS, drivers)):
        best = -1
        for place in range(drivers):
            mark = marks[common[place]]
            if mark.first != TAKEN and (best < 0 or mark.count > marks[common[best]].count):
                best = place
        marks[common[best]].first = TAKEN
    covered = 0
    for place in range(count):
        link = first_link(state.links, arrived[place], DRIVERS)
        while link >= 0:
            ride = records[link]
            mark = marks[ride.target]
            if mark.stamp == stamp and mark.first == TAKEN and ride.last_ms >= moments[place]:
                covered += 1
                break
            link = hooks[link].next_out
    return covered
