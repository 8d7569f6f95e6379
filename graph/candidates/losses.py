"""Trips that riders lose again and again to the same drivers: fees for what never took place.

A crew may earn by orders that are cancelled, each for a fee, without one trip that is driven. Everybody
cancels now and then, and who rides with a neighbour every day cancels on the neighbour. So a rider *keeps
losing* to a driver when at least ``MIN_LOST`` trips of the two were cancelled and no fewer than they drove,
or when the rider cancels for a living: ``MANY_LOST`` trips or more, and more than it ever drove, with
anybody. One such rider has had bad luck; a driver is *let down* by ``MIN_LOSERS`` or more of the first
``SAMPLE`` that lost a trip to it.

Cost: O(1) a pair, and ``SAMPLE`` pairs of each of the ``SAMPLE`` riders of a driver.
"""

from __future__ import annotations

from typing import Final

from graph.kernels.kernel import kernel, wide
from graph.links.records import LOST_DRIVERS, LOST_RIDERS
from graph.links.touch import find, first_link, length
from graph.model.link_keys import LINK_CODE
from graph.model.vocabulary import LinkKind
from graph.state.state import State, account_of

MIN_LOST: Final = 2
MANY_LOST: Final = 4
MIN_LOSERS: Final = 3
SAMPLE: Final = 64
_RODE_WITH: Final = LINK_CODE[LinkKind.RODE_WITH]


@kernel
def loses(state: State, rider: int) -> bool:
    """Whether a rider keeps losing trips to any of its drivers."""
    if length(state.links, rider, LOST_DRIVERS) == 0:
        return False
    if cancels_for_a_living(state, rider):
        return True
    link, steps = first_link(state.links, rider, LOST_DRIVERS), 0
    while link >= 0 and steps < SAMPLE:
        if _is_lost_again(state, link):
            return True
        link = state.links.hooks[link].next_out
        steps += 1
    return False


@kernel
def keeps_losing(state: State, link: int) -> bool:
    """Whether the rider of a link of cancelled trips keeps losing them to the driver."""
    return _is_lost_again(state, link) or cancels_for_a_living(state, wide(state.links.links[link].source))


@kernel
def is_let_down(state: State, driver: int) -> bool:
    """Whether several riders keep losing trips to a driver."""
    if length(state.links, driver, LOST_RIDERS) < MIN_LOSERS:
        return False
    losers = steps = 0
    link = first_link(state.links, driver, LOST_RIDERS)
    while link >= 0 and steps < SAMPLE:
        losers += keeps_losing(state, link)
        if losers >= MIN_LOSERS:
            return True
        link = state.links.hooks[link].next_in
        steps += 1
    return False


@kernel
def cancels_for_a_living(state: State, rider: int) -> bool:
    """Whether more of a rider's trips were cancelled than it drove, and not a few. O(SAMPLE)."""
    lost = steps = 0
    link = first_link(state.links, rider, LOST_DRIVERS)
    while link >= 0 and steps < SAMPLE:
        lost += state.links.links[link].count
        link = state.links.hooks[link].next_out
        steps += 1
    return bool(lost >= MANY_LOST and lost > account_of(state, rider).trips)


@kernel
def _is_lost_again(state: State, link: int) -> bool:
    record = state.links.links[link]
    if record.count < MIN_LOST:
        return False
    ride = find(state.links, _RODE_WITH, record.source, record.target)
    return bool(ride < 0 or state.links.links[ride].count <= record.count)
