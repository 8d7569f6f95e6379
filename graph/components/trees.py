"""Rooted spanning trees whose edges stand in the link store's own lists.

A node's edges are links in its list of identity links (an account) or of users (an identifier), marked as
tree edges or non-tree edges; so the trees take no list of their own. A node knows its parent, the edge to it
and how many nodes are below. A subtree is walked without marks or a stack: the next child of a node is the
next tree edge in its list that does not lead to its parent.

Trees are kept shallow as a D-Tree is (Chen et al., "Dynamic Spanning Trees for Connectivity Queries on
Fully-dynamic Undirected Graphs", PVLDB 15(11), 2022): the smaller tree is hung under the larger one, the root
moves to a centroid, and an edge between nodes of unlike depth takes the place of a tree edge above the
deeper. A path to the root is then short, and so is what a random edge cuts off.
"""

from __future__ import annotations

from typing import Final

from graph.components.records import ForestState
from graph.kernels.kernel import inlined, kernel, wide
from graph.links.records import IN, NON_TREE_EDGE, OUT, TREE_EDGE, LinkState, Records

FEWEST_TO_SHORTEN: Final = 64
"""Nodes of a tree from which on depths are compared: a smaller one is shallow anyway."""


@inlined
def far_end(links: Records, link: int, node: int) -> int:
    """The other end of an edge."""
    record = links[link]
    return wide(record.source) ^ wide(record.target) ^ node


@inlined
def side_of(s: LinkState, link: int, node: int) -> int:
    """In which of the link's two lists it stands at the node."""
    return OUT if s.links[link].source == node else IN


@inlined
def last_edge(s: LinkState, node: int) -> int:
    """The last link in the node's list, which may be no edge; -1 when the list is empty."""
    head = wide(s.entities[node].head)
    return head if head < 0 else wide(s.hooks[head].previous[side_of(s, head, node)])


@inlined
def edge_before(s: LinkState, link: int, node: int) -> int:
    """The link before this one in the node's list, -1 before the first."""
    if link == s.entities[node].head:
        return -1
    return wide(s.hooks[link].previous[side_of(s, link, node)])


@inlined
def _child_edge(s: LinkState, f: ForestState, node: int, link: int) -> int:
    """The first edge to a child, from this link of the node's list on; -1 when there is none."""
    up = wide(f.nodes[node].parent_edge)
    while link >= 0 and (s.links[link].joins != TREE_EDGE or link == up):
        link = wide(s.hooks[link].next[side_of(s, link, node)])
    return link


@inlined
def parent_of(f: ForestState, node: int) -> int:
    """The node's parent, -1 for a root."""
    return wide(f.trees[node].parent) - 1


@inlined
def tree_size(f: ForestState, root: int) -> int:
    """How many nodes the tree of a root has."""
    return wide(f.trees[root].below) + 1


@inlined
def following(s: LinkState, f: ForestState, node: int, top: int) -> int:
    """The node after this one in a walk around the subtree of ``top``, parents first; -1 after the last."""
    link = -1
    if f.trees[node].below > 0:
        link = _child_edge(s, f, node, wide(f.nodes[node].head))
    while link < 0:
        if node == top:
            return -1
        up = wide(f.nodes[node].parent_edge)
        node = parent_of(f, node)
        link = _child_edge(s, f, node, wide(s.hooks[up].next[side_of(s, up, node)]))
    return far_end(s.links, link, node)


@inlined
def root_of(f: ForestState, node: int) -> int:
    """The root of the node's tree. O(depth)."""
    up = parent_of(f, node)
    while up >= 0:
        node = up
        up = parent_of(f, node)
    return node


@inlined
def deeper_by(f: ForestState, left: int, right: int) -> int:
    """How much deeper ``left`` stands in its tree than ``right`` in its own. O(depth).

    Both climb at once, so that the waiting for memory overlaps.
    """
    apart = 0
    a, b = parent_of(f, left), parent_of(f, right)
    while a >= 0 and b >= 0 and a != b:
        a, b = parent_of(f, a), parent_of(f, b)
    if a == b:
        return 0
    while a >= 0:
        apart += 1
        a = parent_of(f, a)
    while b >= 0:
        apart -= 1
        b = parent_of(f, b)
    return apart


@kernel
def make_root(f: ForestState, node: int) -> None:
    """Turn the path from the node to its root around. O(depth)."""
    up = parent_of(f, node)
    if up < 0:
        return
    total = tree_size(f, root_of(f, node))
    down, down_edge, inside = -1, -1, 0
    while True:
        own, edge = wide(f.trees[node].below) + 1, wide(f.nodes[node].parent_edge)
        f.nodes[node].parent_edge = down_edge
        f.trees[node].parent = down + 1
        f.trees[node].below = total - inside - 1
        if up < 0:
            return
        down, down_edge, inside = node, edge, own
        node = up
        up = parent_of(f, node)


@kernel
def cut_off(f: ForestState, child: int) -> int:
    """Make the subtree of ``child``, which has a parent, a tree of its own; returns the root of the rest."""
    gone = tree_size(f, child)
    up, node = parent_of(f, child), child
    f.nodes[child].parent_edge = -1
    f.trees[child].parent = 0
    while up >= 0:
        node = up
        f.trees[node].below -= gone
        up = parent_of(f, node)
    return node


@kernel
def hang(s: LinkState, f: ForestState, link: int, node: int) -> None:
    """Hang the tree of ``node`` under the other end of ``link``, both of one component by their labels.

    The root of a large tree moves to a centroid on the path.
    """
    s.links[link].joins = TREE_EDGE
    make_root(f, node)
    under = far_end(s.links, link, node)
    f.nodes[node].parent_edge = link
    f.trees[node].parent = under + 1
    more, total = tree_size(f, node), wide(f.groups[f.nodes[node].label].size)
    centroid, up = -1, under
    while up >= 0:
        f.trees[up].below += more
        if centroid < 0 and 2 * tree_size(f, up) > total:
            centroid = up
        up = parent_of(f, up)
    if total >= FEWEST_TO_SHORTEN and centroid >= 0:
        make_root(f, centroid)


@kernel
def shorten(s: LinkState, f: ForestState, link: int) -> None:
    """Let a non-tree edge between nodes of unlike depth take the place of a tree edge above the deeper."""
    source, target = wide(s.links[link].source), wide(s.links[link].target)
    deeper, apart = source, deeper_by(f, source, target)
    if apart < 0:
        deeper, apart = target, -apart
    if apart < 2:
        return
    child = deeper
    for _ in range(apart // 2 - 1):
        child = parent_of(f, child)
    s.links[f.nodes[child].parent_edge].joins = NON_TREE_EDGE
    cut_off(f, child)
    hang(s, f, link, deeper)
