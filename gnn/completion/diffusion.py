"""What one marked account reaches in one and two steps, apart by relation and direction, damped at hubs.

Channels for R relations, each a number for (marked account s, candidate c). ``d(v)`` counts the distinct
counterparties of ``v``:

=====================  ==================================================================================
0 .. 2R - 1            ties s to c by relation (outward), then c to s: log(1 + count)
2R .. 3R - 1           both point at v by this relation: sum over v of 1 / d(v)
3R .. 4R - 1           v points at both by this relation: the same
4R, 4R + 1             s to v to c; c to v to s: the same
4R + 2                 both point at v, or v at both, by different relations: the same
4R + 3 .. 4R + 5       Adamic-Adar (sum of 1 / log(1 + d)), resource allocation (sum of 1 / d), plain count
                       over distinct common counterparties v
4R + 6, 4R + 7         personalised PageRank from s: mass at c; mass at c over its degree (``pagerank``)
=====================  ==================================================================================

Sources: Adamic and Adar, Social Networks 25(3), 2003; Zhou, Lu and Zhang, Eur. Phys. J. B 71, 2009 (resource
allocation). Marks are added up later: all of this is linear in who is marked, so that it is kept by account.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from scipy import sparse

from gnn.completion.pagerank import push
from gnn.completion.relations import Ends, Kinds, Mask, Matrix, RelationGraph, Rows


def channels_of(relations: int) -> int:
    """How many channels a graph of so many relations has."""
    return 4 * relations + 8


def channel_names(relations: int) -> tuple[str, ...]:
    """A name for each channel, in order."""
    kinds = range(relations)
    return (
        *(f"to {kind}" for kind in kinds),
        *(f"from {kind}" for kind in kinds),
        *(f"both to, {kind}" for kind in kinds),
        *(f"both from, {kind}" for kind in kinds),
        *("through", "back through", "across relations", "adamic adar", "resource allocation", "common"),
        *("pagerank", "pagerank by degree"),
    )


def reach(
    graph: RelationGraph, marked: Rows, candidates: Rows, alpha: float = 0.15, tolerance: float = 2e-5
) -> sparse.csr_matrix:
    """Float32 (len(marked), len(candidates) * channels): entry (i, c * channels + k) is channel k.

    O(ties of the counterparties of each marked account) and O(1 / (alpha * tolerance)) for PageRank.
    """
    place = np.full(graph.nodes, -1, np.int64)
    place[candidates] = np.arange(len(candidates))
    width = channels_of(graph.relations)
    table = np.zeros((len(candidates), width), np.float32)
    mass, rest = np.zeros(graph.nodes), np.zeros(graph.nodes)
    rows = []
    for node in marked.tolist():
        _spread(
            graph.start, graph.other, graph.relation, graph.outward, graph.weight, graph.degree,
            graph.silent, graph.relations, place, node, table,
        )  # fmt: skip
        touched = push(graph, node, alpha, tolerance, mass, rest)
        at = place[touched]
        near, at = touched[at >= 0], at[at >= 0]
        table[at, width - 2] = mass[near]
        table[at, width - 1] = mass[near] / np.maximum(graph.degree[near], 1)
        mass[touched] = rest[touched] = 0.0
        if place[node] >= 0:
            table[place[node]] = 0.0
        rows.append(sparse.csr_matrix(table.reshape(1, -1)))
        table[:] = 0.0
    if not rows:
        return sparse.csr_matrix((0, len(candidates) * width), dtype=np.float32)
    return sparse.csr_matrix(sparse.vstack(rows, format="csr"))


@numba.njit(cache=True)
def _spread(
    start: Rows,
    other: Ends,
    relation: Kinds,
    outward: Mask,
    weight: Matrix,
    degree: Rows,
    silent: Mask,
    relations: int,
    place: Rows,
    node: int,
    table: Matrix,
) -> None:
    """Adds one account's channels, PageRank apart, into ``table`` (candidates, channels)."""
    for tie in range(start[node], start[node + 1]):
        middle = other[tie]
        kind, away = relation[tie], outward[tie]
        if place[middle] >= 0:
            table[place[middle], kind if away else relations + kind] += weight[tie]
        if silent[middle] or silent[node]:
            continue
        once = tie == start[node] or other[tie - 1] != middle
        share = 1.0 / degree[middle]
        for onward in range(start[middle], start[middle + 1]):
            end = other[onward]
            at = place[end]
            if at < 0 or end == node:
                continue
            arrives = outward[onward]
            if away != arrives:
                if relation[onward] == kind:
                    table[at, (2 if away else 3) * relations + kind] += share
                else:
                    table[at, 4 * relations + 2] += share
            else:
                table[at, 4 * relations + (0 if away else 1)] += share
            if once and (onward == start[middle] or other[onward - 1] != end):
                table[at, 4 * relations + 3] += 1.0 / math.log(1.0 + degree[middle])
                table[at, 4 * relations + 4] += share
                table[at, 4 * relations + 5] += 1.0
