"""When a link falls out of the window, and when a link outside it may be forgotten.

Two calendars of buckets, each a list of links. *Ageing* holds every live link, in the bucket of a last
event it once had: when the window's end reaches the bucket, links that were used since move on to the
bucket of their newest event, and what stays is sorted and falls, oldest first. So a use costs nothing here
and a link moves at most once for each bucket it was used in. *Forgetting* holds links outside the window
and frees them a whole bucket at a time: late is harmless, because a touch treats what should be forgotten
as if it were.

Cost: O(1) amortised, plus sorting the links of one bucket (a 16,384th of the window or less) when the
window's end enters it, and once more for each event that is late by nearly the whole window.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined, kernel, wide
from graph.kernels.prefetch import fetch
from graph.links.index import foresee_removal, remove
from graph.links.records import (
    AGEING_AT,
    AGEING_SHIFT,
    AT_HAND,
    FORGETTING_AT,
    FORGETTING_SHIFT,
    FREE,
    FREE_COUNT,
    HORIZON,
    LATENESS,
    LIVE,
    PEEKING,
    REMEMBERED,
    USED,
    LinkState,
)
from graph.links.sessions import drop_spells


@inlined
def await_ageing(s: LinkState, link: int) -> None:
    """Enter a live link in the ageing calendar."""
    if _into_bucket(s, link):
        sort_at_hand(s)


@inlined
def _into_bucket(s: LinkState, link: int) -> bool:
    """Put a live link into its bucket; True when that is the one at hand, which must be sorted then."""
    bucket = s.links[link].last_ms >> s.scalars[AGEING_SHIFT]
    at_hand: bool = bucket <= s.scalars[AGEING_AT]
    if at_hand:
        s.links[link].next_due = s.scalars[AT_HAND]
        s.scalars[AT_HAND] = link
    else:
        at = bucket & (s.ageing.shape[0] - 1)
        s.links[link].next_due = s.ageing[at]
        s.ageing[at] = link
    return at_hand


@inlined
def remember(s: LinkState, link: int) -> None:
    """Enter a link that is not live in the forgetting calendar."""
    bucket = max(s.links[link].last_ms >> s.scalars[FORGETTING_SHIFT], s.scalars[FORGETTING_AT])
    at = bucket & (s.forgetting.shape[0] - 1)
    head = wide(s.forgetting[at])
    s.links[link].next_due = head
    s.hooks[link].prev_due = -2 - at
    if head >= 0:
        s.hooks[head].prev_due = link
    s.forgetting[at] = link
    s.scalars[REMEMBERED] += 1


@inlined
def recall(s: LinkState, link: int) -> None:
    """Take a link out of the forgetting calendar."""
    before = wide(s.hooks[link].prev_due)
    after = wide(s.links[link].next_due)
    if before >= 0:
        s.links[before].next_due = after
    else:
        s.forgetting[-2 - before] = after
    if after >= 0:
        s.hooks[after].prev_due = before
    s.scalars[REMEMBERED] -= 1


@kernel
def forget_due(s: LinkState) -> None:
    """Free every remembered link whose bucket lies wholly beyond the allowed lateness."""
    shift = s.scalars[FORGETTING_SHIFT]
    end = (s.scalars[HORIZON] - s.scalars[LATENESS]) >> shift
    while s.scalars[FORGETTING_AT] < end:
        if s.scalars[REMEMBERED] == 0:
            s.scalars[FORGETTING_AT] = end
            return
        at = s.scalars[FORGETTING_AT] & (s.forgetting.shape[0] - 1)
        link = wide(s.forgetting[at])
        foresee_removal(s, link)
        s.forgetting[at] = -1
        s.scalars[FORGETTING_AT] += 1
        while link >= 0:
            following = wide(s.links[link].next_due)
            s.scalars[REMEMBERED] -= 1
            if s.links[link].last_ms >> shift >= s.scalars[FORGETTING_AT]:
                remember(s, link)
            else:
                remove(s, link)
                if s.links[link].resumed != 0:
                    drop_spells(s, link)
                s.links[link].count = 0
                s.links[link].next_due = s.scalars[FREE]
                s.scalars[FREE] = link
                s.scalars[FREE_COUNT] += 1
            link = following


@inlined
def peek(s: LinkState) -> None:
    """Walk on through the buckets to be opened next, so that their links are near when their turn comes.

    Three walkers, one link each: through the next bucket of ageing and the one after it, and of forgetting.
    """
    ageing, forgetting = s.scalars[AGEING_AT] + 1, s.scalars[FORGETTING_AT] + 1
    _walk_on(s, PEEKING, s.ageing, ageing + (ageing & 1))
    _walk_on(s, PEEKING + 2, s.ageing, ageing + (ageing & 1 ^ 1))
    _walk_on(s, PEEKING + 4, s.forgetting, forgetting)


@inlined
def _walk_on(s: LinkState, walker: int, heads: npt.NDArray[np.int32], bucket: int) -> None:
    link = s.scalars[walker + 1]
    if link >= 0:
        link = wide(s.links[link].next_due)
    elif s.scalars[walker] != bucket:
        s.scalars[walker] = bucket
        link = wide(heads[bucket & (heads.shape[0] - 1)])
    if link >= 0:
        fetch(s.links, link)
    s.scalars[walker + 1] = link


@inlined
def next_due(s: LinkState) -> int:
    """Take the next link past the window's end out of the ageing calendar; -1 when there is none."""
    shift = s.scalars[AGEING_SHIFT]
    horizon = s.scalars[HORIZON]
    while True:
        link = wide(s.scalars[AT_HAND])
        if link >= 0:
            last_ms = s.links[link].last_ms
            moved_on = last_ms >> shift > s.scalars[AGEING_AT]
            if not moved_on and last_ms >= horizon:
                return -1
            s.scalars[AT_HAND] = s.links[link].next_due
            if not moved_on:
                return link
            _into_bucket(s, link)
        elif s.scalars[AGEING_AT] >= horizon >> shift:
            return -1
        elif s.scalars[LIVE] == 0:
            s.scalars[AGEING_AT] = horizon >> shift
        else:
            s.scalars[AGEING_AT] += 1
            _open_bucket(s)


@kernel
def enter_all(s: LinkState) -> None:
    """Enter every live link in an empty ageing calendar."""
    s.scalars[AGEING_AT] = s.scalars[HORIZON] >> s.scalars[AGEING_SHIFT]
    s.scalars[AT_HAND] = -1
    for link in range(s.scalars[USED]):
        if s.links[link].count != 0 and s.links[link].live != 0:
            _into_bucket(s, link)
    sort_at_hand(s)


@kernel
def _open_bucket(s: LinkState) -> None:
    at = s.scalars[AGEING_AT] & (s.ageing.shape[0] - 1)
    link = wide(s.ageing[at])
    s.ageing[at] = -1
    while link >= 0:
        following = wide(s.links[link].next_due)
        if s.links[link].last_ms >> s.scalars[AGEING_SHIFT] > s.scalars[AGEING_AT]:
            _into_bucket(s, link)
        else:
            fetch(s.hooks, link)
            fetch(s.entities, wide(s.links[link].source))
            fetch(s.entities, wide(s.links[link].target))
            s.links[link].next_due = s.scalars[AT_HAND]
            s.scalars[AT_HAND] = link
        link = following
    sort_at_hand(s)


@inlined
def _before(s: LinkState, left: int, right: int) -> bool:
    a, b = s.links[left], s.links[right]
    if a.last_ms != b.last_ms:
        return bool(a.last_ms < b.last_ms)
    if a.source != b.source:
        return bool(a.source < b.source)
    return bool(a.target < b.target or (a.target == b.target and a.kind < b.kind))


@kernel
def sort_at_hand(s: LinkState) -> None:
    """Sort the links of the bucket at hand by last event, then by source, target and kind.

    A natural merge sort of the list: O(links log runs); a list with one link out of place costs two passes.
    """
    links = s.links
    runs = 2
    while runs > 1:
        rest = s.scalars[AT_HAND]
        tail = -1
        runs = 0
        while rest >= 0:
            left = rest
            end = left
            rest = wide(links[end].next_due)
            while rest >= 0 and _before(s, end, rest):
                end = rest
                rest = wide(links[end].next_due)
            links[end].next_due = -1
            right = rest
            if right >= 0:
                end = right
                rest = wide(links[end].next_due)
                while rest >= 0 and _before(s, end, rest):
                    end = rest
                    rest = wide(links[end].next_due)
                links[end].next_due = -1
            runs += 1
            while left >= 0 or right >= 0:
                if right < 0 or (left >= 0 and _before(s, left, right)):
                    taken = left
                    left = wide(links[left].next_due)
                else:
                    taken = right
                    right = wide(links[right].next_due)
                if tail < 0:
                    s.scalars[AT_HAND] = taken
                else:
                    links[tail].next_due = taken
                tail = taken
        if tail >= 0:
            links[tail].next_due = -1
