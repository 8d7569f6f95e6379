"""Connected components that stay exact after every edge added and every edge removed.

Each component has a rooted spanning tree of its edges (``graph.components.trees``). An edge inside a
component becomes a non-tree edge. An edge between two components becomes a tree edge: the smaller tree is
hung under the larger one, and its nodes take the label of the other. Removing a non-tree edge is O(1).
Removing a tree edge cuts the tree in two, whose sizes are known; the non-tree edges of the smaller half are
searched for a replacement edge, one that leads to the other half. In a large component nearly every one does,
so the first few are looked at by climbing from their other ends. Where none of these leads out, the half is
coloured; of two large halves both are searched at once (``graph.components.replacement``). Cost: O(depth),
and O(nodes and links of the smaller half) at most.

Of the first replacement edges found, the one seen last is taken, because it will leave the window last: what
expires is then rarely in the tree.

Labels are stable: the larger side of a merge or split keeps its label, ties go to the older label.
"""

from __future__ import annotations

from typing import Final

from graph.components.records import ForestState
from graph.components.replacement import search_both_halves
from graph.components.trees import (
    FEWEST_TO_SHORTEN,
    cut_off,
    edge_before,
    far_end,
    following,
    hang,
    last_edge,
    root_of,
    shorten,
    tree_size,
)
from graph.kernels.kernel import inlined, kernel, wide
from graph.kernels.prefetch import fetch
from graph.links.change_log import log_link
from graph.links.records import NON_TREE_EDGE, LinkState

CANDIDATES: Final = 16
"""How many replacement edges are compared at most."""
FIRST_LOOKED_AT: Final = 8
"""How many non-tree edges are looked at before a half is coloured."""
UNDECIDED: Final = -2
MARKED: Final = -2


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
    """The node is near, and an edge at it is added or removed soon: bring its component and tree near."""
    fetch(f.trees, node)
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
        record.joins = NON_TREE_EDGE
        if size(f, source) >= FEWEST_TO_SHORTEN:
            shorten(s, f, link)
        return False
    hang(s, f, link, _merge(f, source, target))
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
        return False
    child = source if f.nodes[source].parent_edge == link else target
    return _part(s, f, child, source ^ target ^ child, child == source)


@kernel
def _part(s: LinkState, f: ForestState, child: int, parent: int, child_first: bool) -> bool:
    """Cut a tree between a node and its parent; True when no other edge leads from one half to the other.

    Of equal halves that of ``child`` counts as the smaller when it comes first. Walks around both halves meet
    after about as many nodes as the root of their number: a half that is smaller is searched alone.
    """
    root = cut_off(f, child)
    low, high = tree_size(f, child), tree_size(f, root)
    smaller, stays = child, parent
    if high < low or (high == low and not child_first):
        smaller, stays = root, child
    found = _newest_of_first(s, f, smaller)
    if found == UNDECIDED:
        found = -1
        if min(low, high) ** 2 > low + high:
            found = search_both_halves(s, f, child, root)
        if found < 0:
            found = _replacement_edge(s, f, smaller)
    if found < 0:
        _split(s, f, smaller, stays)
        return True
    inside = wide(s.links[found].source)
    if root_of(f, inside) != smaller:
        inside = wide(s.links[found].target)
    hang(s, f, found, inside)
    return False


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
def _merge(f: ForestState, left: int, right: int) -> int:
    """Give the smaller component's nodes the label of the other, and make one circle of the two.

    Returns whichever of the two nodes was in the smaller.
    """
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
    return from_


@inlined
def _follow(f: ForestState, left: int, right: int) -> None:
    f.nodes[left].next_member = right
    f.nodes[right].prev_member = left


@kernel
def _colour_tree(s: LinkState, f: ForestState, top: int, colour: int) -> None:
    """Set the label of every node of the tree of the root ``top``."""
    node = top
    while node >= 0:
        f.nodes[node].label = colour
        node = following(s, f, node, top)


@kernel
def _newest_of_first(s: LinkState, f: ForestState, top: int) -> int:
    """Of the first non-tree edges of the tree of the root ``top``, the newest that leads out of it.

    -1 when the tree has no more than those and none leads out; UNDECIDED when it has more. An edge leads out
    when the climb from its other end comes to another root: O(depth), and only for those that are newer.
    """
    best, looked = -1, 0
    node = top
    while node >= 0:
        link = last_edge(s, node)
        while link >= 0:
            if s.links[link].joins == NON_TREE_EDGE:
                if looked == FIRST_LOOKED_AT:
                    return best if best >= 0 else UNDECIDED
                looked += 1
                is_newer = best < 0 or s.links[link].last_ms > s.links[best].last_ms
                if is_newer and root_of(f, far_end(s.links, link, node)) != top:
                    best = link
            link = edge_before(s, link, node)
        node = following(s, f, node, top)
    return best


@kernel
def _replacement_edge(s: LinkState, f: ForestState, top: int) -> int:
    """A replacement edge that leads out of the tree of the root ``top``, or -1. Keeps the labels."""
    own = wide(f.nodes[top].label)
    _colour_tree(s, f, top, MARKED)
    best, found = -1, 0
    node = top
    while node >= 0 and found < CANDIDATES:
        link = last_edge(s, node)
        while link >= 0 and found < CANDIDATES:
            if s.links[link].joins == NON_TREE_EDGE and f.nodes[far_end(s.links, link, node)].label >= 0:
                found += 1
                if best < 0 or s.links[link].last_ms > s.links[best].last_ms:
                    best = link
            link = edge_before(s, link, node)
        node = following(s, f, node, top)
    _colour_tree(s, f, top, own)
    return best


@kernel
def _split(s: LinkState, f: ForestState, top: int, stays: int) -> None:
    """Make a component of its own of the tree of the root ``top``; the rest keeps the label."""
    own = wide(f.nodes[top].label)
    moved = tree_size(f, top)
    fresh = -1 if moved == 1 else _new_label(f, top)
    node = top
    while node >= 0:
        _move(f, node, top)
        f.nodes[node].label = fresh
        node = following(s, f, node, top)
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
