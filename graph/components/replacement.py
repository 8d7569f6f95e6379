"""Two large halves of a tree that lost an edge: the first replacement edge found, or the smaller half.

The walks around both halves take turns. Each colours the nodes it reaches and looks at their non-tree edges:
one that leads to the other colour is a replacement. Where links are at random, two walks that have seen s
nodes each of a component of n nodes and m edges meet once s * s * m is about n * n: some thousand steps in a
component of a million, however large its halves. Where they never meet, the smaller half ends the search.
"""

from __future__ import annotations

from typing import Final

from graph.components.edge_lists import after, before, far_end
from graph.components.records import ForestState
from graph.kernels.kernel import kernel, wide
from graph.links.records import LinkState

LEFT_COLOUR: Final = -2
RIGHT_COLOUR: Final = -3
GOES_ON: Final = -1
ENDED: Final = -2


@kernel
def search_both_halves(s: LinkState, f: ForestState, left: int, right: int) -> tuple[int, int]:
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
def _begin(s: LinkState, f: ForestState, at: int, start: int, colour: int) -> None:
    f.walks[at].node = start
    f.walks[at].link = f.nodes[start].tree_edge
    f.walks[at].moves = 0
    _reach(s, f, at, start, colour)


@kernel
def _reach(s: LinkState, f: ForestState, at: int, node: int, colour: int) -> None:
    """Colour a node; its non-tree edges are next, the one added last first."""
    f.nodes[node].label = colour
    head = wide(f.nodes[node].other_edge)
    f.walks[at].non_tree_edge = before(s.links, head, node) if head >= 0 else -1


@kernel
def _step(s: LinkState, f: ForestState, at: int, start: int, own: int, colour: int, opposite: int) -> int:
    """Look at one edge or make one move; returns a replacement edge, ENDED after the last move or GOES_ON."""
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
def _fade(s: LinkState, f: ForestState, at: int, start: int, own: int) -> None:
    """Give the nodes that a walk coloured their label back, by walking it again."""
    f.nodes[start].label = own
    node, link = start, wide(f.nodes[start].tree_edge)
    for _ in range(f.walks[at].moves):
        node = far_end(s.links, link, node)
        link = after(s.links, link, node)
        f.nodes[node].label = own
