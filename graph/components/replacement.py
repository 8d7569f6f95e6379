"""Two large halves of a tree that lost an edge: the first replacement edge found.

The walks around both halves take turns. Each colours the nodes it reaches and looks at their non-tree edges:
one that leads to the other colour is a replacement. Where links are at random, two walks that have seen s
nodes each of a component of n nodes and m edges meet once s * s * m is about n * n: some thousand steps in a
component of a million, however large its halves. Where they never meet, the end of either walk ends the
search.
"""

from __future__ import annotations

from typing import Final

from graph.components.records import ForestState
from graph.components.trees import edge_before, far_end, following, last_edge
from graph.kernels.kernel import kernel, wide
from graph.links.records import NON_TREE_EDGE, LinkState

LEFT_COLOUR: Final = -2
RIGHT_COLOUR: Final = -3
GOES_ON: Final = -1
ENDED: Final = -2


@kernel
def search_both_halves(s: LinkState, f: ForestState, left: int, right: int) -> int:
    """An edge between the trees of the roots ``left`` and ``right``, or -1 when the walks did not meet.

    Leaves the labels as they were.
    """
    own = wide(f.nodes[left].label)
    at_left, at_right = 0, 1
    _begin(s, f, at_left, left, LEFT_COLOUR)
    _begin(s, f, at_right, right, RIGHT_COLOUR)
    while True:
        found = _step(s, f, at_left, left, LEFT_COLOUR, RIGHT_COLOUR)
        if found == GOES_ON:
            found = _step(s, f, at_right, right, RIGHT_COLOUR, LEFT_COLOUR)
        if found != GOES_ON:
            break
    _fade(s, f, at_left, left, own)
    _fade(s, f, at_right, right, own)
    return max(found, -1)


@kernel
def _begin(s: LinkState, f: ForestState, at: int, start: int, colour: int) -> None:
    f.walks[at].reached = 0
    _reach(s, f, at, start, colour)


@kernel
def _reach(s: LinkState, f: ForestState, at: int, node: int, colour: int) -> None:
    """Colour a node; its links are looked at next, the one that came last first."""
    f.nodes[node].label = colour
    f.walks[at].node = node
    f.walks[at].link = last_edge(s, node)
    f.walks[at].reached += 1


@kernel
def _step(s: LinkState, f: ForestState, at: int, top: int, colour: int, opposite: int) -> int:
    """Look at one link or go to the next node; a replacement edge, ENDED after the last node, or GOES_ON."""
    node = wide(f.walks[at].node)
    link = wide(f.walks[at].link)
    if link >= 0:
        if s.links[link].joins == NON_TREE_EDGE and f.nodes[far_end(s.links, link, node)].label == opposite:
            return link
        f.walks[at].link = edge_before(s, link, node)
        return GOES_ON
    node = following(s, f, node, top)
    if node < 0:
        return ENDED
    _reach(s, f, at, node, colour)
    return GOES_ON


@kernel
def _fade(s: LinkState, f: ForestState, at: int, top: int, own: int) -> None:
    """Give the nodes that a walk coloured their label back, by walking it again."""
    node = top
    for _ in range(f.walks[at].reached):
        f.nodes[node].label = own
        node = following(s, f, node, top)
