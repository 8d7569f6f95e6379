"""Add weight to an edge, take weight off, remove it: the peeling is exact after every call. Kernels.

An edge number is the caller's: it names one pair from the first ``add`` to its ``remove``. Room for
nodes and edges must be there (``state.room_for``); nothing is checked and nothing allocates.
"""

from __future__ import annotations

from typing import Final

from benchmarks.peeling.neighbours import at_place, attach, detach
from benchmarks.peeling.ranks import check, settle
from benchmarks.peeling.state import EDGES, LEVEL_SHIFT, NODES, NOWHERE, Peeling
from graph.kernels.kernel import kernel

RIDER: Final = 0
DRIVER: Final = 1
_ROUND = (1 << LEVEL_SHIFT) - 1


@kernel
def add(p: Peeling, edge: int, rider: int, driver: int, weight: int) -> None:
    """Add a positive weight to an edge; an absent one comes into being between the two nodes."""
    if p.edge[edge].at == NOWHERE:
        p.counts[NODES] += (p.node[rider].degree == 0) + (p.node[driver].degree == 0)
        p.counts[EDGES] += 1
        p.node[rider].side = RIDER
        p.node[driver].side = DRIVER
        p.edge[edge].at = attach(p, rider, driver, edge)
        p.edge[edge].other_at = attach(p, driver, rider, edge)
    p.edge[edge].weight += weight
    _weigh(p, rider, driver, weight)


@kernel
def lower(p: Peeling, edge: int, weight: int) -> None:
    """Take weight off an edge; some has to remain."""
    p.edge[edge].weight -= weight
    _weigh(p, at_place(p, p.edge[edge].other_at), at_place(p, p.edge[edge].at), -weight)


@kernel
def remove(p: Peeling, edge: int) -> None:
    """Remove an edge; nothing when it is absent."""
    if p.edge[edge].at == NOWHERE:
        return
    rider, driver = at_place(p, p.edge[edge].other_at), at_place(p, p.edge[edge].at)
    weight = p.edge[edge].weight
    detach(p, rider, p.edge[edge].at)
    detach(p, driver, p.edge[edge].other_at)
    p.edge[edge].weight = 0
    p.edge[edge].at = p.edge[edge].other_at = NOWHERE
    p.counts[EDGES] -= 1
    p.counts[NODES] -= (p.node[rider].degree == 0) + (p.node[driver].degree == 0)
    _weigh(p, rider, driver, -weight)


@kernel
def _weigh(p: Peeling, one: int, other: int, weight: int) -> None:
    """The edge between two nodes has become heavier, or lighter."""
    a, b = p.node[one].rank, p.node[other].rank
    if b >= a:
        p.node[one].left += weight
    elif b == a - 1 and a & _ROUND:
        p.node[one].before += weight
    if a >= b:
        p.node[other].left += weight
    elif a == b - 1 and b & _ROUND:
        p.node[other].before += weight
    check(p, one, NOWHERE)
    check(p, other, NOWHERE)
    settle(p)
