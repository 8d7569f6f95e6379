"""The nodes whose rank may be wrong, in a heap: the one due first on top. Kernels; they do not allocate."""

from __future__ import annotations

from benchmarks.peeling.state import IN_DOUBT, NOWHERE, Peeling
from graph.kernels.kernel import kernel


@kernel
def doubt(p: Peeling, node: int, due: int) -> None:
    """Have a node looked at when everything due before is settled; a node in doubt may be due anew."""
    at = p.node[node].heap_at
    if at == NOWHERE:
        at = p.counts[IN_DOUBT]
        p.counts[IN_DOUBT] += 1
        p.node[node].due = due
        _up(p, at, node)
    elif due != p.node[node].due:
        sooner = due < p.node[node].due
        p.node[node].due = due
        if sooner:
            _up(p, at, node)
        else:
            _down(p, at, node)


@kernel
def most_urgent(p: Peeling) -> int:
    """Take out the node that is due first; ties go to the lower number."""
    node = p.heap[0]
    p.node[node].heap_at = NOWHERE
    p.counts[IN_DOUBT] -= 1
    if p.counts[IN_DOUBT]:
        _down(p, 0, p.heap[p.counts[IN_DOUBT]])
    return int(node)


@kernel
def _before(p: Peeling, one: int, other: int) -> bool:
    a, b = p.node[one].due, p.node[other].due
    return a < b or (a == b and one < other)


@kernel
def _up(p: Peeling, at: int, node: int) -> None:
    while at:
        parent = (at - 1) >> 1
        above = p.heap[parent]
        if not _before(p, node, above):
            break
        p.heap[at] = above
        p.node[above].heap_at = at
        at = parent
    p.heap[at] = node
    p.node[node].heap_at = at


@kernel
def _down(p: Peeling, at: int, node: int) -> None:
    size = p.counts[IN_DOUBT]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        below = p.heap[child]
        if child + 1 < size:
            right = p.heap[child + 1]
            if _before(p, right, below):
                child, below = child + 1, right
        if not _before(p, below, node):
            break
        p.heap[at] = below
        p.node[below].heap_at = at
        at = child
    p.heap[at] = node
    p.node[node].heap_at = at
