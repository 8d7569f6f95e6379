"""Trees laid out by feature, so that kernels find the leaves without walking down each tree.

QuickScorer (Lucchese and others, SIGIR 2015): of each feature, the splits of all trees in the order of their
thresholds. A value passes those before the first that is not less; each split that is passed takes the leaves
below its first child away from its tree, and the leaf that is reached is the first that is left. What is
read goes up in memory, and no branch depends on what is there but the end of each run.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field, Floats, Int32s, Int64s
from graph.state.trees import DEPTH, LEAVES, NO_TREES, SPLITS, Trees

ALL_LEAVES: Final = (1 << LEAVES) - 1
"""One bit for each leaf of a tree."""


class SortedTrees(Arrays):
    """Splits by feature and threshold, leaves by tree."""

    first: Int32s
    """(features + 1): where the splits of each feature begin; the last says where they end."""
    thresholds: Floats
    """(splits), ascending for each feature."""
    tree: Int32s
    """(splits): which tree each is in."""
    kept: Int64s
    """(splits): the leaves that are left once it is passed, as bits."""
    leaves: npt.NDArray[np.float64]
    """(trees, LEAVES): log odds."""
    left: Int64s
    """(trees): scratch, the leaves left so far, as bits."""
    left_to_all: Int64s
    """(trees): scratch, those left by what is the same for several readings."""
    passed: Int32s
    """(features): scratch, the first split of each that this does not pass."""

    fields: ClassVar[dict[str, Field]] = {
        "first": np.dtype(np.int32),
        "thresholds": np.dtype(np.float64),
        "tree": np.dtype(np.int32),
        "kept": np.dtype(np.int64),
        "leaves": (np.dtype(np.float64), 2),
        "left": np.dtype(np.int64),
        "left_to_all": np.dtype(np.int64),
        "passed": np.dtype(np.int32),
    }


def sorted_trees(trees: Trees, features: int) -> SortedTrees:
    """The same trees, over so many features, laid out for kernels. O(splits log splits)."""
    count = len(trees.leaves)
    order = np.lexsort((trees.thresholds.ravel(), trees.features.ravel()))
    return SortedTrees(
        first=np.searchsorted(trees.features.ravel()[order], np.arange(features + 1)).astype(np.int32),
        thresholds=np.ascontiguousarray(trees.thresholds.ravel()[order]),
        tree=(order // SPLITS).astype(np.int32),
        kept=np.array([_kept(node) for node in range(SPLITS)], np.int64)[order % SPLITS],
        leaves=trees.leaves,
        left=np.zeros(count, np.int64),
        left_to_all=np.zeros(count, np.int64),
        passed=np.zeros(features, np.int32),
    )


def _kept(node: int) -> int:
    """The leaves of a tree without those below the first child of a split, as bits."""
    level = (node + 1).bit_length() - 1
    below = 1 << (DEPTH - level)
    start = (node + 1 - (1 << level)) * below
    return ALL_LEAVES & ~(((1 << below // 2) - 1) << start)


NONE_SORTED: Final = sorted_trees(NO_TREES, 0)
