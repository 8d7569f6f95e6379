"""When a node is taken, from when its neighbours are; how a change goes from neighbour to neighbour.

The peeling goes by *levels*, one for each grade of weight, and within a level by *rounds*: a round takes away
every node whose edges to what is still there weigh the level's grade at most; when a round finds none, the
next level begins. A node's *rank* is the level and round that takes it. So with W(t) the weight of a node's
edges to neighbours of rank t or later,

    rank = the first t = (level, round) with grade(W(t)) <= level.

This asks nothing of the graph but the ranks of the neighbours, which is why it can be kept up locally, and
it has one solution: who is taken in a round follows from who was taken before. After a change of an edge
the nodes for which it no longer holds are put right, the earliest first. By then everything earlier is
settled, so no node moves back and forth.

Cost: O(degree) for every node that moves, O(1) for a neighbour that stays. Kernels; they do not allocate.
"""

from __future__ import annotations

from benchmarks.peeling.doubt import doubt, most_urgent
from benchmarks.peeling.grade import grade
from benchmarks.peeling.state import CHUNK_EDGES, IN_DOUBT, LEVEL_SHIFT, MOVES, NEXT_CHUNK, NOWHERE, Peeling
from graph.kernels.kernel import kernel

_ROUND = (1 << LEVEL_SHIFT) - 1
_NEVER = 1 << 62


@kernel
def check(p: Peeling, node: int, since: int) -> None:
    """Put a node in doubt if its rank is not the first at which it is light enough.

    ``since`` is when the neighbour leaves whose move may have made it light, NOWHERE for a changed edge:
    the node cannot leave before the round after that.
    """
    own = p.node[node]
    if grade(own.left) > own.rank >> LEVEL_SHIFT:
        doubt(p, node, own.rank)
        p.node[node].found = 0
    elif own.heap_at != NOWHERE or _is_light(p, node):
        p.node[node].found = 0
        if own.heap_at == NOWHERE or since + 1 < own.due:
            doubt(p, node, since + 1)


@kernel
def settle(p: Peeling) -> None:
    """Put right every node in doubt, and whoever that puts in doubt."""
    while p.counts[IN_DOUBT]:
        node = most_urgent(p)
        own = p.node[node]
        now = grade(own.left)
        if now > own.rank >> LEVEL_SHIFT:
            # As if no neighbour that is still there left before; it comes back from there if one does.
            old = own.rank
            _move(p, node, now << LEVEL_SHIFT)
            check(p, node, old)
        elif _is_light(p, node):
            rank = own.due if own.found else _earlier_rank(p, node)
            if rank > own.due:
                doubt(p, node, rank)
                p.node[node].found = 1
            else:
                _move(p, node, rank)


@kernel
def _is_light(p: Peeling, node: int) -> bool:
    """Whether a node that is light enough for its rank was so before it."""
    own = p.node[node]
    level = own.rank >> LEVEL_SHIFT
    if own.rank & _ROUND:
        return bool(grade(own.left + own.before) <= level)
    return bool(grade(own.left) < level)


@kernel
def _earlier_rank(p: Peeling, node: int) -> int:
    """The rank of a node that is light enough before the one it has."""
    weight, rank = p.node[node].left, p.node[node].rank
    best = rank
    while True:
        back, stays = NOWHERE, 0
        chunk, fill = p.node[node].chunk, p.node[node].fill
        while chunk != NOWHERE:
            for at in range(fill):
                other = p.node[p.chunk[chunk, 2 * at]].rank
                if back <= other < rank:
                    if other > back:
                        back, stays = other, 0
                    stays += p.edge[p.chunk[chunk, 2 * at + 1]].weight
            chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
        begins = grade(weight) << LEVEL_SHIFT
        best = min(best, max(begins, back + 1))
        if begins >= back + 1 or back == NOWHERE:
            return int(best)
        weight += stays
        rank = back


@kernel
def _move(p: Peeling, node: int, rank: int) -> None:
    """Give a node another rank; neighbours weigh more or less by it, at theirs."""
    old = p.node[node].rank
    left = before = 0
    previous = rank - 1 if rank & _ROUND else _NEVER
    p.node[node].rank = rank
    p.counts[MOVES] += 1
    chunk, fill = p.node[node].chunk, p.node[node].fill
    while chunk != NOWHERE:
        for at in range(fill):
            other = p.chunk[chunk, 2 * at]
            weight = p.edge[p.chunk[chunk, 2 * at + 1]].weight
            theirs = p.node[other].rank
            if theirs >= rank:
                left += weight
            elif theirs == previous:
                before += weight
            change = (rank >= theirs) - (old >= theirs)
            step = 0
            if theirs & _ROUND:
                step = (rank == theirs - 1) - (old == theirs - 1)
            if change or step or p.node[other].heap_at != NOWHERE:
                p.node[other].left += change * weight
                p.node[other].before += step * weight
                check(p, other, rank)
        chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    p.node[node].left = left
    p.node[node].before = before
