"""When a link leaves the window, and when a link outside it is freed: two queues of buckets.

A bucket is a list of links whose last event fell into the same span of time. The *expiry queue* holds every
live link, in the bucket of some event that it had. Once the window's end reaches that bucket, it is opened:
links used since then move to the bucket of their newest event, the others are sorted and leave the window,
oldest first. So using a link costs nothing here, and a link moves at most once for each bucket it was used
in.

The *removal queue* holds links outside the window until no event within the allowed lateness can reach them;
then a whole bucket is freed at once. Freeing late is harmless: a touch treats a link that is due as if it
were gone.

Cost: O(1) amortised, plus sorting the links of one bucket when it is opened, and once more for each event
that is late by nearly the whole window. A bucket of the expiry queue spans at most a 2,047th of the window
(35 minutes of 90 days), and less as the store grows, because there are more buckets then.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined, kernel, wide
from graph.kernels.prefetch import fetch
from graph.links.index import foresee_removal, remove
from graph.links.interactions import free_interaction
from graph.links.records import INTERACTS, LinkState
from graph.links.sessions import drop_sessions


@inlined
def enqueue_expiry(s: LinkState, link: int) -> None:
    """Put a live link into the expiry queue."""
    if _put_into_bucket(s, link):
        sort_open_bucket(s)


@inlined
def _put_into_bucket(s: LinkState, link: int) -> bool:
    """Put a live link into its bucket; True when that is the open one, which must be sorted then."""
    bucket = s.links[link].last_ms >> s.queues[0].expiry_shift
    is_open: bool = bucket <= s.queues[0].expiry_bucket
    if is_open:
        s.hooks[link].next_in_bucket = s.queues[0].first_expiring
        s.queues[0].first_expiring = link
    else:
        at = bucket & (s.expiry_buckets.shape[0] - 1)
        s.hooks[link].next_in_bucket = s.expiry_buckets[at]
        s.expiry_buckets[at] = link
    return is_open


@inlined
def enqueue_removal(s: LinkState, link: int) -> None:
    """Put a link that is not live into the removal queue."""
    bucket = max(s.links[link].last_ms >> s.queues[0].removal_shift, s.queues[0].removal_bucket)
    at = bucket & (s.removal_buckets.shape[0] - 1)
    head = wide(s.removal_buckets[at])
    s.hooks[link].next_in_bucket = head
    s.hooks[link].prev_in_bucket = -2 - at
    if head >= 0:
        s.hooks[head].prev_in_bucket = link
    s.removal_buckets[at] = link
    s.counters[0].awaiting_removal += 1


@inlined
def dequeue_removal(s: LinkState, link: int) -> None:
    """Take a link out of the removal queue."""
    before = wide(s.hooks[link].prev_in_bucket)
    after = wide(s.hooks[link].next_in_bucket)
    if before >= 0:
        s.hooks[before].next_in_bucket = after
    else:
        s.removal_buckets[-2 - before] = after
    if after >= 0:
        s.hooks[after].prev_in_bucket = before
    s.counters[0].awaiting_removal -= 1


@kernel
def remove_due(s: LinkState) -> None:
    """Free every link whose bucket in the removal queue lies wholly beyond the allowed lateness."""
    shift = s.queues[0].removal_shift
    end = (s.window[0].horizon_ms - s.window[0].lateness_ms) >> shift
    while s.queues[0].removal_bucket < end:
        if s.counters[0].awaiting_removal == 0:
            s.queues[0].removal_bucket = end
            return
        at = s.queues[0].removal_bucket & (s.removal_buckets.shape[0] - 1)
        link = wide(s.removal_buckets[at])
        foresee_removal(s, link)
        s.removal_buckets[at] = -1
        s.queues[0].removal_bucket += 1
        while link >= 0:
            following = wide(s.hooks[link].next_in_bucket)
            s.counters[0].awaiting_removal -= 1
            if s.links[link].last_ms >> shift >= s.queues[0].removal_bucket:
                enqueue_removal(s, link)
            else:
                remove(s, link)
                if s.links[link].resumed != 0:
                    drop_sessions(s, link)
                if INTERACTS[s.links[link].kind]:
                    free_interaction(s, link)
                s.links[link].count = 0
                s.hooks[link].next_in_bucket = s.counters[0].first_free_link
                s.counters[0].first_free_link = link
                s.counters[0].free_links += 1
            link = following


@inlined
def prefetch_buckets(s: LinkState) -> None:
    """Fetch one more link of each bucket that is opened soon: the next two of expiry, the next of removal."""
    expiring, freed = s.queues[0].expiry_bucket + 1, s.queues[0].removal_bucket + 1
    _prefetch_next(s, 0, s.expiry_buckets, expiring + (expiring & 1))
    _prefetch_next(s, 1, s.expiry_buckets, expiring + (expiring & 1 ^ 1))
    _prefetch_next(s, 2, s.removal_buckets, freed)


@inlined
def _prefetch_next(s: LinkState, number: int, heads: npt.NDArray[np.int32], bucket: int) -> None:
    walk = s.prefetch_walks[number]
    link = walk.link
    if link >= 0:
        link = wide(s.hooks[link].next_in_bucket)
    elif walk.bucket != bucket:
        walk.bucket = bucket
        link = wide(heads[bucket & (heads.shape[0] - 1)])
    if link >= 0:
        fetch(s.hooks, link)
        fetch(s.links, link)
    walk.link = link


@inlined
def dequeue_expired(s: LinkState) -> int:
    """Take the next link past the window's end out of the expiry queue; -1 when there is none."""
    shift = s.queues[0].expiry_shift
    horizon = s.window[0].horizon_ms
    while True:
        link = wide(s.queues[0].first_expiring)
        if link >= 0:
            last_ms = s.links[link].last_ms
            moved_on = last_ms >> shift > s.queues[0].expiry_bucket
            if not moved_on and last_ms >= horizon:
                return -1
            s.queues[0].first_expiring = s.hooks[link].next_in_bucket
            if not moved_on:
                return link
            _put_into_bucket(s, link)
        elif s.queues[0].expiry_bucket >= horizon >> shift:
            return -1
        elif s.counters[0].live == 0:
            s.queues[0].expiry_bucket = horizon >> shift
        else:
            s.queues[0].expiry_bucket += 1
            _open_bucket(s)


@kernel
def enqueue_all(s: LinkState) -> None:
    """Put every live link into an empty expiry queue."""
    s.queues[0].expiry_bucket = s.window[0].horizon_ms >> s.queues[0].expiry_shift
    s.queues[0].first_expiring = -1
    for link in range(s.counters[0].links_used):
        if s.links[link].count != 0 and s.links[link].live != 0:
            _put_into_bucket(s, link)
    sort_open_bucket(s)


@kernel
def _open_bucket(s: LinkState) -> None:
    at = s.queues[0].expiry_bucket & (s.expiry_buckets.shape[0] - 1)
    link = wide(s.expiry_buckets[at])
    s.expiry_buckets[at] = -1
    while link >= 0:
        following = wide(s.hooks[link].next_in_bucket)
        if s.links[link].last_ms >> s.queues[0].expiry_shift > s.queues[0].expiry_bucket:
            _put_into_bucket(s, link)
        else:
            fetch(s.entities, wide(s.links[link].source))
            fetch(s.entities, wide(s.links[link].target))
            s.hooks[link].next_in_bucket = s.queues[0].first_expiring
            s.queues[0].first_expiring = link
        link = following
    sort_open_bucket(s)


@inlined
def _before(s: LinkState, left: int, right: int) -> bool:
    a, b = s.links[left], s.links[right]
    if a.last_ms != b.last_ms:
        return bool(a.last_ms < b.last_ms)
    if a.source != b.source:
        return bool(a.source < b.source)
    return bool(a.target < b.target or (a.target == b.target and a.kind < b.kind))


@kernel
def sort_open_bucket(s: LinkState) -> None:
    """Sort the links of the open bucket by last event, then by source, target and kind.

    A natural merge sort of the list: O(links log runs); a list with one link out of place costs two passes.
    """
    hooks = s.hooks
    runs = 2
    while runs > 1:
        rest = s.queues[0].first_expiring
        tail = -1
        runs = 0
        while rest >= 0:
            left = rest
            end = left
            rest = wide(hooks[end].next_in_bucket)
            while rest >= 0 and _before(s, end, rest):
                end = rest
                rest = wide(hooks[end].next_in_bucket)
            hooks[end].next_in_bucket = -1
            right = rest
            if right >= 0:
                end = right
                rest = wide(hooks[end].next_in_bucket)
                while rest >= 0 and _before(s, end, rest):
                    end = rest
                    rest = wide(hooks[end].next_in_bucket)
                hooks[end].next_in_bucket = -1
            runs += 1
            while left >= 0 or right >= 0:
                if right < 0 or (left >= 0 and _before(s, left, right)):
                    taken = left
                    left = wide(hooks[left].next_in_bucket)
                else:
                    taken = right
                    right = wide(hooks[right].next_in_bucket)
                if tail < 0:
                    s.queues[0].first_expiring = taken
                else:
                    hooks[tail].next_in_bucket = taken
                tail = taken
        if tail >= 0:
            hooks[tail].next_in_bucket = -1
