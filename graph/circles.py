"""Circles: dense, closed sets of riders and drivers who share no identifier.

A first version of the search: local, around one rider, after each of its trips that may matter. The
neighbourhood is the riders who share at least two drivers with it, and the drivers these ride with. In
it, greedy peeling (Charikar, APPROX 2000) finds the set S that maximises

    g(S) = (sum of edge weights inside S) / |S|

with FRAUDAR's camouflage-resistant weights (Hooi et al., KDD 2016): a trip with a driver counts
1 / log(riders of the driver + 5), so that rides bought with popular drivers buy little. A pair counts at
most ``PAIR_CAP`` trips: one pair of regulars is no circle. A rider counts only by its *closed* share,
trips inside the neighbourhood over all of its trips, so that ordinary customers of the same drivers
weigh little. Circles of fewer than ``MIN_DRIVERS`` drivers or ``MIN_RIDERS`` riders are not reported.

Cost: O(trips of the drivers involved) for the neighbourhood, O(E log V) for the peeling; both bounded by
``MAX_NEIGHBOURS`` riders, those who share most drivers first.
"""

from __future__ import annotations

import heapq
import math
from typing import Final

from graph.entity_graph import EntityGraph

PAIR_CAP: Final = 3
MIN_DRIVERS: Final = 2
MIN_RIDERS: Final = 3
SHARED_DRIVERS: Final = 2
MAX_NEIGHBOURS: Final = 120
MIN_CLOSED_SHARE: Final = 0.34
"""A third of a rider's trips inside the circle: an ordinary rider meets hundreds of drivers."""


def circle_around(graph: EntityGraph, rider: int) -> tuple[int, ...]:
    """The densest circle near the rider that holds it, ascending; empty when there is none."""
    riders = _neighbours(graph, rider)
    if len(riders) < MIN_RIDERS:
        return ()
    edges = _edges(graph, riders)
    best = _peel(edges)
    drivers = {d for (r, d) in edges if r in best and d in best}
    members = {r for (r, d) in edges if r in best and d in best}
    if rider not in members or len(drivers) < MIN_DRIVERS or len(members) < MIN_RIDERS:
        return ()
    closed = {r for r in members if _closed_share(graph, r, drivers) >= MIN_CLOSED_SHARE}
    if rider not in closed or len(closed) < MIN_RIDERS:
        return ()
    return tuple(sorted(closed | drivers))


def _neighbours(graph: EntityGraph, rider: int) -> list[int]:
    shared: dict[int, int] = {}
    for driver in graph.drivers_of.get(rider, ()):
        for other in graph.riders_of.get(driver, ()):
            shared[other] = shared.get(other, 0) + 1
    near = [other for other, count in shared.items() if count >= SHARED_DRIVERS]
    near.sort(key=lambda other: (other != rider, -shared[other], other))
    return near[:MAX_NEIGHBOURS]


def _edges(graph: EntityGraph, riders: list[int]) -> dict[tuple[int, int], float]:
    """Weights of the rider-driver pairs in the neighbourhood, leaving out drivers that only one rides with."""
    links = graph.links
    met: dict[int, int] = {}
    for rider in riders:
        for driver in graph.drivers_of.get(rider, ()):
            met[driver] = met.get(driver, 0) + 1
    edges: dict[tuple[int, int], float] = {}
    for rider in riders:
        rides = {d: link for d, link in graph.drivers_of.get(rider, {}).items() if met[d] >= MIN_DRIVERS}
        inside = sum(links.count[link] for link in rides.values())
        total = max(graph.accounts[rider].trips, inside, 1)
        for driver, link in rides.items():
            popularity = 1 / math.log(len(graph.riders_of[driver]) + 5)
            edges[rider, driver] = min(links.count[link], PAIR_CAP) * popularity * inside / total
    return edges


def _peel(edges: dict[tuple[int, int], float]) -> set[int]:
    """The densest suffix of the greedy peeling order; ties peel the lower number first."""
    weight: dict[int, float] = {}
    around: dict[int, dict[int, float]] = {}
    total = 0.0
    for (a, b), w in edges.items():
        total += w
        for node, other in ((a, b), (b, a)):
            weight[node] = weight.get(node, 0.0) + w
            around.setdefault(node, {})[other] = w
    heap = [(w, node) for node, w in weight.items()]
    heapq.heapify(heap)
    left = len(weight)
    order: list[int] = []
    gone: set[int] = set()
    best, best_at = -1.0, 0
    while heap:
        w, node = heapq.heappop(heap)
        if node in gone or w > weight[node]:
            continue
        if total / left > best + 1e-12:
            best, best_at = total / left, len(order)
        gone.add(node)
        order.append(node)
        left -= 1
        total -= weight[node]
        for other, edge in around[node].items():
            if other not in gone:
                weight[other] -= edge
                heapq.heappush(heap, (weight[other], other))
    return set(order[best_at:])


def _closed_share(graph: EntityGraph, rider: int, drivers: set[int]) -> float:
    inside = sum(graph.links.count[k] for d, k in graph.drivers_of.get(rider, {}).items() if d in drivers)
    return inside / max(graph.accounts[rider].trips, 1)
