"""Other ways to keep components while edges come, are used, expire and are cut, in the numba style of ours.

All take the same operations on the same link records. What each gives for it differs and is said beside it:
ours, ``listed``, ``maximal`` and ``rebuild`` keep a label and a list of members for every component at every
operation; ``d_tree`` answers "same component?" by climbing to a root; ``two_buffers`` only does what its
updates need.
Long because the rivals are read beside each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from edge_lists import WALK, ListedForestState, after, far_end, removed
from listed_forest import _add_non_tree_edge, _add_tree_edge, _merge, _split, same
from listed_forest import add_edge as add_listed
from listed_forest import remove_edge as remove_listed
from numba import njit

from graph.components.edges import add_edge, remove_edge
from graph.components.records import FOREST_COUNTERS, GROUP, WALKS
from graph.kernels.kernel import kernel, wide
from graph.links.lists import enter, leave
from graph.links.records import NON_TREE_EDGE, TREE_EDGE

COME, USE, AGE, CUT = range(4)


@kernel
def ours(s: Any, f: Any, _extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """The rooted forest of ``graph.components.forest``, with the lists of links that its edges stand in."""
    done = 0
    for n in range(first, last):
        link = wide(links[n])
        if codes[n] <= USE:
            s.links[link].last_ms = n
            if codes[n] == COME:
                enter(s, link)
                done += add_edge(s, f, link)
        else:
            if codes[n] == AGE:  # What is cut stays a link until it ages.
                leave(s, link)
            done += remove_edge(s, f, link)
    return done


@kernel
def listed(s: Any, f: Any, _extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """The forest of ``listed_forest``: a replacement is searched by walks when a tree edge goes."""
    done = 0
    for n in range(first, last):
        link = wide(links[n])
        if codes[n] <= USE:
            s.links[link].last_ms = n
            if codes[n] == COME:
                done += add_listed(s, f, link)
        else:
            done += remove_listed(s, f, link)
    return done


@kernel
def maximal(s: Any, f: Any, extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """A forest kept maximal by last seen (arXiv 2410.00884): what ages is never replaced, uses may swap."""
    done = 0
    for n in range(first, last):
        link = wide(links[n])
        record = s.links[link]
        source, target = wide(record.source), wide(record.target)
        if codes[n] <= USE:
            record.last_ms = n
            if record.joins == TREE_EDGE:
                continue
            if codes[n] == USE and record.joins == 0:
                continue
            if not same(f, source, target):
                _add_tree_edge(s, f, link, source, target)
                if s.entities[source].label >= 0 and (
                    s.entities[target].label < 0
                    or f.groups[s.entities[source].label].size > f.groups[s.entities[target].label].size
                ):
                    _hang(extra, target, source, link)
                else:
                    _hang(extra, source, target, link)
                _merge(f, source, target)
                done += 1
                continue
            oldest = _oldest_between(s, extra, source, target, n)
            if record.joins == 0:
                _add_non_tree_edge(s, f, link, source, target)
            if s.links[oldest].last_ms < n:
                _swap(s, f, extra, oldest, link, source, target)
        elif record.joins != 0:
            was = record.joins
            record.joins = 0
            if was == NON_TREE_EDGE:
                _remove_non_tree_edge(s, link, source, target)
                continue
            _remove_tree_edge(s, link, source, target)
            child = source if extra[0][source] == target else target
            extra[0][child] = -1
            smaller = _smaller(s, source, target)
            found = -1 if codes[n] == AGE else _last_across(s, smaller)
            if found >= 0:
                a, b = wide(s.links[found].source), wide(s.links[found].target)
                _remove_non_tree_edge(s, found, a, b)
                _add_tree_edge(s, f, found, a, b)
                under = a if _root(extra, a) == child else b
                _hang(extra, under, a ^ b ^ under, found)
            else:
                _split(s, f, smaller, source ^ target ^ smaller)
                done += 1
    return done


@kernel
def _root(extra: Any, node: int) -> int:
    while extra[0][node] >= 0:
        node = wide(extra[0][node])
    return node


@kernel
def _hang(extra: Any, node: int, under: int, link: int) -> None:
    """Make ``node`` the root of its tree and hang it under another: turns the parents on its path."""
    parent, up = extra[0], extra[1]
    while node >= 0:
        following, following_link = wide(parent[node]), wide(up[node])
        parent[node] = under
        up[node] = link
        under, link, node = node, following_link, following


@kernel
def _oldest_between(s: Any, extra: Any, left: int, right: int, stamp: int) -> int:
    """The edge last seen longest ago on the tree path between two nodes."""
    parent, up, seen = extra[0], extra[1], extra[2]
    a, b = left, right
    while True:
        if a >= 0:
            if seen[a] == stamp:
                meeting = a
                break
            seen[a] = stamp
            a = wide(parent[a])
        if b >= 0:
            if seen[b] == stamp:
                meeting = b
                break
            seen[b] = stamp
            b = wide(parent[b])
    oldest = -1
    for start in (left, right):
        node = start
        while node != meeting:
            link = wide(up[node])
            if oldest < 0 or s.links[link].last_ms < s.links[oldest].last_ms:
                oldest = link
            node = wide(parent[node])
    return oldest


@kernel
def _swap(s: Any, f: Any, extra: Any, out: int, into: int, source: int, target: int) -> None:
    """Put an edge into the tree in place of one on the path between its ends."""
    a, b = wide(s.links[out].source), wide(s.links[out].target)
    child = a if extra[0][a] == b and extra[1][a] == out else b
    _remove_tree_edge(s, out, a, b)
    _add_non_tree_edge(s, f, out, a, b)
    extra[0][child] = -1
    _remove_non_tree_edge(s, into, source, target)
    _add_tree_edge(s, f, into, source, target)
    under = source if _root(extra, source) == child else target
    _hang(extra, under, source ^ target ^ under, into)


@kernel
def _remove_tree_edge(s: Any, link: int, source: int, target: int) -> None:
    s.entities[source].tree_edge = removed(s.links, wide(s.entities[source].tree_edge), link, source)
    s.entities[target].tree_edge = removed(s.links, wide(s.entities[target].tree_edge), link, target)


@kernel
def _remove_non_tree_edge(s: Any, link: int, source: int, target: int) -> None:
    s.entities[source].other_edge = removed(s.links, wide(s.entities[source].other_edge), link, source)
    s.entities[target].other_edge = removed(s.links, wide(s.entities[target].other_edge), link, target)


@kernel
def _smaller(s: Any, left: int, right: int) -> int:
    first_left, first_right = wide(s.entities[left].tree_edge), wide(s.entities[right].tree_edge)
    if first_left < 0:
        return left
    if first_right < 0:
        return right
    a, by_a, b, by_b = left, first_left, right, first_right
    while True:
        a = far_end(s.links, by_a, a)
        by_a = after(s.links, by_a, a)
        if a == left and by_a == first_left:
            return left
        b = far_end(s.links, by_b, b)
        by_b = after(s.links, by_b, b)
        if b == right and by_b == first_right:
            return right


@kernel
def _last_across(s: Any, start: int) -> int:
    """Of all edges that lead out of a half, the one seen last."""
    own, first, best = wide(s.entities[start].label), wide(s.entities[start].tree_edge), -1
    for colour in (-2, -3, own):
        node, link = start, first
        while True:
            if colour == -3 and s.entities[node].label == -2:
                head = wide(s.entities[node].other_edge)
                edge = head
                while edge >= 0:
                    if s.entities[far_end(s.links, edge, node)].label >= 0 and (
                        best < 0 or s.links[edge].last_ms > s.links[best].last_ms
                    ):
                        best = edge
                    edge = after(s.links, edge, node)
                    if edge == head:
                        break
            s.entities[node].label = colour
            if link < 0:
                break
            node = far_end(s.links, link, node)
            link = after(s.links, link, node)
            if node == start and link == first:
                break
    return best


@kernel
def rebuild(s: Any, f: Any, extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """No tree: what loses an edge is searched from one of its ends until the other is met, or relabelled."""
    done, queue, seen = 0, extra[0], extra[2]
    for n in range(first, last):
        link = wide(links[n])
        record = s.links[link]
        source, target = wide(record.source), wide(record.target)
        if codes[n] == COME:
            apart = not same(f, source, target)
            _add_non_tree_edge(s, f, link, source, target)
            if apart:
                _merge(f, source, target)
                done += 1
        elif codes[n] >= AGE and record.joins != 0:
            record.joins = 0
            _remove_non_tree_edge(s, link, source, target)
            queue[0] = source
            seen[source] = n
            reached, at, met = 1, 0, False
            while at < reached and not met:
                node = wide(queue[at])
                at += 1
                head = wide(s.entities[node].other_edge)
                edge = head
                while edge >= 0:
                    far = far_end(s.links, edge, node)
                    if far == target:
                        met = True
                        break
                    if seen[far] != n:
                        seen[far] = n
                        queue[reached] = far
                        reached += 1
                    edge = after(s.links, edge, node)
                    if edge == head:
                        break
            if not met:
                _take_out(s, f, queue, reached, target)
                done += 1
    return done


@kernel
def _take_out(s: Any, f: Any, queue: Any, reached: int, stays: int) -> None:
    """Give the nodes of the queue a label and a circle of their own."""
    own = wide(s.entities[stays].label)
    fresh = f.counters[0].first_free_label
    if fresh >= 0:
        f.counters[0].first_free_label = f.groups[fresh].head
    else:
        fresh = f.counters[0].labels_used
        f.counters[0].labels_used += 1
    for at in range(reached):
        node = wide(queue[at])
        left, right = wide(s.entities[node].prev_member), wide(s.entities[node].next_member)
        s.entities[left].next_member = right
        s.entities[right].prev_member = left
        s.entities[node].label = fresh
    for at in range(reached):
        node, following = wide(queue[at]), wide(queue[(at + 1) % reached])
        s.entities[node].next_member = following
        s.entities[following].prev_member = node
    f.groups[fresh].size = reached
    f.groups[fresh].head = queue[0]
    f.groups[own].size -= reached
    f.groups[own].head = stays
    for kept, node in ((own, stays), (fresh, wide(queue[0]))):
        if f.groups[kept].size == 1:
            s.entities[node].label = -1
            f.groups[kept].head = f.counters[0].first_free_label
            f.counters[0].first_free_label = kept


@kernel
def two_buffers(s: Any, _f: Any, extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """Forward and backward union-find (BIC, PVLDB 17): the unions of both buffers and one look-up in each.

    A lower bound: without the merging of the two buffers' components, without labels, members or cuts.
    """
    forward, size, backward, since, buffer, state = extra[3], extra[4], extra[5], extra[6], extra[7], extra[8]
    done, chunk = 0, state[1]
    for n in range(first, last):
        if codes[n] > USE:
            continue
        link = wide(links[n])
        source, target = wide(s.links[link].source), wide(s.links[link].target)
        buffer[state[0]] = link
        state[0] += 1
        a, b = source, target
        while forward[a] != a:
            forward[a] = forward[forward[a]]
            a = wide(forward[a])
        while forward[b] != b:
            forward[b] = forward[forward[b]]
            b = wide(forward[b])
        if a != b:
            if size[a] < size[b]:
                a, b = b, a
            forward[b] = a
            size[a] += size[b]
            done += 1
        a = source
        while backward[a] != a and since[a] >= state[0]:
            a = wide(backward[a])
        done += a == target
        if state[0] == chunk:
            state[0] = 0
            for node in range(forward.shape[0]):
                forward[node] = node
                backward[node] = node
                size[node] = 1
            for at in range(chunk - 1, -1, -1):
                a, b = wide(s.links[buffer[at]].source), wide(s.links[buffer[at]].target)
                while backward[a] != a:
                    a = wide(backward[a])
                while backward[b] != b:
                    b = wide(backward[b])
                if a != b:
                    if size[a] < size[b]:
                        a, b = b, a
                    backward[b] = a
                    since[b] = at
                    size[a] += size[b]
            for node in range(forward.shape[0]):
                size[node] = 1
    return done


@kernel
def d_tree(s: Any, f: Any, extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """Rooted trees with sizes, kept shallow (D-Tree, PVLDB 15): smaller under larger, roots at centroids.

    Answers by climbing to a root; a component has neither a lasting label nor a list of members.
    """
    parent, size = extra[0], extra[4]
    done = 0
    for n in range(first, last):
        link = wide(links[n])
        record = s.links[link]
        source, target = wide(record.source), wide(record.target)
        if codes[n] == COME:
            depth, a = 0, source
            while parent[a] >= 0:
                a = wide(parent[a])
                depth += 1
            b = target
            while parent[b] >= 0:
                b = wide(parent[b])
                depth -= 1
            if a != b:
                _add_tree_edge(s, f, link, source, target)
                if size[a] < size[b]:
                    _link_trees(extra, source, target, link)
                else:
                    _link_trees(extra, target, source, link)
                done += 1
            else:
                _add_non_tree_edge(s, f, link, source, target)
                if abs(depth) >= 2:
                    _shorten(s, f, extra, link, source, target, depth)
        elif codes[n] >= AGE and record.joins != 0:
            was = record.joins
            record.joins = 0
            if was == NON_TREE_EDGE:
                _remove_non_tree_edge(s, link, source, target)
                continue
            _remove_tree_edge(s, link, source, target)
            child = source if parent[source] == target else target
            root = _unlink(extra, child)
            smaller = child if size[child] <= size[root] else root
            found = _shallow_across(s, extra, smaller, n)
            if found < 0:
                done += 1
                continue
            a, b = wide(s.links[found].source), wide(s.links[found].target)
            _remove_non_tree_edge(s, found, a, b)
            _add_tree_edge(s, f, found, a, b)
            inside = a if _root(extra, a) == smaller else b
            _link_trees(extra, inside, a ^ b ^ inside, found)
    return done


@kernel
def _unlink(extra: Any, child: int) -> int:
    """Cut a node from its parent; returns the root of the rest."""
    parent, size = extra[0], extra[4]
    node, root = wide(parent[child]), child
    while node >= 0:
        size[node] -= size[child]
        root, node = node, wide(parent[node])
    parent[child] = -1
    return root


@kernel
def _reroot(extra: Any, node: int) -> None:
    """Make a node the root of its tree, sizes and all."""
    parent, up, size = extra[0], extra[1], extra[4]
    under, link, below = -1, -1, 0
    total = size[_root(extra, node)]
    while node >= 0:
        following, following_link, own = wide(parent[node]), wide(up[node]), size[node]
        parent[node] = under
        up[node] = link
        size[node] = total - below
        below, under, link, node = own, node, following_link, following


@kernel
def _link_trees(extra: Any, node: int, under: int, link: int) -> None:
    """Hang the tree of ``node`` under a node of another; moves the root to a centroid on the path."""
    parent, up, size = extra[0], extra[1], extra[4]
    _reroot(extra, node)
    total = size[_root(extra, under)] + size[node]
    parent[node] = under
    up[node] = link
    centroid, at = -1, under
    while at >= 0:
        size[at] += size[node]
        if centroid < 0 and 2 * size[at] > total:
            centroid = at
        at = wide(parent[at])
    if centroid >= 0 and parent[centroid] >= 0:
        _reroot(extra, centroid)


@kernel
def _shorten(s: Any, f: Any, extra: Any, link: int, source: int, target: int, depth: int) -> None:
    """An edge between nodes of unlike depth takes the place of one half-way up from the deeper."""
    parent, up = extra[0], extra[1]
    deeper = source if depth > 0 else target
    child = deeper
    for _ in range(abs(depth) // 2 - 1):
        child = wide(parent[child])
    out = wide(up[child])
    a, b = wide(s.links[out].source), wide(s.links[out].target)
    _remove_tree_edge(s, out, a, b)
    _add_non_tree_edge(s, f, out, a, b)
    _unlink(extra, child)
    _remove_non_tree_edge(s, link, source, target)
    _add_tree_edge(s, f, link, source, target)
    _link_trees(extra, deeper, source ^ target ^ deeper, link)


@kernel
def _shallow_across(s: Any, extra: Any, start: int, stamp: int) -> int:
    """The first edge that leads out of the tree of ``start``, in the order of a walk around it; -1: none."""
    seen, queue = extra[2], extra[3]
    queue[0] = start
    seen[start] = stamp
    reached, at = 1, 0
    while at < reached:
        node = wide(queue[at])
        at += 1
        head = wide(s.entities[node].tree_edge)
        link = head
        while link >= 0:
            far = far_end(s.links, link, node)
            if seen[far] != stamp:
                seen[far] = stamp
                queue[reached] = far
                reached += 1
            link = after(s.links, link, node)
            if link == head:
                break
    for at in range(reached):
        node = wide(queue[at])
        head = wide(s.entities[node].other_edge)
        link = head
        while link >= 0:
            if seen[far_end(s.links, link, node)] != stamp:
                return link
            link = after(s.links, link, node)
            if link == head:
                break
    return -1


@njit(cache=True)
def operations(link: Any, cut: Any, window: int, links: int) -> tuple[Any, Any]:
    """What the events of a stream do to links: come, use, age and cut, in order."""
    codes = np.empty(2 * len(link), np.uint8)
    which = np.empty(2 * len(link), np.int32)
    last = np.full(links, -1, np.int64)
    count = 0
    for n in range(len(link)):
        if n > window:
            old = link[n - window - 1]
            if last[old] == n - window - 1:
                last[old] = -1
                codes[count] = AGE
                which[count] = old
                count += 1
        if cut[n]:
            if last[link[n]] >= 0:
                codes[count] = CUT
                which[count] = link[n]
                count += 1
            continue
        codes[count] = USE if last[link[n]] >= 0 else COME
        which[count] = link[n]
        last[link[n]] = n
        count += 1
    return codes[:count], which[:count]


def forest_state(entities: Any) -> ListedForestState:
    """An empty forest over nodes of ``edge_lists``."""
    counters = np.zeros(1, FOREST_COUNTERS)
    counters["first_free_label"] = -1
    groups = np.zeros(len(entities) // 2 + 2, GROUP)
    return ListedForestState(nodes=entities, groups=groups, counters=counters, walks=np.zeros(WALKS, WALK))
