"""Regression trees as arrays: what a boosted scorer adds up, where kernels can read it.

Every tree is complete: of ``DEPTH`` levels or more, all trees of one sum as many, node n above nodes 2n + 1
and 2n + 2, and one leaf more than splits below them. A value that is greater than the threshold goes to the
second. A tree that grew less has splits that nothing passes (``NEVER_PASSED``), and below them the same leaf
again.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field

DEPTH: Final = 4
MOST_DEPTH: Final = 10
SPLITS: Final = 2**DEPTH - 1
LEAVES: Final = 2**DEPTH
"""Of trees of the least depth."""
NEVER_PASSED: Final = 2.0
"""A threshold beyond every feature, which are at most 1."""


class Trees(Arrays):
    """One row for each tree."""

    features: npt.NDArray[np.uint16]
    """(trees, splits): the feature that a split reads."""
    thresholds: npt.NDArray[np.float64]
    """(trees, splits)"""
    leaves: npt.NDArray[np.float64]
    """(trees, splits + 1): log odds."""
    most: npt.NDArray[np.float64]
    """(trees + 1): what each tree and those after it add at most; 0 after the last."""

    fields: ClassVar[dict[str, Field]] = {
        "features": (np.dtype(np.uint16), 2),
        "thresholds": (np.dtype(np.float64), 2),
        "leaves": (np.dtype(np.float64), 2),
        "most": np.dtype(np.float64),
    }


def trees_from(
    features: npt.NDArray[np.uint16], thresholds: npt.NDArray[np.float64], leaves: npt.NDArray[np.float64]
) -> Trees:
    """Trees of these splits and leaves, shaped as the fields of ``Trees``."""
    most = np.zeros(len(leaves) + 1)
    if len(leaves):
        most[:-1] = np.cumsum(leaves.max(axis=1)[::-1])[::-1]
    return Trees(features=features, thresholds=thresholds, leaves=leaves, most=most)


NO_TREES: Final = trees_from(np.zeros((0, SPLITS), np.uint16), np.zeros((0, SPLITS)), np.zeros((0, LEAVES)))
"""Of a scorer that is linear."""
