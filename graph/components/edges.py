"""Connected components that stay exact after every edge added and every edge removed.

Each component has a spanning tree of its edges. An edge inside a component becomes a non-tree edge, in O(1).
An edge between two components becomes a tree edge, and the smaller side takes the other's label. Removing a
non-tree edge is O(1). Removing a tree edge cuts the tree in two: walks around both halves take turns until
one ends and so is the smaller (Even and Shiloach, "An On-Line Edge-Deletion Problem", JACM 28(1), 1981);
then the non-tree edges of the smaller half are searched for a replacement edge, one that leads to the other
half. Of two large halves both are searched at once (``graph.components.replacement``). Cost: O(nodes and
edges of the smaller half) at most.

Of the first ``CANDIDATES`` replacement edges, the one seen last is taken, because it will leave the window
last: what expires is then rarely in the tree.

Labels are stable: the larger side of a merge or split keeps its label, ties go to the older label.
"""

from __future__ import annotations

from typing import Final

from graph.components.edge_lists import after, appended, before, far_end, removed
from graph.components.records import ForestState
from graph.components.replacement import search_both_halves
from graph.kernels.kernel import inlined, kernel, wide
from graph.kernels.prefetch import fetch
from graph.links.change_log import log_link
from graph.links.records import NON_TREE_EDGE, TREE_EDGE, LinkState

CANDIDATES: Final = 16
"""How many replacement edges are compared at most."""
SHORT_WALK: Final = 64
"""Moves after which both halves count as large: then the search for a replacement edge begins at once."""
MARKED: Final = -2
SCANNED: Final = -3


@inlined
def label(f: ForestState, node: int) -> int:
    """The label of the node's component; -1 for a node without edges."""
    return wide(f.nodes[node].label)


@inlined
def size(f: ForestState, node: int) -> int:
    """How many nodes its component has, itself included."""
    own = f.nodes[node].label
    return 1 if own < 0 else wide(f.groups[own].size)


@inlined
def same(f: ForestState, left: int, right: int) -> bool:
    """Whether the two nodes are one or in one component."""
    return left == right or (f.nodes[left].label >= 0 and f.nodes[left].label == f.nodes[right].label)


@inlined
def foresee_group(f: ForestState, node: int) -> None:
    """The node is near, and an edge at it is added or removed soon: bring its component near."""
    own = wide(f.nodes[node].label)
    if own >= 0:
        fetch(f.groups, own)


@inlined
def add_edge(s: LinkState, f: ForestState, link: int) -> bool:
    """Make a live identity link an edge; True when two components (or lone nodes) became one."""
    record = s.links[link]
    if record.joins != 0:
        return False
    source, target = wide(record.source), wide(record.target)
    log_link(s.change_log, link, source, target)
    if same(f, source, target):
        _add_non_tree_edge(s, f, link, source, target)
        return False
    _add_tree_edge(s, f, link, source, target)
    _merge(f, source, target)
    return True


@inlined
def remove_edge(s: LinkState, f: ForestState, link: int) -> bool:
    """Make a link no edge any more; True when the component of its ends fell apart."""
    record = s.links[link]
    was = record.joins
    if was == 0:
        return False
    record.joins = 0
    source, target = wide(record.source), wide(record.target)
    log_link(s.change_log, link, source, target)
    if was == NON_TREE_EDGE:
        f.nodes[source].other_edge = removed(s.links, wide(f.nodes[source].other_edge), link, source)
        f.nodes[target].other_edge = removed(s.links, wide(f.nodes[target].other_edge), link, target)
        return False
    f.nodes[source].tree_edge = removed(s.links, wide(f.nodes[source].tree_edge), link, source)
    f.nodes[target].tree_edge = removed(s.links, wide(f.nodes[target].tree_edge), link, target)
    found, smaller = -1, _smaller_half(s, f, source, target)
    if smaller < 0:
        found, smaller = search_both_halves(s, f, source, target)
    if found < 0:
        found = _replacement_edge(s, f, smaller)
    if found >= 0:
        source, target = wide(s.links[found].source), wide(s.links[found].target)
        f.nodes[source].other_edge = removed(s.links, wide(f.nodes[source].other_edge), found, source)
        f.nodes[target].other_edge = removed(s.links, wide(f.nodes[target].other_edge), found, target)
        _add_tree_edge(s, f, found, source, target)
        return False
    _split(s, f, smaller, source ^ target ^ smaller)
    return True


@inlined
def _add_non_tree_edge(s: LinkState, f: ForestState, link: int, source: int, target: int) -> None:
    s.links[link].joins = NON_TREE_EDGE
    f.nodes[source].other_edge = appended(s.links, wide(f.nodes[source].other_edge), link, source)
    f.nodes[target].other_edge = appended(s.links, wide(f.nodes[target].other_edge), link, target)


@inlined
def _add_tree_edge(s: LinkState, f: ForestState, link: int, source: int, target: int) -> None:
    s.links[link].joins = TREE_EDGE
    f.nodes[source].tree_edge = appended(s.links, wide(f.nodes[source].tree_edge), link, source)
    f.nodes[target].tree_edge = appended(s.links, wide(f.nodes[target].tree_edge), link, target)


@inlined
def _new_label(f: ForestState, node: int) -> int:
    fresh = wide(f.counters[0].first_free_label)
    if fresh >= 0:
        f.counters[0].first_free_label = f.groups[fresh].head
    else:
        fresh = f.counters[0].labels_used
        f.counters[0].labels_used = fresh + 1
    f.groups[fresh].serial = f.counters[0].next_serial
    f.groups[fresh].size = 1
    f.groups[fresh].head = node
    f.nodes[node].label = fresh
    f.counters[0].next_serial += 1
    f.counters[0].components += 1
    return fresh


@inlined
def _drop_label(f: ForestState, gone: int) -> None:
    f.groups[gone].size = 0
    f.groups[gone].head = f.counters[0].first_free_label
    f.counters[0].first_free_label = gone
    f.counters[0].components -= 1


@inlined
def _merge(f: ForestState, left: int, right: int) -> None:
    """Give the smaller component's nodes the label of the other, and make one circle of the two."""
    keep, gone = wide(f.nodes[left].label), wide(f.nodes[right].label)
    into, from_ = left, right
    if keep < 0 and gone < 0:
        keep = _new_label(f, left)
    elif keep < 0 or (
        gone >= 0
        and (
            f.groups[gone].size > f.groups[keep].size
            or (f.groups[gone].size == f.groups[keep].size and f.groups[gone].serial < f.groups[keep].serial)
        )
    ):
        keep, gone = gone, keep
        into, from_ = right, left
    moved = 0
    node = from_
    while True:
        f.nodes[node].label = keep
        moved += 1
        node = wide(f.nodes[node].next_member)
        if node == from_:
            break
    f.groups[keep].size += moved
    if gone >= 0:
        _drop_label(f, gone)
    behind_into, behind_from = wide(f.nodes[into].next_member), wide(f.nodes[from_].next_member)
    _follow(f, into, behind_from)
    _follow(f, from_, behind_into)


@inlined
def _follow(f: ForestState, left: int, right: int) -> None:
    f.nodes[left].next_member = right
    f.nodes[right].prev_member = left


@inlined
def _smaller_half(s: LinkState, f: ForestState, left: int, right: int) -> int:
    """Whichever of the two has the tree that a walk is around first, or -1 when both walks are long."""
    first_left, first_right = wide(f.nodes[left].tree_edge), wide(f.nodes[right].tree_edge)
    if first_left < 0:
        return left
    if first_right < 0:
        return right
    at_left, by_left = left, first_left
    at_right, by_right = right, first_right
    for _ in range(SHORT_WALK):
        at_left = far_end(s.links, by_left, at_left)
        by_left = after(s.links, by_left, at_left)
        if at_left == left and by_left == first_left:
            return left
        at_right = far_end(s.links, by_right, at_right)
        by_right = after(s.links, by_right, at_right)
        if at_right == right and by_right == first_right:
            return right
    return -1


@kernel
def _colour_tree(s: LinkState, f: ForestState, start: int, colour: int) -> None:
    """Set the label of every node of the tree of ``start``."""
    f.nodes[start].label = colour
    first = wide(f.nodes[start].tree_edge)
    if first < 0:
        return
    node, link = start, first
    while True:
        node = far_end(s.links, link, node)
        link = after(s.links, link, node)
        if node == start and link == first:
            return
        f.nodes[node].label = colour


@inlined
def _replacement_edge(s: LinkState, f: ForestState, start: int) -> int:
    """A replacement edge that leads out of the tree of ``start``, or -1. Keeps the labels as they were."""
    first = wide(f.nodes[start].tree_edge)
    if first < 0 and f.nodes[start].other_edge < 0:
        return -1
    own = wide(f.nodes[start].label)
    _colour_tree(s, f, start, MARKED)
    best, found = -1, 0
    node, link = start, first
    while found < CANDIDATES:
        if f.nodes[node].label == MARKED:
            f.nodes[node].label = SCANNED
            head = wide(f.nodes[node].other_edge)
            other = head
            while other >= 0 and found < CANDIDATES:
                other = before(s.links, other, node)
                if f.nodes[far_end(s.links, other, node)].label >= 0:
                    found += 1
                    if best < 0 or s.links[other].last_ms > s.links[best].last_ms:
                        best = other
                if other == head:
                    break
        if link < 0:
            break
        node = far_end(s.links, link, node)
        link = after(s.links, link, node)
        if node == start and link == first:
            break
    _colour_tree(s, f, start, own)
    return best


@inlined
def _split(s: LinkState, f: ForestState, start: int, stays: int) -> None:
    """Make a component of its own of the tree of ``start``; the rest, with ``stays``, keeps the label."""
    own = wide(f.nodes[start].label)
    fresh = -1 if f.nodes[start].tree_edge < 0 else _new_label(f, start)
    _move(f, start, start)
    f.nodes[start].label = fresh
    moved = 1
    first = wide(f.nodes[start].tree_edge)
    node, link = start, first
    while link >= 0:
        node = far_end(s.links, link, node)
        link = after(s.links, link, node)
        if node == start and link == first:
            break
        if f.nodes[node].label == own:
            _move(f, node, start)
            f.nodes[node].label = fresh
            moved += 1
    if fresh >= 0:
        f.groups[fresh].size = moved
    f.groups[own].size -= moved
    f.groups[own].head = stays
    if f.groups[own].size == 1:
        f.nodes[stays].label = -1
        _drop_label(f, own)


@inlined
def _move(f: ForestState, node: int, circle: int) -> None:
    """Take a node out of its circle and put it into that of ``circle``, or into one of its own."""
    _follow(f, wide(f.nodes[node].prev_member), wide(f.nodes[node].next_member))
    if node == circle:
        _follow(f, node, node)
    else:
        _follow(f, wide(f.nodes[circle].prev_member), node)
        _follow(f, node, circle)
