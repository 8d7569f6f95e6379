"""Lists of live links around an entity, in the order in which they became live.

The list of identity links of an account, and of the links that lead to any other entity, begins in the
entity's record; the further lists of an account have their ends in ``LinkState.ends``. Everything is O(1).
"""

from __future__ import annotations

from graph.kernels.kernel import inlined, wide
from graph.links.records import HEAD, IN_SLOT, LENGTH, OUT_SLOT, TAIL, LinkState


@inlined
def enter(s: LinkState, link: int) -> None:
    """Put a link at the end of the list of its source and of that of its target."""
    record = s.links[link]
    kind = wide(record.kind)
    source, target = wide(record.source), wide(record.target)
    if OUT_SLOT[kind] == 0:
        _enter_record_out(s, source, link)
    else:
        _enter_out(s, s.entities[source].first_list + OUT_SLOT[kind] - 1, link)
    if IN_SLOT[kind] == 0:
        _enter_record_in(s, target, link)
    else:
        _enter_in(s, s.entities[target].first_list + IN_SLOT[kind] - 1, link)


@inlined
def leave(s: LinkState, link: int) -> None:
    """Take a link out of the list of its source and of that of its target."""
    record = s.links[link]
    kind = wide(record.kind)
    source, target = wide(record.source), wide(record.target)
    if OUT_SLOT[kind] == 0:
        _leave_record_out(s, source, link)
    else:
        _leave_out(s, s.entities[source].first_list + OUT_SLOT[kind] - 1, link)
    if IN_SLOT[kind] == 0:
        _leave_record_in(s, target, link)
    else:
        _leave_in(s, s.entities[target].first_list + IN_SLOT[kind] - 1, link)


@inlined
def _enter_record_out(s: LinkState, entity: int, link: int) -> None:
    record = s.entities[entity]
    head = wide(record.head)
    s.hooks[link].next_out = -1
    if head < 0:
        record.head = link
        s.hooks[link].prev_out = link
    else:
        tail = wide(s.hooks[head].prev_out)
        s.hooks[tail].next_out = link
        s.hooks[link].prev_out = tail
        s.hooks[head].prev_out = link
    record.length += 1


@inlined
def _leave_record_out(s: LinkState, entity: int, link: int) -> None:
    record = s.entities[entity]
    head = wide(record.head)
    before = wide(s.hooks[link].prev_out)
    after = wide(s.hooks[link].next_out)
    if link == head:
        record.head = after
    else:
        s.hooks[before].next_out = after
    if after >= 0:
        s.hooks[after].prev_out = before
    elif link != head:
        s.hooks[head].prev_out = before
    record.length -= 1


@inlined
def _enter_out(s: LinkState, at: int, link: int) -> None:
    tail = wide(s.ends[at, TAIL])
    s.hooks[link].prev_out = tail
    s.hooks[link].next_out = -1
    if tail >= 0:
        s.hooks[tail].next_out = link
    else:
        s.ends[at, HEAD] = link
    s.ends[at, TAIL] = link
    s.ends[at, LENGTH] += 1


@inlined
def _leave_out(s: LinkState, at: int, link: int) -> None:
    before = wide(s.hooks[link].prev_out)
    after = wide(s.hooks[link].next_out)
    if before >= 0:
        s.hooks[before].next_out = after
    else:
        s.ends[at, HEAD] = after
    if after >= 0:
        s.hooks[after].prev_out = before
    else:
        s.ends[at, TAIL] = before
    s.ends[at, LENGTH] -= 1


@inlined
def _enter_record_in(s: LinkState, entity: int, link: int) -> None:
    record = s.entities[entity]
    head = wide(record.head)
    s.hooks[link].next_in = -1
    if head < 0:
        record.head = link
        s.hooks[link].prev_in = link
    else:
        tail = wide(s.hooks[head].prev_in)
        s.hooks[tail].next_in = link
        s.hooks[link].prev_in = tail
        s.hooks[head].prev_in = link
    record.length += 1


@inlined
def _leave_record_in(s: LinkState, entity: int, link: int) -> None:
    record = s.entities[entity]
    head = wide(record.head)
    before = wide(s.hooks[link].prev_in)
    after = wide(s.hooks[link].next_in)
    if link == head:
        record.head = after
    else:
        s.hooks[before].next_in = after
    if after >= 0:
        s.hooks[after].prev_in = before
    elif link != head:
        s.hooks[head].prev_in = before
    record.length -= 1


@inlined
def _enter_in(s: LinkState, at: int, link: int) -> None:
    tail = wide(s.ends[at, TAIL])
    s.hooks[link].prev_in = tail
    s.hooks[link].next_in = -1
    if tail >= 0:
        s.hooks[tail].next_in = link
    else:
        s.ends[at, HEAD] = link
    s.ends[at, TAIL] = link
    s.ends[at, LENGTH] += 1


@inlined
def _leave_in(s: LinkState, at: int, link: int) -> None:
    before = wide(s.hooks[link].prev_in)
    after = wide(s.hooks[link].next_in)
    if before >= 0:
        s.hooks[before].next_in = after
    else:
        s.ends[at, HEAD] = after
    if after >= 0:
        s.hooks[after].prev_in = before
    else:
        s.ends[at, TAIL] = before
    s.ends[at, LENGTH] -= 1
