"""The part of a snapshot that a few entities' vectors depend on: their neighbourhood, with capped fan-out.

A network of L layers reads L steps. Of each relation a receiver keeps at most ``fanout`` senders, drawn
without replacement from a seed: the same call gives the same neighbourhood. Without a cap the result is
exact, and the vectors of the seeds are those of the whole graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gnn.tensors.features import Matrix
from gnn.tensors.propagate import mean_over

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Entities ``nodes`` (ascending) with their features and means among each other.

    ``seeds`` are the positions of the wanted entities; vectors of other entities are not to be read.
    """

    nodes: Indices
    seeds: Indices
    steps: Indices
    """How many steps each of ``nodes`` lies from the wanted entities; 0 for these themselves."""
    features: Matrix
    means: tuple[sparse.csr_matrix, ...]


def neighbourhood(
    features: Matrix,
    means: Sequence[sparse.csr_matrix],
    wanted: Indices,
    layers: int,
    fanout: int | None = None,
    seed: int = 0,
) -> Neighbourhood:
    """What the vectors of ``wanted`` (distinct entities) depend on in ``layers`` steps. O(links kept)."""
    draw = np.random.default_rng(seed)
    nodes = np.unique(wanted)
    frontier = nodes
    distance = np.zeros(len(features), np.int64)
    kept: list[list[sparse.coo_matrix]] = [[] for _ in means]
    for step in range(1, layers + 1):
        reached = [nodes]
        for relation, matrix in enumerate(means):
            part = _capped(matrix[frontier], fanout, draw).tocoo()
            kept[relation].append(
                sparse.coo_matrix((part.data, (frontier[part.row], part.col)), matrix.shape)
            )
            reached.append(part.col.astype(np.int64))
        grown = np.unique(np.concatenate(reached))
        frontier = np.setdiff1d(grown, nodes, assume_unique=True)
        distance[frontier] = step
        nodes = grown
    place = np.full(len(features), -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    small = []
    for parts in kept:
        empty = np.zeros(0, np.int64)
        rows, columns = (
            np.concatenate([empty, *(getattr(part, end) for part in parts)]) for end in ("row", "col")
        )
        ones = np.ones(len(rows), np.float32)
        matrix = sparse.csr_matrix((ones, (place[rows], place[columns])), (len(nodes), len(nodes)))
        small.append(mean_over(matrix))
    return Neighbourhood(nodes, place[wanted], distance[nodes], features[nodes], tuple(small))


def _capped(matrix: sparse.csr_matrix, fanout: int | None, draw: np.random.Generator) -> sparse.csr_matrix:
    """At most ``fanout`` entries of each row, drawn evenly."""
    sizes = np.diff(matrix.indptr)
    if fanout is None or not len(sizes) or sizes.max() <= fanout:
        return matrix
    row = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((draw.random(matrix.nnz), row))
    rank = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sizes)
    keep = np.sort(order[rank < fanout])
    return sparse.csr_matrix((matrix.data[keep], (row[keep], matrix.indices[keep])), matrix.shape)
