"""Whom an entity hears: the far ends of its links, crowds aside, from the engine's own lists.

A list is rows of (entity, its slot and the relation in one number). It depends on the links of the entity
alone, which the engine marks, and on who is a crowd just now, which is looked up for each far end.
"""

from __future__ import annotations

from typing import Final

from gnn.serving.vector_state import (
    COUNTED,
    CROWDS,
    FIRST_ROW,
    LISTED,
    RELATION_BITS,
    RELATION_MASK,
    ROWS,
    VectorState,
)
from gnn.tensors.features import HEARD_KINDS
from graph.kernels.kernel import kernel
from graph.links.lists import next_link
from graph.links.records import (
    IDENTITIES,
    IN,
    IN_SLOT,
    OUT,
    OUT_SLOT,
    REDEEMED,
    REFERRERS,
    RIDERS,
    USERS,
    LinkState,
)
from graph.links.touch import first_link, length
from graph.state.state import ACCOUNT_KIND, State

_HEARD_LISTS: Final = REDEEMED + 1
"""Lists of an account that are heard: the first so many."""


@kernel
def slot_for(v: VectorState, entity: int) -> int:
    """The slot of an entity, a fresh one if need be; 0 when there is none left."""
    slot = v.slot_of[entity]
    if slot == 0 and v.progress[0].slots_used < len(v.ticks):
        slot = v.progress[0].slots_used
        v.progress[0].slots_used += 1
        v.slot_of[entity] = slot
    return int(slot)


@kernel
def listen(state: State, v: VectorState, entity: int, now: int) -> int:
    """Put down those an entity hears after the lists that are held.

    Returns the row of ``heard`` after the last one; -1 when slots ran out. The entity has a slot.
    """
    begin = v.progress[0].held_rows
    end = _neighbours(state, v, entity, begin, now)
    heard = begin
    for n in range(begin, end):
        speaker, packed = v.heard[n, 0], v.heard[n, 1]
        mute = _crowds(state, v, speaker, packed >> RELATION_BITS, now) >> (packed & RELATION_MASK) & 1
        if mute == 0:
            v.heard[heard, 0], v.heard[heard, 1] = speaker, packed
            heard += 1
    return heard if end >= 0 else -1


@kernel
def _neighbours(state: State, v: VectorState, entity: int, begin: int, now: int) -> int:
    """Put down the far ends of an entity's links, those of its own crowds aside; as ``listen`` returns.

    What was walked once is kept in one piece until the entity is touched: links lie scattered in memory.
    """
    own, progress = v.slot_of[entity], v.progress[0]
    listed = v.ticks[own, LISTED]
    if listed > state.links.change_log.touched[entity] and listed >= progress.listed_since:
        first, count = v.ticks[own, FIRST_ROW], v.ticks[own, ROWS]
        for n in range(count):
            v.heard[begin + n, 0], v.heard[begin + n, 1] = v.lists[first + n, 0], v.lists[first + n, 1]
        return int(begin + count)
    end = _walk(state, v, entity, begin)
    first, count = progress.listed_rows, end - begin
    if end >= 0 and first + count <= len(v.lists):
        v.ticks[own, LISTED], v.ticks[own, FIRST_ROW], v.ticks[own, ROWS] = now, first, count
        for n in range(count):
            v.lists[first + n, 0], v.lists[first + n, 1] = v.heard[begin + n, 0], v.heard[begin + n, 1]
        progress.listed_rows += count
    return end


@kernel
def _walk(state: State, v: VectorState, entity: int, row: int) -> int:
    """Put the far ends of an entity's links into ``heard`` from a row on, list by list; as ``listen``."""
    links, fanout = state.links, v.network[0].fanout
    is_account = state.entities[entity].kind == ACCOUNT_KIND
    for slot in range(_HEARD_LISTS if is_account else 1):
        goes_out = is_account and slot not in (RIDERS, REFERRERS)
        is_crowd = length(links, entity, slot) > fanout
        mixed = is_account and slot == IDENTITIES
        if is_crowd and not mixed:
            continue
        link = first_link(links, entity, slot)
        while link >= 0:
            record = links.links[link]
            kind = record.kind
            speaker = record.target if goes_out else record.source
            link = next_link(links, link, OUT if goes_out else IN)
            if not (is_crowd and _of_kind(links, entity, kind) > fanout):
                at = slot_for(v, speaker)
                if at == 0:
                    return -1
                v.heard[row, 0] = speaker
                v.heard[row, 1] = at << RELATION_BITS | 2 * kind | (1 if goes_out else 0)
                row += 1
    return row


@kernel
def _crowds(state: State, v: VectorState, speaker: int, slot: int, now: int) -> int:
    """One bit for each relation over which the entity does not speak; counted again after a touch only."""
    if v.ticks[slot, COUNTED] <= state.links.change_log.touched[speaker]:
        links, fanout, bits = state.links, v.network[0].fanout, 0
        is_account = state.entities[speaker].kind == ACCOUNT_KIND
        for kind in range(len(HEARD_KINDS)):
            if (
                is_account
                and length(links, speaker, OUT_SLOT[kind]) > fanout
                and (OUT_SLOT[kind] != IDENTITIES or _of_kind(links, speaker, kind) > fanout)
            ):
                bits |= 1 << 2 * kind
            if is_account == (IN_SLOT[kind] != USERS) and length(links, speaker, IN_SLOT[kind]) > fanout:
                bits |= 2 << 2 * kind
        v.ticks[slot, COUNTED], v.ticks[slot, CROWDS] = now, bits
    return int(v.ticks[slot, CROWDS])


@kernel
def _of_kind(links: LinkState, account: int, kind: int) -> int:
    """How many identity links of one kind an account has. O(its identity links)."""
    count = 0
    link = first_link(links, account, IDENTITIES)
    while link >= 0:
        count += links.links[link].kind == kind
        link = next_link(links, link, OUT)
    return count
