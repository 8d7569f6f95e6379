"""The circle around one rider by greedy peeling, compiled, on the edges of the peeling.

The neighbourhood are the riders who, like this one, come back to the same drivers and share at least two with
it, and the drivers that two of them ride with. In it the search looks for the riders R and drivers D with the
largest edge surplus,

    f(R, D) = (sum of the weights of the pairs that rode) - DENSITY x |R| x |D|

(optimal quasi-cliques: Tsourakakis et al., "Denser than the Densest Subgraph", KDD 2013); a pair that rode
again weighs 1, one that rode once a half. This is how the engine looked for circles before it took turns
between riders and drivers (``graph.candidates.circles``). The caller passes how many live trips each edge and
each rider has, and a ``Work`` to write in; nothing is allocated.

One thing can be added: with ``usual_riders`` above 0, a pair weighs less with a driver who has more riders
than that, and more with one who has fewer,

    weight = (1 or 1/2) x log(5 + usual_riders) / log(5 + riders of the driver)

the column weight of FRAUDAR (KDD 2016), relative to a usual driver so that DENSITY keeps its meaning.
Weights are rounded to multiples of 1/2048, whose sums are exact, so the result does not depend on the order
of the edges.

Cost: the edges of the rider's drivers, and O(pairs log pairs) of at most ``MAX_NEIGHBOURS`` riders.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from benchmarks.peeling.local_heap import Floats, fell, pop, push
from benchmarks.peeling.state import CHUNK_EDGES, NEXT_CHUNK, NOWHERE, Int32s, Peeling
from graph.kernels.kernel import kernel

DENSITY = 1 / 3
MIN_DRIVERS = 2
MIN_RIDERS = 3
MIN_REPEATS = 2
MIN_REPEAT_SHARE = 0.15
SHARED_DRIVERS = 2
SHARED_SHARE = 0.3
MAX_NEIGHBOURS = 60
MIN_CLOSED_SHARE = 0.34
_RIDERS = 0
_DRIVERS = 1
_PARTS = 1024


class Work(NamedTuple):
    """What a search writes in, by node: 28 bytes each. Between searches ``shared`` and ``weight`` are 0."""

    shared: Int32s
    place: Int32s
    found: Int32s
    weight: Floats
    heap: Int32s


def work_for(nodes: int) -> Work:
    """Room for searches among so many nodes."""
    return Work(
        shared=np.zeros(nodes, np.int32),
        place=np.full(nodes, NOWHERE, np.int32),
        found=np.empty(nodes, np.int32),
        weight=np.zeros(nodes, np.float64),
        heap=np.empty((2, nodes), np.int32),
    )


@kernel
def comes_back(p: Peeling, trips: Int32s, rider: int) -> bool:
    """Whether the rider meets the same drivers again more than chance explains: the gate of the search."""
    repeats = trips[rider] - p.node[rider].degree
    return bool(repeats >= MIN_REPEATS and repeats >= MIN_REPEAT_SHARE * trips[rider])


@kernel
def circle_around(
    p: Peeling, edge_trips: Int32s, trips: Int32s, usual_riders: float, rider: int, work: Work
) -> int:
    """How many nodes the circle around the rider has: they are the first in ``work.found``, riders first.

    0 when there is none. ``edge_trips`` is by edge, ``trips`` by node, of riders; ``usual_riders`` is how
    many riders a driver has on average, or 0 for pairs that weigh the same with every driver.
    """
    if not comes_back(p, trips, rider):
        return 0
    riders = _find_neighbours(p, trips, rider, work)
    if riders < MIN_RIDERS:
        return 0
    kept, size = _peel(p, edge_trips, usual_riders, riders, work)
    drivers = size - kept
    closed, holds_rider = 0, False
    if drivers >= MIN_DRIVERS:
        for at in range(kept):
            if _closed_share(p, edge_trips, trips, work.found[at], work) >= MIN_CLOSED_SHARE:
                holds_rider |= work.found[at] == rider
                work.found[closed] = work.found[at]
                closed += 1
    for at in range(kept, size):
        work.shared[work.found[at]] = 0
    if not holds_rider or closed < MIN_RIDERS:
        return 0
    for at in range(drivers):
        work.found[closed + at] = work.found[kept + at]
    return closed + drivers


@kernel
def _find_neighbours(p: Peeling, trips: Int32s, rider: int, work: Work) -> int:
    """Write the riders who share drivers with this one to ``found``, those who share most first."""
    seen, size = 0, 0
    chunk, fill = p.node[rider].chunk, p.node[rider].fill
    while chunk != NOWHERE:
        for at in range(fill):
            driver = p.chunk[chunk, 2 * at]
            inner, inner_fill = p.node[driver].chunk, p.node[driver].fill
            while inner != NOWHERE:
                for each in range(inner_fill):
                    other = p.chunk[inner, 2 * each]
                    if work.shared[other] == 0:
                        work.heap[_RIDERS, seen] = other
                        seen += 1
                    work.shared[other] += 1
                inner, inner_fill = p.chunk[inner, NEXT_CHUNK], CHUNK_EDGES
        chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    for at in range(seen):
        other = work.heap[_RIDERS, at]
        count, degree = work.shared[other], p.node[other].degree
        if count >= SHARED_DRIVERS and count >= SHARED_SHARE * degree and trips[other] > degree:
            place = size if size < MAX_NEIGHBOURS else MAX_NEIGHBOURS - 1
            if size < MAX_NEIGHBOURS:
                size += 1
            elif not _nearer(work.shared, rider, other, work.found[place]):
                continue
            while place and _nearer(work.shared, rider, other, work.found[place - 1]):
                work.found[place] = work.found[place - 1]
                place -= 1
            work.found[place] = other
    for at in range(seen):
        work.shared[work.heap[_RIDERS, at]] = 0
    return size


@kernel
def _nearer(shared: Int32s, rider: int, one: int, other: int) -> bool:
    if rider in (one, other):
        return one == rider
    return shared[one] > shared[other] or (shared[one] == shared[other] and one < other)


@kernel
def _peel(p: Peeling, edge_trips: Int32s, usual_riders: float, riders: int, work: Work) -> tuple[int, int]:
    """Peel the riders in ``found`` and the drivers that two of them ride with.

    Writes the riders of the largest surplus to ``found``, then its drivers, and marks those in ``shared``;
    returns how many riders, and how many in all.
    """
    drivers, total = _fill_heaps(p, edge_trips, usual_riders, riders, work)
    left_riders, left_drivers, gone = riders, drivers, 0
    best, best_at = 0.0, riders + drivers
    # Nodes go to the end of ``found`` as they are peeled, the first to the last place.
    end = riders + drivers
    while left_riders and left_drivers:
        surplus = total - DENSITY * left_riders * left_drivers
        if surplus > best:
            best, best_at = surplus, gone
        of_rider = work.weight[work.heap[_RIDERS, 0]] - DENSITY * left_drivers
        of_driver = work.weight[work.heap[_DRIVERS, 0]] - DENSITY * left_riders
        side = _RIDERS if of_rider <= of_driver else _DRIVERS
        if side == _RIDERS:
            node = pop(work.heap[_RIDERS], work.place, work.weight, left_riders)
            left_riders -= 1
        else:
            node = pop(work.heap[_DRIVERS], work.place, work.weight, left_drivers)
            left_drivers -= 1
        gone += 1
        work.found[end - gone] = node
        total -= work.weight[node]
        chunk, fill = p.node[node].chunk, p.node[node].fill
        while chunk != NOWHERE:
            for at in range(fill):
                other = p.chunk[chunk, 2 * at]
                if work.place[other] != NOWHERE:
                    driver = other if side == _RIDERS else node
                    times = edge_trips[p.chunk[chunk, 2 * at + 1]]
                    work.weight[other] -= _pair_weight(p, driver, times, usual_riders)
                    fell(work.heap[1 - side], work.place, work.weight, other)
            chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    for side, left in ((_RIDERS, left_riders), (_DRIVERS, left_drivers)):
        for at in range(left):
            node = work.heap[side, at]
            work.place[node] = NOWHERE
            gone += 1
            work.found[end - gone] = node
    for at in range(end):
        work.weight[work.found[at]] = 0.0
    size = end - best_at if best > 0 else 0
    return _riders_first(p, size, work), size


@kernel
def _fill_heaps(
    p: Peeling, edge_trips: Int32s, usual_riders: float, riders: int, work: Work
) -> tuple[int, float]:
    """Put riders and drivers into heaps by weight; returns how many drivers, and the whole weight."""
    for at in range(riders):
        chunk, fill = p.node[work.found[at]].chunk, p.node[work.found[at]].fill
        while chunk != NOWHERE:
            for each in range(fill):
                work.shared[p.chunk[chunk, 2 * each]] += 1
            chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    drivers, total = 0, 0.0
    for at in range(riders):
        rider = work.found[at]
        chunk, fill = p.node[rider].chunk, p.node[rider].fill
        while chunk != NOWHERE:
            for each in range(fill):
                driver = p.chunk[chunk, 2 * each]
                if work.shared[driver] >= SHARED_DRIVERS:
                    weight = _pair_weight(p, driver, edge_trips[p.chunk[chunk, 2 * each + 1]], usual_riders)
                    if work.weight[driver] == 0:
                        work.found[riders + drivers] = driver
                        drivers += 1
                    work.weight[driver] += weight
                    work.weight[rider] += weight
                    total += weight
            chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    for at in range(riders):
        chunk, fill = p.node[work.found[at]].chunk, p.node[work.found[at]].fill
        while chunk != NOWHERE:
            for each in range(fill):
                work.shared[p.chunk[chunk, 2 * each]] = 0
            chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    for at in range(riders):
        push(work.heap[_RIDERS], work.place, work.weight, at, work.found[at])
    for at in range(drivers):
        push(work.heap[_DRIVERS], work.place, work.weight, at, work.found[riders + at])
    return drivers, total


@kernel
def _riders_first(p: Peeling, size: int, work: Work) -> int:
    """Order the first of ``found`` riders first, mark its drivers in ``shared``; returns how many riders."""
    kept = 0
    for at in range(size):
        node = work.found[at]
        if p.node[node].side == _RIDERS:
            work.found[at], work.found[kept] = work.found[kept], node
            kept += 1
        else:
            work.shared[node] = 1
    return kept


@kernel
def _pair_weight(p: Peeling, driver: int, trips: int, usual_riders: float) -> float:
    halves = 2 if trips > 1 else 1
    if usual_riders <= 0:
        return halves / 2
    part = math.log(5 + usual_riders) / math.log(5 + p.node[driver].degree)
    return halves * round(_PARTS * part) / (2 * _PARTS)


@kernel
def _closed_share(p: Peeling, edge_trips: Int32s, trips: Int32s, rider: int, work: Work) -> float:
    """Share of the rider's trips that are with drivers marked in ``shared``."""
    inside = 0
    chunk, fill = p.node[rider].chunk, p.node[rider].fill
    while chunk != NOWHERE:
        for at in range(fill):
            if work.shared[p.chunk[chunk, 2 * at]]:
                inside += edge_trips[p.chunk[chunk, 2 * at + 1]]
        chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    return float(inside / max(trips[rider], 1))
