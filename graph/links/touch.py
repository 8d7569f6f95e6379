"""Events on links: the verbs a kernel calls, one event at a time.

A link is (kind, source, target) with first seen, last seen and count; an interaction link sums money too.
Events of one link that lie more than a window apart belong to different *sessions*; the link shows its newest
session. It is *live* while that session ended at most one window before the newest event seen. Older
sessions, and links past the window, are remembered for the allowed lateness, because a late event may still
join two sessions into one: so the aggregates depend on the events and not on their order, as long as no event
is later than allowed.

For each event call ``advance`` with its time, then ``next_expired`` until it says -1, then ``touch``.
Nothing here makes room: the caller has reserved it. Every verb is O(1), older sessions and the sorting of
a bucket (``graph.links.expiry``) aside.
"""

from __future__ import annotations

from graph.kernels.kernel import inlined, kernel, wide
from graph.links.change_log import log_expired, log_link
from graph.links.expiry import (
    dequeue_expired,
    dequeue_removal,
    enqueue_expiry,
    enqueue_removal,
    prefetch_buckets,
    remove_due,
    sort_open_bucket,
)
from graph.links.index import insert, locate, mixed
from graph.links.interactions import add_money, forget_facts, set_money, set_older_session, take_interaction
from graph.links.lists import enter, leave
from graph.links.records import ACCOUNT_LISTS, HEAD, INTERACTS, LENGTH, TAIL, LinkState
from graph.links.sessions import drop_sessions, insert_event


@kernel
def add_entity(s: LinkState, entity: int, is_account: bool) -> None:
    """Let an entity stand alone, without a link. Once for each, before its first link."""
    if entity >= s.entities.shape[0]:
        raise IndexError("expected room for an entity, found none; reserve before a batch")
    record = s.entities[entity]
    record.first_list = -1
    record.head = -1
    record.length = 0
    record.parent_edge = -1
    record.label = -1
    record.next_member = entity
    record.prev_member = entity
    s.counters[0].entities = max(s.counters[0].entities, entity + 1)
    if is_account:
        first = s.counters[0].lists_used
        if first + ACCOUNT_LISTS > s.ends.shape[0]:
            raise IndexError("expected room for the lists of an account, found none; reserve before a batch")
        record.first_list = first
        s.counters[0].lists_used = first + ACCOUNT_LISTS
        for each in range(first, first + ACCOUNT_LISTS):
            s.ends[each, HEAD] = -1
            s.ends[each, TAIL] = -1
            s.ends[each, LENGTH] = 0


@inlined
def length(s: LinkState, entity: int, slot: int) -> int:
    """How many live links stand in one of an entity's lists."""
    if slot == 0:
        return wide(s.entities[entity].length)
    return wide(s.ends[s.entities[entity].first_list + slot - 1, LENGTH])


@inlined
def first_link(s: LinkState, entity: int, slot: int) -> int:
    """The link of the list that has been live longest, -1 when the list is empty.

    The next is ``hooks[link].next_out`` in a list of links that go out, ``next_in`` where they come in; where
    the side is a variable, ``graph.links.lists.next_link``.
    """
    if slot == 0:
        return wide(s.entities[entity].head)
    return wide(s.ends[s.entities[entity].first_list + slot - 1, HEAD])


@inlined
def find(s: LinkState, kind: int, source: int, target: int) -> int:
    """The live link of the key; -1 when there is none."""
    return if_live(s, locate(s, kind, source, target))


@inlined
def if_live(s: LinkState, located: int) -> int:
    """What ``locate`` said, -1 also for a link that is only remembered."""
    if located >= 0 and s.links[located].live == 0:
        return -1
    return located


@inlined
def is_live(s: LinkState, link: int) -> bool:
    """Whether the link is inside the window."""
    return bool(s.links[link].live != 0)


@inlined
def live_count(s: LinkState) -> int:
    """How many links are live."""
    return wide(s.counters[0].live)


@inlined
def horizon(s: LinkState) -> int:
    """The window's end, epoch ms: a link whose last event lies before it is not live."""
    return wide(s.window[0].horizon_ms)


@inlined
def advance(s: LinkState, newest_ms: int) -> bool:
    """Move the window's end up to the newest event; True when ``next_expired`` must be asked."""
    moved = newest_ms - s.window[0].length_ms
    if moved <= s.window[0].horizon_ms:
        return False
    s.window[0].horizon_ms = moved
    prefetch_buckets(s)
    if s.queues[0].removal_bucket < (moved - s.window[0].lateness_ms) >> s.queues[0].removal_shift:
        remove_due(s)
    return True


@inlined
def next_expired(s: LinkState) -> int:
    """The next link to leave the window, oldest last event first, then by source,
    target and kind; -1 when none is left.

    It is off the lists of its two entities and no longer live; the rest of its record stays until the next
    ``advance``. If it joins, the caller removes its edge.
    """
    link = dequeue_expired(s)
    if link >= 0:
        record = s.links[link]
        record.live = 0
        s.counters[0].live -= 1
        leave(s, link)
        enqueue_removal(s, link)
        log_expired(s.change_log, link, wide(record.kind), wide(record.source), wide(record.target))
    return link


@inlined
def next_to_expire(s: LinkState) -> int:
    """A link that will leave the window soon, -1 when none is known; a hint, for prefetching."""
    return wide(s.queues[0].first_expiring)


@inlined
def touch(s: LinkState, kind: int, source: int, target: int, ts: int, money: int) -> tuple[int, bool]:
    """Add one event to a link, and its money to an interaction link.

    Returns the link and whether it has just become live.
    """
    return touch_at(s, locate(s, kind, source, target), kind, source, target, ts, money)


@inlined
def touch_at(
    s: LinkState, located: int, kind: int, source: int, target: int, ts: int, money: int
) -> tuple[int, bool]:
    """As ``touch``, for a caller that has just located the key (-1 when it was not there)."""
    link, revived = _touch(s, located, kind, source, target, ts, money)
    log_link(s.change_log, link, source, target)
    return link, revived


@inlined
def _touch(
    s: LinkState, located: int, kind: int, source: int, target: int, ts: int, money: int
) -> tuple[int, bool]:
    link = located
    beyond = s.window[0].horizon_ms
    if link < 0:
        link = _allocate(s, kind, source, target)
        _start(s, link, ts, money)
        if ts < beyond:
            enqueue_removal(s, link)
            return link, False
    else:
        record = s.links[link]
        if record.live == 0 and record.last_ms < beyond - s.window[0].lateness_ms:
            if record.resumed != 0:
                drop_sessions(s, link)
            _start(s, link, ts, money)
        else:
            last_ms = record.last_ms
            window = s.window[0].length_ms
            if record.resumed == 0 and record.first_ms - window <= ts <= last_ms + window:
                record.count += 1
                add_money(s, link, money)
                record.first_ms = min(record.first_ms, ts)
                record.last_ms = max(last_ms, ts)
            else:
                insert_event(s, link, ts, money)
            if record.live != 0:
                bucket = record.last_ms >> s.queues[0].expiry_shift
                if bucket <= s.queues[0].expiry_bucket and record.last_ms != last_ms:
                    sort_open_bucket(s)
                return link, False
        if s.links[link].last_ms < beyond:
            return link, False
        dequeue_removal(s, link)
    _begin_to_live(s, link)
    return link, True


@inlined
def _allocate(s: LinkState, kind: int, source: int, target: int) -> int:
    link = wide(s.counters[0].first_free_link)
    if link >= 0:
        s.counters[0].first_free_link = s.hooks[link].next_in_bucket
        s.counters[0].free_links -= 1
    else:
        link = s.counters[0].links_used
        if link >= s.links.shape[0]:
            raise IndexError("expected room for a link, found none; reserve before a batch")
        s.counters[0].links_used = link + 1
    record = s.links[link]
    record.kind = kind
    record.source = source
    record.target = target
    record.live = 0
    record.joins = 0
    record.resumed = 0
    if INTERACTS[kind]:
        take_interaction(s, link)
    set_older_session(s, link, -1)
    insert(s.slots, s.index_shape[0].link_bits, s.index_shape[0].slot_mask, mixed(kind, source, target), link)
    return link


@inlined
def _start(s: LinkState, link: int, ts: int, money: int) -> None:
    record = s.links[link]
    record.first_ms = ts
    record.last_ms = ts
    record.count = 1
    set_money(s, link, money)


@inlined
def _begin_to_live(s: LinkState, link: int) -> None:
    s.links[link].live = 1
    if INTERACTS[s.links[link].kind]:
        forget_facts(s, link)
    s.counters[0].live += 1
    enter(s, link)
    enqueue_expiry(s, link)
