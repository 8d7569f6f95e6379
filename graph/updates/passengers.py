"""The riders of each driver by account number, side by side: a cache line holds fourteen of them.

The links of a driver hold the same, in one or two cache lines each. Searches that ask of every rider of a
driver only who it is walk through these lists instead, in which the order means nothing. A list is a chain
of blocks; all but the first are full. Cost: O(1) to add one, O(riders / 14) cache lines to take one out.
"""

from __future__ import annotations

from typing import Final

from graph.kernels.kernel import kernel
from graph.state.records import BLOCK_RIDERS
from graph.state.state import State, account_of

NO_BLOCK: Final = -1


@kernel
def add_passenger(state: State, driver: int, rider: int) -> None:
    """A rider has a live ride with the driver, and had none before."""
    facts, account = account_of(state, driver), state.entities[rider].account
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
    first.count += 1


@kernel
def remove_passenger(state: State, driver: int, rider: int) -> None:
    """The rider's last live ride with the driver has left the window."""
    facts, account = account_of(state, driver), state.entities[rider].account
    head = facts.passengers
    first = state.passengers[head]
    block = head
    place = _place(state, block, account)
    while place < 0:
        block = state.passengers[block].next
        place = _place(state, block, account)
    first.count -= 1
    state.passengers[block].riders[place] = first.riders[first.count]
    if first.count == 0:
        facts.passengers = first.next
        first.next = state.counters[0].free_passenger_block
        state.counters[0].free_passenger_block = head


@kernel
def _place(state: State, block: int, account: int) -> int:
    """Where in a block a rider stands; -1 when it does not."""
    riders = state.passengers[block]
    for place in range(riders.count):
        if riders.riders[place] == account:
            return place
    return -1
