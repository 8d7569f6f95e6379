"""What ties the accounts of a ring to each other, and since when."""

from __future__ import annotations

from graph.candidates.visits import NEVER, arrival_ms, gathers
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.records import DRIVERS, IDENTITIES, USERS
from graph.links.touch import first_link, length
from graph.state.state import DEVICE, IP, State, fresh_stamp
from graph.updates.clusters import is_public, is_shared, joined_ms
from graph.updates.sharing import SEMI_PRIVATE_SHARERS


@kernel
def ties(state: State, members: Int32s) -> int:
    """Puts the identifiers that tie members to each other into ``state.tying.identifiers``; how many.

    As ``common``, but public ones tie nobody. Those that tie are marked ``first``.
    """
    tying = state.tying.identifiers
    found = 0
    for place in range(common(state, members)):
        if _may_tie(state, tying[place]):
            state.marks[tying[place]].first = 1
            tying[found] = tying[place]
            found += 1
    return found


@kernel
def shared_with(state: State, account: int, others: Int32s) -> int:
    """Puts the identifiers that an account uses and one of others too into ``state.tying.identifiers``.

    Returns how many. Cost: O(identity links of all of them).
    """
    records, hooks = state.links.links, state.links.hooks
    stamp = fresh_stamp(state)
    for other in others:
        link = first_link(state.links, other, IDENTITIES)
        while link >= 0:
            state.marks[records[link].target].stamp = stamp
            link = hooks[link].next_out
    found = 0
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        if state.marks[records[link].target].stamp == stamp:
            state.tying.identifiers[found] = records[link].target
            found += 1
        link = hooks[link].next_out
    return found


@kernel
def common(state: State, members: Int32s) -> int:
    """Puts the identifiers that several members use into ``state.tying.identifiers``; how many.

    Marks the members and the identifiers they use under the newest stamp, these with
    how many use each. Cost: O(identity links of the members).
    """
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    shared = state.tying.identifiers
    stamp = fresh_stamp(state)
    found = 0
    for member in members:
        marks[member].stamp = stamp
        link = first_link(state.links, member, IDENTITIES)
        while link >= 0:
            identifier = records[link].target
            mark = marks[identifier]
            if mark.stamp != stamp:
                mark.stamp = stamp
                mark.count = 0
                mark.first = 0
            mark.count += 1
            if mark.count == 2:
                shared[found] = identifier
                found += 1
            link = hooks[link].next_out
    return found


@kernel
def _may_tie(state: State, identifier: int) -> bool:
    if state.entities[identifier].kind == IP:
        return length(state.links, identifier, USERS) <= SEMI_PRIVATE_SHARERS
    if state.entities[identifier].kind == DEVICE:
        return gathers(state, identifier)
    return not is_public(state, identifier)


@kernel
def began_ms(state: State, members: Int32s) -> int:
    """When the first of the members began to act with the others, by live links.

    By sharing, by coming to their phone, or by riding with them; the newest event when no link shows it.
    Cost: O(links of the members).
    """
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    ties(state, members)
    stamp = marks[members[0]].stamp
    first_ms = state.counters[0].watermark_ms
    for member in members:
        if is_shared(state, member):
            first_ms = min(first_ms, joined_ms(state, member))
        link = first_link(state.links, member, DRIVERS)
        while link >= 0:
            if marks[records[link].target].stamp == stamp:
                first_ms = min(first_ms, records[link].first_ms)
            link = hooks[link].next_out
        link = first_link(state.links, member, IDENTITIES)
        while link >= 0:
            device = records[link].target
            if (
                marks[device].first == 1
                and state.entities[device].kind == DEVICE
                and arrival_ms(state, link) != NEVER
            ):
                first_ms = min(first_ms, records[link].first_ms)
            link = hooks[link].next_out
    return int(first_ms)
