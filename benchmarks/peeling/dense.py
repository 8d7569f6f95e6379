"""Every locally dense set of riders and drivers, from the levels of the peeling.

The nodes of level l or above are the weighted core of that level: the largest set in which everybody's
edges to others of it weigh more than the levels below. Edges out of a set do not lower anybody's level, so
rides bought as camouflage cannot take a set out of the core of its own weight (the guarantee of FRAUDAR).
The connected parts of all cores form a tree: parts of a higher level lie inside parts of a lower one. Each
part has a *surplus*

    f(R, D) = (sum of the weights of the edges inside) - density x |R| x |D|

(Tsourakakis et al., KDD 2013), positive only where riders and drivers are tied more densely than
``density``, in units of weight a pair. The sets given are the disjoint parts with the largest sum of
positive surpluses: a part is divided where its denser parts alone are worth more.

Cost: O(nodes log nodes + edges). Judged against recomputation with networkx in the tests.
"""

from __future__ import annotations

import numpy as np

from benchmarks.peeling.changes import RIDER
from benchmarks.peeling.state import CHUNK_EDGES, LEVEL_SHIFT, NEXT_CHUNK, NOWHERE, Int32s, Peeling, Records
from graph.kernels.kernel import kernel, spacious

_PART = np.dtype(
    [
        ("riders", np.int64),
        ("drivers", np.int64),
        ("weight", np.int64),
        ("worth", np.float64),
        ("closed", np.int64),
        ("root", np.int32),
        ("first", np.int32),
        ("last", np.int32),
    ],
    align=True,
)
"""A part while it grows, beside the node that stands for it: ``worth`` is the sum of the best surpluses in
the parts it was joined from, ``first`` to ``last`` the chain of their numbers, ``closed`` the level at
which it was last looked at."""


def dense_sets(p: Peeling, density: float, least_riders: int, least_drivers: int) -> list[list[int]]:
    """The locally dense sets: node numbers ascending within a set, sets by their lowest number.

    ``density`` is in units of weight a pair of rider and driver; sets with fewer riders or drivers do not
    count.
    """
    levels = p.node["rank"] >> LEVEL_SHIFT
    present = np.flatnonzero(p.node["degree"] > 0)
    by_level = present[np.argsort(-levels[present], kind="stable")].astype(np.int32)
    part = np.full(len(p.node), NOWHERE, np.int32)
    _choose_parts(p, by_level, density, least_riders, least_drivers, np.zeros(len(p.node), _PART), part)
    sets: dict[int, list[int]] = {}
    for node in np.flatnonzero(part != NOWHERE).tolist():
        sets.setdefault(int(part[node]), []).append(node)
    return sorted(sets.values())


@spacious
def _choose_parts(
    p: Peeling,
    by_level: Int32s,
    density: float,
    least_riders: int,
    least_drivers: int,
    grown: Records,
    part: Int32s,
) -> None:
    """Write the number of its chosen part beside every node in one. Levels come from the highest down."""
    active = len(by_level)
    chain = np.full(active, NOWHERE, np.int32)
    parent = np.full(active, NOWHERE, np.int32)
    chosen = np.zeros(active, np.bool_)
    for node in range(len(grown)):
        grown[node].root = grown[node].first = grown[node].last = grown[node].closed = NOWHERE
    parts, begin = 0, 0
    while begin < active:
        level, end = p.node[by_level[begin]].rank >> LEVEL_SHIFT, begin
        while end < active and p.node[by_level[end]].rank >> LEVEL_SHIFT == level:
            node = by_level[end]
            grown[node].root = node
            if p.node[node].side == RIDER:
                grown[node].riders = 1
            else:
                grown[node].drivers = 1
            end += 1
        for at in range(begin, end):
            _join_neighbours(p, by_level[at], level, grown, chain)
        for at in range(begin, end):
            top = _root_of(grown, by_level[at])
            own = grown[top]
            if own.closed != level:
                surplus = own.weight - density * own.riders * own.drivers
                large = own.riders >= least_riders and own.drivers >= least_drivers
                if large and surplus > own.worth:
                    chosen[parts] = True
                    grown[top].worth = surplus
                inner = own.first
                while inner != NOWHERE:
                    parent[inner] = parts
                    inner = chain[inner]
                grown[top].first = grown[top].last = parts
                grown[top].closed = level
                parts += 1
            part[by_level[at]] = grown[top].first
        begin = end
    for each in range(parts - 1, -1, -1):
        above = parent[each]
        outer = NOWHERE if above == NOWHERE else parent[above]
        parent[each] = outer if outer != NOWHERE else each if chosen[each] else NOWHERE
    for at in range(active):
        part[by_level[at]] = parent[part[by_level[at]]]


@kernel
def _join_neighbours(p: Peeling, node: int, level: int, grown: Records, chain: Int32s) -> None:
    """Join a node of this level with its neighbours that are present, counting each edge once."""
    chunk, fill = p.node[node].chunk, p.node[node].fill
    while chunk != NOWHERE:
        for at in range(fill):
            other = p.chunk[chunk, 2 * at]
            if grown[other].root != NOWHERE and (p.node[other].rank >> LEVEL_SHIFT > level or other < node):
                top = _join(grown, chain, _root_of(grown, node), _root_of(grown, other))
                grown[top].weight += p.edge[p.chunk[chunk, 2 * at + 1]].weight
        chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES


@kernel
def _join(grown: Records, chain: Int32s, one: int, other: int) -> int:
    """Join two parts into the larger; returns the node that stands for it."""
    if one == other:
        return one
    if grown[one].riders + grown[one].drivers < grown[other].riders + grown[other].drivers:
        one, other = other, one
    lost = grown[other]
    grown[other].root = one
    grown[one].riders += lost.riders
    grown[one].drivers += lost.drivers
    grown[one].weight += lost.weight
    grown[one].worth += lost.worth
    if grown[one].first == NOWHERE:
        grown[one].first = lost.first
    elif lost.first != NOWHERE:
        chain[grown[one].last] = lost.first
    if lost.first != NOWHERE:
        grown[one].last = lost.last
    return one


@kernel
def _root_of(grown: Records, node: int) -> int:
    while grown[node].root != node:
        grown[node].root = grown[grown[node].root].root
        node = grown[node].root
    return node
