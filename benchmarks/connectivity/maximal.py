"""A forest kept maximal by last seen (arXiv 2410.00884), so that what ages is never replaced."""

from __future__ import annotations

from typing import Any

from benchmarks.connectivity.edge_lists import after, far_end, remove_non_tree_edge, remove_tree_edge
from benchmarks.connectivity.listed_forest import add_non_tree_edge, add_tree_edge, merge, same, split
from benchmarks.connectivity.operations import AGE, USE
from benchmarks.connectivity.parents import root_of
from graph.kernels.kernel import kernel, wide
from graph.links.records import NON_TREE_EDGE, TREE_EDGE


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
                add_tree_edge(s, f, link, source, target)
                if s.entities[source].label >= 0 and (
                    s.entities[target].label < 0
                    or f.groups[s.entities[source].label].size > f.groups[s.entities[target].label].size
                ):
                    _hang(extra, target, source, link)
                else:
                    _hang(extra, source, target, link)
                merge(f, source, target)
                done += 1
                continue
            oldest = _oldest_between(s, extra, source, target, n)
            if record.joins == 0:
                add_non_tree_edge(s, f, link, source, target)
            if s.links[oldest].last_ms < n:
                _swap(s, f, extra, oldest, link, source, target)
        elif record.joins != 0:
            was = record.joins
            record.joins = 0
            if was == NON_TREE_EDGE:
                remove_non_tree_edge(s, link, source, target)
                continue
            remove_tree_edge(s, link, source, target)
            child = source if extra[0][source] == target else target
            extra[0][child] = -1
            smaller = _smaller(s, source, target)
            found = -1 if codes[n] == AGE else _last_across(s, smaller)
            if found >= 0:
                a, b = wide(s.links[found].source), wide(s.links[found].target)
                remove_non_tree_edge(s, found, a, b)
                add_tree_edge(s, f, found, a, b)
                under = a if root_of(extra, a) == child else b
                _hang(extra, under, a ^ b ^ under, found)
            else:
                split(s, f, smaller, source ^ target ^ smaller)
                done += 1
    return done


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
    remove_tree_edge(s, out, a, b)
    add_non_tree_edge(s, f, out, a, b)
    extra[0][child] = -1
    remove_non_tree_edge(s, into, source, target)
    add_tree_edge(s, f, into, source, target)
    under = source if root_of(extra, source) == child else target
    _hang(extra, under, source ^ target ^ under, into)


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
