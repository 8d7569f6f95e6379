"""Who is next to whom: chains of chunks, all full but the first, so that each end of an edge costs 8 bytes.

To look at the neighbours of a node, start at ``(node.chunk, node.fill)`` and go on to the chunk's
``NEXT_CHUNK`` with ``CHUNK_EDGES`` until there is none. Kernels; they do not allocate.
"""

from __future__ import annotations

from benchmarks.peeling.state import (
    CHUNK_EDGES,
    CHUNK_STRIDE,
    CHUNKS,
    FREE_CHUNK,
    NEXT_CHUNK,
    NOWHERE,
    Peeling,
)
from graph.kernels.kernel import kernel


@kernel
def attach(p: Peeling, node: int, other: int, edge: int) -> int:
    """Make ``other`` a neighbour of ``node``; returns the place of this end of the edge. O(1)."""
    own = p.node[node]
    chunk, fill = own.chunk, own.fill
    if chunk == NOWHERE or fill == CHUNK_EDGES:
        fresh = p.counts[FREE_CHUNK]
        if fresh == NOWHERE:
            fresh = p.counts[CHUNKS]
            p.counts[CHUNKS] += 1
        else:
            p.counts[FREE_CHUNK] = p.chunk[fresh, NEXT_CHUNK]
        p.chunk[fresh, NEXT_CHUNK] = chunk
        p.node[node].chunk = fresh
        chunk, fill = fresh, 0
    p.chunk[chunk, 2 * fill] = other
    p.chunk[chunk, 2 * fill + 1] = edge
    p.node[node].fill = fill + 1
    p.node[node].degree += 1
    return int(chunk * CHUNK_STRIDE + fill)


@kernel
def detach(p: Peeling, node: int, place: int) -> None:
    """Forget the neighbour of ``node`` at this place; the last one takes the place. O(1)."""
    own = p.node[node]
    head = own.chunk
    last = own.fill - 1
    from_place = head * CHUNK_STRIDE + last
    if from_place != place:
        chunk, at = place // CHUNK_STRIDE, place % CHUNK_STRIDE
        p.chunk[chunk, 2 * at] = p.chunk[head, 2 * last]
        moved = p.chunk[head, 2 * last + 1]
        p.chunk[chunk, 2 * at + 1] = moved
        if p.edge[moved].at == from_place:
            p.edge[moved].at = place
        else:
            p.edge[moved].other_at = place
    p.node[node].degree -= 1
    p.node[node].fill = last
    if last == 0:
        onward = p.chunk[head, NEXT_CHUNK]
        p.node[node].chunk = onward
        p.node[node].fill = 0 if onward == NOWHERE else CHUNK_EDGES
        p.chunk[head, NEXT_CHUNK] = p.counts[FREE_CHUNK]
        p.counts[FREE_CHUNK] = head


@kernel
def at_place(p: Peeling, place: int) -> int:
    """The neighbour that stands at a place."""
    return int(p.chunk[place // CHUNK_STRIDE, 2 * (place % CHUNK_STRIDE)])
