"""Rooted trees kept shallow (D-Tree, PVLDB 15)."""

from __future__ import annotations

from typing import Any

from benchmarks.connectivity.edge_lists import after, far_end, remove_non_tree_edge, remove_tree_edge
from benchmarks.connectivity.listed_forest import add_non_tree_edge, add_tree_edge
from benchmarks.connectivity.operations import AGE, COME
from benchmarks.connectivity.parents import root_of
from graph.kernels.kernel import kernel, wide
from graph.links.records import NON_TREE_EDGE


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
                add_tree_edge(s, f, link, source, target)
                if size[a] < size[b]:
                    _link_trees(extra, source, target, link)
                else:
                    _link_trees(extra, target, source, link)
                done += 1
            else:
                add_non_tree_edge(s, f, link, source, target)
                if abs(depth) >= 2:
                    _shorten(s, f, extra, link, source, target, depth)
        elif codes[n] >= AGE and record.joins != 0:
            was = record.joins
            record.joins = 0
            if was == NON_TREE_EDGE:
                remove_non_tree_edge(s, link, source, target)
                continue
            remove_tree_edge(s, link, source, target)
            child = source if parent[source] == target else target
            root = _unlink(extra, child)
            smaller = child if size[child] <= size[root] else root
            found = _shallow_across(s, extra, smaller, n)
            if found < 0:
                done += 1
                continue
            a, b = wide(s.links[found].source), wide(s.links[found].target)
            remove_non_tree_edge(s, found, a, b)
            add_tree_edge(s, f, found, a, b)
            inside = a if root_of(extra, a) == smaller else b
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
    total = size[root_of(extra, node)]
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
    total = size[root_of(extra, under)] + size[node]
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
    remove_tree_edge(s, out, a, b)
    add_non_tree_edge(s, f, out, a, b)
    _unlink(extra, child)
    remove_non_tree_edge(s, link, source, target)
    add_tree_edge(s, f, link, source, target)
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
