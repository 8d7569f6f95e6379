"""Trips that were agreed and cancelled: between members, and by drivers of theirs on anybody else.

A fee for a cancelled trip is money for nothing: a crew can farm it by cancelling on each other. And a driver
who waits for one passenger turns others away. Everybody cancels now and then, so shares count.

Cost: O(members' cancelled trips), by rider and driver, of which at most ``MOST_PAIRS`` a member and side are
read, those cancelled longest ago.
"""

from __future__ import annotations

from typing import Final

from graph.candidates.losses import keeps_losing
from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.interactions import interaction_of
from graph.links.lists import next_link
from graph.links.records import IN, LOST_DRIVERS, LOST_RIDERS, OUT
from graph.links.touch import first_link
from graph.model.link_keys import MONEY_SCALE
from graph.state.evidence_record import Record
from graph.state.state import DRIVER, State, account_of

MOST_PAIRS: Final = 256


@kernel
def measure_cancellations(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """Cancelled trips of the members; expects these marked under ``stamp`` and the trips inside counted."""
    records = state.links.links
    inside = pairs = mutual = units = losing = 0
    for place in range(len(members)):
        link = first_link(state.links, members[place], LOST_DRIVERS)
        steps, keeps = 0, False
        while link >= 0 and steps < MOST_PAIRS:
            steps += 1
            lost, facts = records[link], interaction_of(state.links, link)
            lost_at, link = link, next_link(state.links, link, OUT)
            if state.marks[lost.target].stamp == stamp:
                keeps = keeps or keeps_losing(state, lost_at)
                inside += lost.count
                units += facts.money
                pairs += 1
                mutual += 0 < facts.by_driver < lost.count
        losing += keeps
    turned_away, trips = _turned_away(state, members, stamp)
    e.cancelled_inside = inside
    e.cancelled_share = ratio(inside, inside + e.inside)
    e.mutual_cancels = ratio(mutual, pairs)
    e.losing_share = losing / len(members)
    e.fee_money = units / MONEY_SCALE
    e.turned_away = ratio(turned_away, turned_away + trips)


@kernel
def _turned_away(state: State, members: Int32s, stamp: int) -> tuple[int, int]:
    """How often drivers among the members cancelled on others, and how many trips they made."""
    records = state.links.links
    turned_away = trips = 0
    for place in range(len(members)):
        account = account_of(state, members[place])
        if account.role != DRIVER:
            continue
        trips += account.trips
        link = first_link(state.links, members[place], LOST_RIDERS)
        steps = 0
        while link >= 0 and steps < MOST_PAIRS:
            steps += 1
            lost, facts = records[link], interaction_of(state.links, link)
            link = next_link(state.links, link, IN)
            if state.marks[lost.source].stamp != stamp:
                turned_away += facts.by_driver
    return turned_away, trips
