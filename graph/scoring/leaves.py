"""The leaves that features lead to, summed over all trees in the order of the trees."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from graph.kernels.arrays import Floats
from graph.kernels.kernel import inlined, kernel
from graph.state.trees import Trees

_ONE: Final = np.uint64(1)
_ROUNDING: Final = 1e-6
"""More than sums of log odds differ by in another order."""


@kernel
def leaves(features: Floats, trees: Trees, total: float) -> float:
    """A sum, and the leaf of each tree that the features lead to. O(trees).

    No branch asks which way a split goes, and walks down several trees wait for memory together. Every tree
    has ``graph.state.trees.DEPTH`` levels, which are written out, and as many more as all others. Places are
    unsigned: of a signed one numba would ask each time whether it counts from the end.
    """
    for tree in range(np.uint64(len(trees.leaves))):
        total += _leaf(features, trees, tree)
    return total


@kernel
def leaves_up_to(features: Floats, trees: Trees, least: float) -> float:
    """As ``leaves`` from 0 on; minus infinity as soon as no leaves that are left can lead to ``least``.

    Who is far from it is known after the first trees, which tell most. O(trees).
    """
    total, goal = 0.0, least - _ROUNDING
    for tree in range(np.uint64(len(trees.leaves))):
        if total + trees.most[tree] < goal:
            return -math.inf
        total += _leaf(features, trees, tree)
    return total


@inlined
def _leaf(features: Floats, trees: Trees, tree: int) -> float:
    node = _below(features, trees, tree, np.uint64(0))
    node = _below(features, trees, tree, node)
    node = _below(features, trees, tree, node)
    node = _below(features, trees, tree, node)
    splits = np.uint64(trees.leaves.shape[1]) - _ONE
    while node < splits:
        node = _below(features, trees, tree, node)
    return float(trees.leaves[tree, node - splits])


@inlined
def _below(features: Floats, trees: Trees, tree: int, node: np.uint64) -> np.uint64:
    """The node below a split that the features lead to."""
    value = features[np.uint64(trees.features[tree, node])]
    return node + node + _ONE + np.uint64(value > trees.thresholds[tree, node])
