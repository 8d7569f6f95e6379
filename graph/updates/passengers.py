"""The riders of each driver by account number, and their links with it, side by side: fifteen in two lines.

The list of a driver's links holds the same, where each link says which is the next: who walks along waits for
memory once for each. Searches that ask of every rider of a driver only who it is, or read the links in no
order, walk through these lists instead, in which the order means nothing. A list is a chain of blocks; all
but the first are full. Cost: O(1) to add one, O(riders / 15) blocks to take one out.
"""

from __future__ import annotations

from typing import Final

from graph.kernels.kernel import kernel
from graph.state.records import BLOCK_RIDERS
from graph.state.state import State, account_of

NO_BLOCK: Final = -1


@kernel
def add_passenger(state: State, link: int) -> None:
    """A rider has a live ride with a driver, and had none before: this link of the two."""
    ride = state.links.links[link]
    facts, account = account_of(state, ride.target), state.entities[ride.source].account
    head = facts.passengers
    if head == NO_BLOCK or state.passengers[head].count == BLOCK_RIDERS:
        block = state.counters[0].free_passenger_block
        if block != NO_BLOCK:
            state.counters[0].free_passenger_block = state.passengers[block].next
        else:
            block = state.counters[0].passenger_blocks
            state.counters[0].passenger_blocks += 1
        state.passengers[block].next = head
        state.passengers[block].count = 0
        facts.passengers = block
        head = block
    first = state.passengers[head]
    first.riders[first.count] = account
    first.rides[first.count] = link
    first.count += 1


@kernel
def remove_passenger(state: State, link: int) -> None:
    """The rider's last live ride with the driver has left the window."""
    facts = account_of(state, state.links.links[link].target)
    head = facts.passengers
    first = state.passengers[head]
    block = head
    place = _place(state, block, link)
    while place < 0:
        block = state.passengers[block].next
        place = _place(state, block, link)
    first.count -= 1
    state.passengers[block].riders[place] = first.riders[first.count]
    state.passengers[block].rides[place] = first.rides[first.count]
    if first.count == 0:
        facts.passengers = first.next
        first.next = state.counters[0].free_passenger_block
        state.counters[0].free_passenger_block = head


@kernel
def _place(state: State, block: int, link: int) -> int:
    """Where in a block a ride stands; -1 when it does not."""
    some = state.passengers[block]
    for place in range(some.count):
        if some.rides[place] == link:
            return place
    return -1
