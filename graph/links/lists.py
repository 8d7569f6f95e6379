"""Lists of live links around an entity, in the order in which they became live.

The list of identity links of an account, and of the links that lead to any other entity, begins in the
entity's record; the further lists of an account have their ends in ``LinkState.ends``. Everything is O(1).

A link stands in two lists, that of its source (``OUT``) and that of its target (``IN``); ``side`` says which
one a verb is about. It is a constant wherever these verbs are made part of a caller, and costs nothing.
"""

from __future__ import annotations

from graph.kernels.kernel import inlined, wide
from graph.links.records import HEAD, IN, IN_SLOT, LENGTH, NO_LIST, OUT, OUT_SLOT, TAIL, LinkState


@inlined
def enter(s: LinkState, link: int) -> None:
    """Put a link at the end of the list of its source, and of that of its target if that keeps one."""
    record = s.links[link]
    kind = wide(record.kind)
    _append(s, wide(record.source), OUT_SLOT[kind], link, OUT)
    if IN_SLOT[kind] != NO_LIST:
        _append(s, wide(record.target), IN_SLOT[kind], link, IN)


@inlined
def leave(s: LinkState, link: int) -> None:
    """Take a link out of the lists that ``enter`` put it in."""
    record = s.links[link]
    kind = wide(record.kind)
    _remove(s, wide(record.source), OUT_SLOT[kind], link, OUT)
    if IN_SLOT[kind] != NO_LIST:
        _remove(s, wide(record.target), IN_SLOT[kind], link, IN)


@inlined
def next_link(s: LinkState, link: int, side: int) -> int:
    """The link after this one in the list of its source (OUT) or of its target (IN); -1 after the last."""
    return wide(s.hooks[link].next[side])


@inlined
def _append(s: LinkState, entity: int, slot: int, link: int, side: int) -> None:
    if slot == 0:
        _append_to_record(s, entity, link, side)
    else:
        _append_to_ends(s, s.entities[entity].first_list + slot - 1, link, side)


@inlined
def _remove(s: LinkState, entity: int, slot: int, link: int, side: int) -> None:
    if slot == 0:
        _remove_from_record(s, entity, link, side)
    else:
        _remove_from_ends(s, s.entities[entity].first_list + slot - 1, link, side)


@inlined
def _append_to_record(s: LinkState, entity: int, link: int, side: int) -> None:
    record = s.entities[entity]
    head = wide(record.head)
    s.hooks[link].next[side] = -1
    if head < 0:
        record.head = link
        s.hooks[link].previous[side] = link
    else:
        tail = wide(s.hooks[head].previous[side])
        s.hooks[tail].next[side] = link
        s.hooks[link].previous[side] = tail
        s.hooks[head].previous[side] = link
    record.length += 1


@inlined
def _remove_from_record(s: LinkState, entity: int, link: int, side: int) -> None:
    record = s.entities[entity]
    head = wide(record.head)
    before = wide(s.hooks[link].previous[side])
    after = wide(s.hooks[link].next[side])
    if link == head:
        record.head = after
    else:
        s.hooks[before].next[side] = after
    if after >= 0:
        s.hooks[after].previous[side] = before
    elif link != head:
        s.hooks[head].previous[side] = before
    record.length -= 1


@inlined
def _append_to_ends(s: LinkState, at: int, link: int, side: int) -> None:
    tail = wide(s.ends[at, TAIL])
    s.hooks[link].previous[side] = tail
    s.hooks[link].next[side] = -1
    if tail >= 0:
        s.hooks[tail].next[side] = link
    else:
        s.ends[at, HEAD] = link
    s.ends[at, TAIL] = link
    s.ends[at, LENGTH] += 1


@inlined
def _remove_from_ends(s: LinkState, at: int, link: int, side: int) -> None:
    before = wide(s.hooks[link].previous[side])
    after = wide(s.hooks[link].next[side])
    if before >= 0:
        s.hooks[before].next[side] = after
    else:
        s.ends[at, HEAD] = after
    if after >= 0:
        s.hooks[after].previous[side] = before
    else:
        s.ends[at, TAIL] = before
    s.ends[at, LENGTH] -= 1
