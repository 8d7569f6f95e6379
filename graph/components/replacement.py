"""Two large halves of a tree that lost a join: the first join found across them, or the smaller half.

The walks around both halves take turns, colour the nodes they reach and look at the joins beside the tree
of each: one that leads to the other colour leads across. Where links are anyhow, two walks that have seen s
nodes each of a component of n nodes and m joins meet once s * s * m is about n * n: some thousand steps in a
component of a million, however large its halves. Where they never meet, the smaller half ends the search.
"""

from __future__ import annotations

from typing import Final

from graph.components.edge_lists import after, before, far_end
from graph.components.records import WALKS, ForestState
from graph.kernels.kernel import kernel, wide
from graph.links.records import LinkState

NODE: Final = 0
LINK: Final = 1
BESIDE: Final = 2
MOVES: Final = 3
WALK: Final = 4
"""How many scalars a walk takes: where it is, by which join it goes on, which join beside the tree it looks
at next, and how many moves it has made."""
LEFT_COLOUR: Final = -2
RIGHT_COLOUR: Final = -3
GOES_ON: Final = -1
ENDED: Final = -2


@kernel
def meet(s: LinkState, f: ForestState, left: int, right: int) -> tuple[int, int]:
    """A join across the halves of ``left`` and ``right``, or -1, and then whichever is in the smaller half.

    Leaves the labels as they were.
    """
    own = wide(f.nodes[left].label)
    at_left, at_right = WALKS, WALKS + WALK
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
    f.scalars[at + NODE] = start
    f.scalars[at + LINK] = f.nodes[start].tree
    f.scalars[at + MOVES] = 0
    _reach(s, f, at, start, colour)


@kernel
def _reach(s: LinkState, f: ForestState, at: int, node: int, colour: int) -> None:
    """Colour a node; its joins beside the tree are next, the one that joined last first."""
    f.nodes[node].label = colour
    head = wide(f.nodes[node].other)
    f.scalars[at + BESIDE] = before(s.links, head, node) if head >= 0 else -1


@kernel
def _step(s: LinkState, f: ForestState, at: int, start: int, own: int, colour: int, opposite: int) -> int:
    """Look at one join or make one move; returns a join across, ENDED after the last move, or GOES_ON."""
    node = wide(f.scalars[at + NODE])
    beside = wide(f.scalars[at + BESIDE])
    if beside >= 0:
        if f.nodes[far_end(s.links, beside, node)].label == opposite:
            return beside
        f.scalars[at + BESIDE] = -1 if beside == f.nodes[node].other else before(s.links, beside, node)
        return GOES_ON
    link = wide(f.scalars[at + LINK])
    node = far_end(s.links, link, node)
    link = after(s.links, link, node)
    f.scalars[at + NODE] = node
    f.scalars[at + LINK] = link
    f.scalars[at + MOVES] += 1
    if node == start and link == f.nodes[start].tree:
        return ENDED
    if f.nodes[node].label == own:
        _reach(s, f, at, node, colour)
    return GOES_ON


@kernel
def _fade(s: LinkState, f: ForestState, at: int, start: int, own: int) -> None:
    """Give the nodes that a walk coloured their label back, by walking it again."""
    f.nodes[start].label = own
    node, link = start, wide(f.nodes[start].tree)
    for _ in range(f.scalars[at + MOVES]):
        node = far_end(s.links, link, node)
        link = after(s.links, link, node)
        f.nodes[node].label = own
