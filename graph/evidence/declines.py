"""Cards that were declined for accounts that do not use them: how many, how small, and what came after.

Whoever has a list of stolen cards tries them with small amounts and goes on with those that are taken. An
honest person is declined too, with a card of their own: so a card that the account uses says nothing here.

Cost: O(identity links and rides of the members, and declined cards), of which at most ``MOST_CARDS`` a member
are read, those tried longest ago. Who else tried a card is not asked, so a card of many costs as much.
"""

from __future__ import annotations

from typing import Final

from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.interactions import money_of
from graph.links.lists import next_link
from graph.links.records import DRIVERS, IDENTITIES, OUT, TRIED
from graph.links.touch import find, first_link
from graph.model.link_keys import MONEY_SCALE, USES_CARD, USES_DEVICE
from graph.state.evidence_record import Record
from graph.state.state import State

MOST_CARDS: Final = 256
SMALL_SHARE: Final = 3
"""A declined amount is small when it is at most one in so many of the members' mean fare."""


@kernel
def measure_declines(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """Declined payments of the members; ``stamp`` must be fresh."""
    records = state.links.links
    fare = _mean_fare(state, members)
    count = pairs = small = cards = devices = units = tried_some = charged = 0
    for place in range(len(members)):
        since = -1
        steps = 0
        link = first_link(state.links, members[place], TRIED)
        while link >= 0 and steps < MOST_CARDS:
            steps += 1
            tried, units_tried = records[link], money_of(state.links, link)
            link = next_link(state.links, link, OUT)
            if find(state.links, USES_CARD, members[place], tried.target) >= 0:
                continue
            count += tried.count
            units += units_tried
            pairs += 1
            small += units_tried / tried.count * SMALL_SHARE <= fare
            mark = state.marks[tried.target]
            cards += mark.stamp != stamp
            mark.stamp = stamp
            since = tried.first_ms if since < 0 else min(since, tried.first_ms)
        if since >= 0:
            tried_some += 1
            charged += _was_charged(state, members[place], since)
            devices += _new_devices(state, members[place], stamp)
    e.declines = count
    e.declined_cards = cards
    e.declined_per_device = ratio(cards, devices)
    e.small_declines = ratio(small, pairs)
    e.charged_after = ratio(charged, tried_some)
    e.declined_money = units / MONEY_SCALE


@kernel
def _mean_fare(state: State, members: Int32s) -> float:
    """What the members paid for a ride on average, in link units; 0 when none of them rode."""
    records = state.links.links
    fares = rides = 0
    for place in range(len(members)):
        link = first_link(state.links, members[place], DRIVERS)
        while link >= 0:
            fares += money_of(state.links, link)
            rides += records[link].count
            link = next_link(state.links, link, OUT)
    return ratio(fares, rides)


@kernel
def _new_devices(state: State, member: int, stamp: int) -> int:
    """How many phones the account uses that were not counted before."""
    records = state.links.links
    devices = 0
    link = first_link(state.links, member, IDENTITIES)
    while link >= 0:
        mark = state.marks[records[link].target]
        if records[link].kind == USES_DEVICE and mark.stamp != stamp:
            mark.stamp = stamp
            devices += 1
        link = next_link(state.links, link, OUT)
    return devices


@kernel
def _was_charged(state: State, member: int, since: int) -> bool:
    """Whether the account used a card at a moment or after it: one that was taken."""
    records = state.links.links
    link = first_link(state.links, member, IDENTITIES)
    while link >= 0:
        use = records[link]
        if use.kind == USES_CARD and use.last_ms >= since:
            return True
        link = next_link(state.links, link, OUT)
    return False
