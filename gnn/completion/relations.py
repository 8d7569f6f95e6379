"""A graph of several relations, as flat arrays that the kernels read.

A directed tie (source, target, relation, count) lies in the row of both of its ends. Nodes may be *silent*:
exchanges, kiosks, carrier addresses, whatever everyone meets. Nothing spreads through a silent node; that two
accounts both use it is told by ``likeness``, weighted by how rare that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Ends = npt.NDArray[np.int32]
Kinds = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RelationGraph:
    """Ties by node: those of node ``n`` lie at ``start[n]:start[n + 1]``, ascending by the other end."""

    nodes: int
    relations: int
    start: Rows
    other: Ends
    relation: Kinds
    outward: Mask
    """True where the node of the row is the source."""
    weight: Matrix
    """log(1 + count) of the tie."""
    degree: Rows
    """Distinct other ends that are not silent, itself left out, of each node."""
    silent: Mask


def relation_graph(
    nodes: int, relations: int, source: Rows, target: Rows, relation: Rows, count: Floats, silent: Mask
) -> RelationGraph:
    """The graph of these ties; loops are left out. O(ties log ties).

    >>> graph = relation_graph(
    ...     3, 1, np.array([0, 1]), np.array([1, 2]), np.zeros(2, int), np.ones(2), np.zeros(3, bool)
    ... )
    >>> graph.degree.tolist()
    [1, 2, 1]
    """
    apart = source != target
    source, target, relation, count = (part[apart] for part in (source, target, relation, count))
    row, other = np.concatenate([source, target]), np.concatenate([target, source])
    kind = np.concatenate([relation, relation])
    outward = np.repeat([True, False], len(source))
    order = np.lexsort((~outward, kind, other, row))
    row, other = row[order].astype(np.int64), other[order]
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=nodes), out=start[1:])
    first = np.ones(len(row), bool)
    first[1:] = (row[1:] != row[:-1]) | (other[1:] != other[:-1])
    first &= ~silent[other]
    return RelationGraph(
        nodes=nodes,
        relations=relations,
        start=start,
        other=other.astype(np.int32),
        relation=kind[order].astype(np.int16),
        outward=outward[order],
        weight=np.log1p(np.concatenate([count, count])[order]).astype(np.float32),
        degree=np.bincount(row[first], minlength=nodes).astype(np.int64),
        silent=np.asarray(silent, bool),
    )
