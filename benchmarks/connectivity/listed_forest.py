"""A spanning forest without a root, whose edges stand in circular lists: what ours was before it had parents.

A tree edge that is removed costs walks around both halves in turn, until one ends and so is the smaller (Even
and Shiloach, "An On-Line Edge-Deletion Problem", JACM 28(1), 1981); then the non-tree edges of the smaller
half are searched for a replacement edge. Of two large halves both are searched at once, in two colours.
"""

from __future__ import annotations

from typing import Final

from benchmarks.connectivity.edge_lists import (
    EdgeState,
    ListedForestState,
    after,
    appended,
    before,
    far_end,
    removed,
)
from graph.kernels.kernel import inlined, kernel, wide
from graph.links.records import NON_TREE_EDGE, TREE_EDGE

CANDIDATES: Final = 16
"""How many replacement edges are compared at most."""
SHORT_WALK: Final = 64
"""Moves after which both halves count as large: then the search for a replacement edge begins at once."""
MARKED: Final = -2
SCANNED: Final = -3
LEFT_COLOUR: Final = -2
RIGHT_COLOUR: Final = -3
GOES_ON: Final = -1
ENDED: Final = -2


@inlined
def same(f: ListedForestState, left: int, right: int) -> bool:
    """Whether the two nodes are one or in one component."""
    return left == right or (f.nodes[left].label >= 0 and f.nodes[left].label == f.nodes[right].label)


@inlined
def add_edge(s: EdgeState, f: ListedForestState, link: int) -> bool:
    """Make a live identity link an edge; True when two components (or lone nodes) became one."""
    record = s.links[link]
    if record.joins != 0:
        return False
    source, target = wide(record.source), wide(record.target)
    if same(f, source, target):
        add_non_tree_edge(s, f, link, source, target)
        return False
    add_tree_edge(s, f, link, source, target)
    merge(f, source, target)
    return True


@inlined
def remove_edge(s: EdgeState, f: ListedForestState, link: int) -> bool:
    """Make a link no edge any more; True when the component of its ends fell apart."""
    record = s.links[link]
    was = record.joins
    if was == 0:
        return False
    record.joins = 0
    source, target = wide(record.source), wide(record.target)
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
        add_tree_edge(s, f, found, source, target)
        return False
    split(s, f, smaller, source ^ target ^ smaller)
    return True


@inlined
def add_non_tree_edge(s: EdgeState, f: ListedForestState, link: int, source: int, target: int) -> None:
    """Put an edge at the end of the lists of other edges at its two ends."""
    s.links[link].joins = NON_TREE_EDGE
    f.nodes[source].other_edge = appended(s.links, wide(f.nodes[source].other_edge), link, source)
    f.nodes[target].other_edge = appended(s.links, wide(f.nodes[target].other_edge), link, target)


@inlined
def add_tree_edge(s: EdgeState, f: ListedForestState, link: int, source: int, target: int) -> None:
    """Put an edge at the end of the lists of tree edges at its two ends."""
    s.links[link].joins = TREE_EDGE
    f.nodes[source].tree_edge = appended(s.links, wide(f.nodes[source].tree_edge), link, source)
    f.nodes[target].tree_edge = appended(s.links, wide(f.nodes[target].tree_edge), link, target)


@inlined
def _new_label(f: ListedForestState, node: int) -> int:
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
def _drop_label(f: ListedForestState, gone: int) -> None:
    f.groups[gone].size = 0
    f.groups[gone].head = f.counters[0].first_free_label
    f.counters[0].first_free_label = gone
    f.counters[0].components -= 1


@inlined
def merge(f: ListedForestState, left: int, right: int) -> None:
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
def _follow(f: ListedForestState, left: int, right: int) -> None:
    f.nodes[left].next_member = right
    f.nodes[right].prev_member = left


@inlined
def _smaller_half(s: EdgeState, f: ListedForestState, left: int, right: int) -> int:
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
def _colour_tree(s: EdgeState, f: ListedForestState, start: int, colour: int) -> None:
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
def _replacement_edge(s: EdgeState, f: ListedForestState, start: int) -> int:
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
def split(s: EdgeState, f: ListedForestState, start: int, stays: int) -> None:
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
def _move(f: ListedForestState, node: int, circle: int) -> None:
    """Take a node out of its circle and put it into that of ``circle``, or into one of its own."""
    _follow(f, wide(f.nodes[node].prev_member), wide(f.nodes[node].next_member))
    if node == circle:
        _follow(f, node, node)
    else:
        _follow(f, wide(f.nodes[circle].prev_member), node)
        _follow(f, node, circle)


@kernel
def search_both_halves(s: EdgeState, f: ListedForestState, left: int, right: int) -> tuple[int, int]:
    """An edge between the halves of ``left`` and ``right``, or -1, and then whichever is in the smaller half.

    Leaves the labels as they were.
    """
    own = wide(f.nodes[left].label)
    at_left, at_right = 0, 1
    _begin(s, f, at_left, left, LEFT_COLOUR)
    _begin(s, f, at_right, right, RIGHT_COLOUR)
    while True:
        smaller = left
        found = _step(s, f, at_left, left, own, LEFT_COLOUR, RIGHT_COLOUR)
        if found == GOES_ON:
            smaller = right
            found = _step(s, f, at_right, right, own, RIGHT_COLOUR, LEFT_COLOUR)
        if found != GOES_ON:
            break
    _fade(s, f, at_left, left, own)
    _fade(s, f, at_right, right, own)
    return max(found, -1), smaller


@kernel
def _begin(s: EdgeState, f: ListedForestState, at: int, start: int, colour: int) -> None:
    f.walks[at].node = start
    f.walks[at].link = f.nodes[start].tree_edge
    f.walks[at].moves = 0
    _reach(s, f, at, start, colour)


@kernel
def _reach(s: EdgeState, f: ListedForestState, at: int, node: int, colour: int) -> None:
    """Colour a node; its non-tree edges are next, the one added last first."""
    f.nodes[node].label = colour
    head = wide(f.nodes[node].other_edge)
    f.walks[at].non_tree_edge = before(s.links, head, node) if head >= 0 else -1


@kernel
def _step(
    s: EdgeState, f: ListedForestState, at: int, start: int, own: int, colour: int, opposite: int
) -> int:
    """Look at one edge or make one move; a replacement edge, ENDED after the last move, or GOES_ON."""
    node = wide(f.walks[at].node)
    edge = wide(f.walks[at].non_tree_edge)
    if edge >= 0:
        if f.nodes[far_end(s.links, edge, node)].label == opposite:
            return edge
        f.walks[at].non_tree_edge = -1 if edge == f.nodes[node].other_edge else before(s.links, edge, node)
        return GOES_ON
    link = wide(f.walks[at].link)
    node = far_end(s.links, link, node)
    link = after(s.links, link, node)
    f.walks[at].node = node
    f.walks[at].link = link
    f.walks[at].moves += 1
    if node == start and link == f.nodes[start].tree_edge:
        return ENDED
    if f.nodes[node].label == own:
        _reach(s, f, at, node, colour)
    return GOES_ON


@kernel
def _fade(s: EdgeState, f: ListedForestState, at: int, start: int, own: int) -> None:
    """Give the nodes that a walk coloured their label back, by walking it again."""
    f.nodes[start].label = own
    node, link = start, wide(f.nodes[start].tree_edge)
    for _ in range(f.walks[at].moves):
        node = far_end(s.links, link, node)
        link = after(s.links, link, node)
        f.nodes[node].label = own
