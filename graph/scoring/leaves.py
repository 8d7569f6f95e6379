"""The leaves that features lead to, summed over all trees in the order of the trees.

One reading passes each feature's splits up to its value. Of several readings that have most in common, the
common part is passed once (``read_common``), and each goes on from there (``read_more``, ``sum_of_leaves``):
exact, since each value is at least what it was in the common part.
"""

from __future__ import annotations

from graph.kernels.arrays import Floats, Int64s
from graph.kernels.bits import lowest_bit
from graph.kernels.kernel import kernel
from graph.kernels.scratch import scratch
from graph.state.sorted_trees import ALL_LEAVES, SortedTrees


@kernel
def leaves(features: Floats, trees: SortedTrees, total: float) -> float:
    """A sum, and the leaf of each tree that the features lead to. O(features + splits passed + trees)."""
    left = scratch(trees.left)
    for tree in range(len(left)):
        left[tree] = ALL_LEAVES
    for feature in range(len(features)):
        pass_splits(trees, left, feature, features[feature], trees.first[feature])
    return sum_of_leaves(trees, total)


@kernel
def read_common(features: Floats, trees: SortedTrees) -> None:
    """Pass the splits of features that several readings have in common, each value at most theirs."""
    left, passed = scratch(trees.left_to_all), scratch(trees.passed)
    for tree in range(len(left)):
        left[tree] = ALL_LEAVES
    for feature in range(len(features)):
        passed[feature] = pass_splits(trees, left, feature, features[feature], trees.first[feature])


@kernel
def begin_reading(trees: SortedTrees) -> None:
    """Begin one reading where the common part ended."""
    left = scratch(trees.left)
    for tree in range(len(left)):
        left[tree] = trees.left_to_all[tree]


@kernel
def read_more(trees: SortedTrees, feature: int, value: float) -> None:
    """Go on to a feature's value, which is greater than in the common part."""
    pass_splits(trees, scratch(trees.left), feature, value, trees.passed[feature])


@kernel
def pass_splits(trees: SortedTrees, left: Int64s, feature: int, value: float, at: int) -> int:
    """Pass a feature's splits from ``at`` on; returns the first that is not passed."""
    end = trees.first[feature + 1]
    while at < end and value > trees.thresholds[at]:
        left[trees.tree[at]] &= trees.kept[at]
        at += 1
    return at


@kernel
def sum_of_leaves(trees: SortedTrees, total: float) -> float:
    """A sum, and the leaf of each tree that is reached."""
    for tree in range(len(trees.left)):
        total += trees.leaves[tree, lowest_bit(trees.left[tree])]
    return total
