"""Peeling from scratch: to load many edges at once, after a change of every weight, and as the rival.

O(nodes + edges + levels).
"""

from __future__ import annotations

import numpy as np

from benchmarks.peeling.changes import DRIVER, RIDER
from benchmarks.peeling.grade import GRADES, grade
from benchmarks.peeling.neighbours import attach
from benchmarks.peeling.state import (
    CHUNK_EDGES,
    EDGES,
    LEVEL_SHIFT,
    NEXT_CHUNK,
    NODES,
    NOWHERE,
    Int32s,
    Int64s,
    Peeling,
)
from graph.kernels.kernel import kernel, spacious


@kernel
def load(p: Peeling, riders: Int32s, drivers: Int32s, weights: Int64s) -> None:
    """Fill an empty peeling with edges 0, 1, ... between these pairs, each of which occurs once."""
    for edge in range(len(riders)):
        rider, driver = riders[edge], drivers[edge]
        p.node[rider].side = RIDER
        p.node[driver].side = DRIVER
        p.counts[NODES] += (p.node[rider].degree == 0) + (p.node[driver].degree == 0)
        p.edge[edge].weight = weights[edge]
        p.edge[edge].at = attach(p, rider, driver, edge)
        p.edge[edge].other_at = attach(p, driver, rider, edge)
    p.counts[EDGES] = len(riders)
    rebuild(p)


@spacious
def rebuild(p: Peeling) -> None:
    """Work every rank out anew from the edges."""
    nodes, edges = len(p.node), p.counts[EDGES]
    riders = np.empty(edges, np.int32)
    drivers = np.empty(edges, np.int32)
    weights = np.empty(edges, np.int64)
    filled = 0
    for node in range(nodes):
        if p.node[node].side == RIDER:
            chunk, fill = p.node[node].chunk, p.node[node].fill
            while chunk != NOWHERE:
                for at in range(fill):
                    riders[filled] = node
                    drivers[filled] = p.chunk[chunk, 2 * at]
                    weights[filled] = p.edge[p.chunk[chunk, 2 * at + 1]].weight
                    filled += 1
                chunk, fill = p.chunk[chunk, NEXT_CHUNK], CHUNK_EDGES
    ranks, left = peel(nodes, riders, drivers, weights)
    for node in range(nodes):
        p.node[node].rank = ranks[node]
        p.node[node].left = left[node]
        p.node[node].before = 0
    for edge in range(edges):
        one, other = riders[edge], drivers[edge]
        a, b = ranks[one], ranks[other]
        if a >> LEVEL_SHIFT == b >> LEVEL_SHIFT:
            if b == a - 1:
                p.node[one].before += weights[edge]
            elif a == b - 1:
                p.node[other].before += weights[edge]


@kernel
def shift(p: Peeling, halvings: int) -> None:
    """Divide every weight by 2^``halvings``, rounded down to 1 at least, and work the ranks out anew."""
    for edge in range(len(p.edge)):
        if p.edge[edge].at != NOWHERE:
            p.edge[edge].weight = max(p.edge[edge].weight >> halvings, 1)
    rebuild(p)


@spacious
def peel(nodes: int, riders: Int32s, drivers: Int32s, weights: Int64s) -> tuple[Int64s, Int64s]:
    """The rank and the peeling weight of every node; 0 and 0 of one without edges.

    Shares nothing with the incremental kernels: neighbours lie in one array, nodes in a list for each grade.
    """
    begin, near, heavy = _neighbours(nodes, riders, drivers, weights)
    left = np.zeros(nodes, np.int64)
    ranks = np.full(nodes, -1, np.int64)
    top = np.full(GRADES, NOWHERE, np.int32)
    below = np.full(nodes, NOWHERE, np.int32)
    above = np.full(nodes, NOWHERE, np.int32)
    for node in range(nodes):
        for place in range(begin[node], begin[node + 1]):
            left[node] += heavy[place]
        _file(top, below, above, grade(left[node]), node)
    taken = np.empty(nodes, np.int32)
    for level in range(GRADES):
        size, turn = 0, level << LEVEL_SHIFT
        node = top[level]
        while node != NOWHERE:
            taken[size] = node
            size += 1
            node = below[node]
        for at in range(size):
            ranks[taken[at]] = turn
        start = 0
        while start < size:
            stop = size
            for at in range(start, stop):
                node = taken[at]
                for place in range(begin[node], begin[node + 1]):
                    other = near[place]
                    if ranks[other] == NOWHERE or ranks[other] == turn + 1:
                        before = grade(left[other])
                        left[other] -= heavy[place]
                        if ranks[other] == NOWHERE:
                            after = grade(left[other])
                            if after <= level:
                                _unfile(top, below, above, before, other)
                                ranks[other] = turn + 1
                                taken[size] = other
                                size += 1
                            elif after != before:
                                _unfile(top, below, above, before, other)
                                _file(top, below, above, after, other)
            start, turn = stop, turn + 1
    return ranks, left


@spacious
def _neighbours(
    nodes: int, riders: Int32s, drivers: Int32s, weights: Int64s
) -> tuple[Int64s, Int32s, Int64s]:
    """Where each node's neighbours begin, who they are, and the weights of the edges to them."""
    begin = np.zeros(nodes + 1, np.int64)
    for edge in range(len(riders)):
        begin[riders[edge] + 1] += 1
        begin[drivers[edge] + 1] += 1
    for node in range(nodes):
        begin[node + 1] += begin[node]
    at = begin[:-1].copy()
    near = np.empty(2 * len(riders), np.int32)
    heavy = np.empty(2 * len(riders), np.int64)
    for edge in range(len(riders)):
        one, other, weight = riders[edge], drivers[edge], weights[edge]
        near[at[one]], heavy[at[one]] = other, weight
        near[at[other]], heavy[at[other]] = one, weight
        at[one] += 1
        at[other] += 1
    return begin, near, heavy


@kernel
def _file(top: Int32s, below: Int32s, above: Int32s, level: int, node: int) -> None:
    head = top[level]
    below[node], above[node] = head, NOWHERE
    if head != NOWHERE:
        above[head] = node
    top[level] = node


@kernel
def _unfile(top: Int32s, below: Int32s, above: Int32s, level: int, node: int) -> None:
    if above[node] == NOWHERE:
        top[level] = below[node]
    else:
        below[above[node]] = below[node]
    if below[node] != NOWHERE:
        above[below[node]] = above[node]
