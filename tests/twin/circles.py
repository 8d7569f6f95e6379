"""Circles: dense, closed sets of riders and drivers who share no identifier.

A first version of the search: local, around one rider. The neighbourhood is the riders who, like this
one, come back to the same drivers and share at least two with it, and the drivers that two of them ride
with. In it, greedy peeling looks for the set of riders R and drivers D with the largest *edge surplus*

    f(R, D) = (sum of the weights of the pairs that rode) - DENSITY * |R| * |D|

(optimal quasi-cliques: Tsourakakis et al., "Denser than the Densest Subgraph", KDD 2013). The average
degree, which the densest subgraph maximises, grows with the size of any busy zone; the surplus is positive
only where more than a DENSITY share of all possible pairs rode. A pair that rode again weighs 1, one that
rode once a half; trips with anybody else weigh nothing, so that rides bought as camouflage do not thin a
circle out (the demand of FRAUDAR, Hooi et al., KDD 2016) while they are fewer than the rides inside: riders
who spend less than ``MIN_CLOSED_SHARE`` of their trips inside, or most of whose drivers are others, count as
ordinary customers of the same drivers and are left out.

Cost: O(trips of the rider's drivers) for the neighbourhood, O(pairs log pairs) for the peeling, over at most
``MAX_NEIGHBOURS`` riders, those who share most drivers first.
"""

from __future__ import annotations

import heapq
from typing import Final

from graph.candidates.circles import (
    DENSITY,
    MAX_NEIGHBOURS,
    MIN_CLOSED_SHARE,
    MIN_DRIVERS,
    MIN_REPEAT_SHARE,
    MIN_REPEATS,
    MIN_RIDERS,
    SHARED_DRIVERS,
    SHARED_SHARE,
)
from tests.twin.entity_graph import EntityGraph

_AS_DRIVER: Final = 1 << 40
"""A bit beyond every entity's number."""


def comes_back(graph: EntityGraph, rider: int) -> bool:
    """Whether the rider meets the same drivers again more than chance explains: the gate of the search."""
    trips = graph.accounts[rider].trips
    repeats = trips - len(graph.drivers_of.get(rider, ()))
    return repeats >= MIN_REPEATS and repeats >= MIN_REPEAT_SHARE * trips


def circle_around(graph: EntityGraph, rider: int) -> tuple[int, ...]:
    """The circle that holds the rider, ascending; empty when there is none."""
    if not comes_back(graph, rider):
        return ()
    riders = _neighbours(graph, rider)
    if len(riders) < MIN_RIDERS:
        return ()
    inside, drivers = _peel(_pairs(graph, riders))
    if rider not in inside or len(drivers) < MIN_DRIVERS:
        return ()
    closed = [r for r in inside if _closed_share(graph, r, drivers) >= MIN_CLOSED_SHARE]
    if rider not in closed or len(closed) < MIN_RIDERS:
        return ()
    return tuple(sorted({*closed, *drivers}))


def _neighbours(graph: EntityGraph, rider: int) -> list[int]:
    shared: dict[int, int] = {}
    for driver in graph.drivers_of.get(rider, ()):
        for other in graph.riders_of.get(driver, ()):
            shared[other] = shared.get(other, 0) + 1
    near = [
        other
        for other, count in shared.items()
        if count >= SHARED_DRIVERS
        and count >= SHARED_SHARE * len(graph.drivers_of[other])
        and graph.accounts[other].trips > len(graph.drivers_of[other])
    ]
    near.sort(key=lambda other: (other != rider, -shared[other], other))
    return near[:MAX_NEIGHBOURS]


def _pairs(graph: EntityGraph, riders: list[int]) -> dict[int, dict[int, float]]:
    """Weights of the pairs, by rider and driver, for the drivers that two or more of the riders ride with.

    Drivers are marked with ``_AS_DRIVER``: who both rides and drives stands on both sides.
    """
    met: dict[int, int] = {}
    for rider in riders:
        for driver in graph.drivers_of[rider]:
            met[driver] = met.get(driver, 0) + 1
    count = graph.links.count
    return {
        rider: {
            driver | _AS_DRIVER: 1.0 if count[link] > 1 else 0.5
            for driver, link in graph.drivers_of[rider].items()
            if met[driver] >= SHARED_DRIVERS
        }
        for rider in riders
    }


def _peel(pairs: dict[int, dict[int, float]]) -> tuple[list[int], set[int]]:
    """Riders and drivers of the largest surplus along the greedy order; ties peel the lower number first."""
    around: dict[int, dict[int, float]] = {rider: dict(met) for rider, met in pairs.items()}
    for rider, met in pairs.items():
        for driver, weight in met.items():
            around.setdefault(driver, {})[rider] = weight
    degree = {node: sum(near.values()) for node, near in around.items()}
    riders = dict.fromkeys(pairs)
    sides = (riders, {node: None for node in around if node not in riders})
    heaps = tuple([(degree[node], node) for node in side] for side in sides)
    for heap in heaps:
        heapq.heapify(heap)
    left = [len(side) for side in sides]
    total = sum(degree[node] for node in riders)
    gone: dict[int, None] = {}
    best, best_at = 0.0, len(around)
    while left[0] and left[1]:
        surplus = total - DENSITY * left[0] * left[1]
        if surplus > best:
            best, best_at = surplus, len(gone)
        gains = []
        for side in (0, 1):
            heap = heaps[side]
            while heap[0][1] in gone or heap[0][0] > degree[heap[0][1]]:
                heapq.heappop(heap)
            gains.append(heap[0][0] - DENSITY * left[1 - side])
        side = 0 if gains[0] <= gains[1] else 1
        _, node = heapq.heappop(heaps[side])
        gone[node] = None
        left[side] -= 1
        total -= degree[node]
        for other, weight in around[node].items():
            if other not in gone:
                degree[other] -= weight
                heapq.heappush(heaps[1 - side], (degree[other], other))
    dropped = set(list(gone)[:best_at]) if best > 0 else set(around)
    return (
        [rider for rider in sides[0] if rider not in dropped],
        {driver & ~_AS_DRIVER for driver in sides[1] if driver not in dropped},
    )


def _closed_share(graph: EntityGraph, rider: int, drivers: set[int]) -> float:
    inside = sum(graph.links.count[k] for d, k in graph.drivers_of[rider].items() if d in drivers)
    return inside / max(graph.accounts[rider].trips, 1)
