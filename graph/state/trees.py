"""Regression trees as arrays: what a boosted scorer adds up, where kernels can read it.

Every tree is complete: ``SPLITS`` splits, node n above nodes 2n + 1 and 2n + 2, and ``LEAVES`` leaves below
them. A value that is greater than the threshold goes to the second. A tree that grew less has splits that
nothing passes (``NEVER_PASSED``), and below them the same leaf again.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field

DEPTH: Final = 4
SPLITS: Final = 2**DEPTH - 1
LEAVES: Final = 2**DEPTH
NEVER_PASSED: Final = 2.0
"""A threshold beyond every feature, which are at most 1."""


class Trees(Arrays):
    """One row for each tree."""

    features: npt.NDArray[np.int32]
    """(trees, SPLITS): the feature that a split reads."""
    thresholds: npt.NDArray[np.float64]
    """(trees, SPLITS)"""
    leaves: npt.NDArray[np.float64]
    """(trees, LEAVES): log odds."""

    fields: ClassVar[dict[str, Field]] = {
        "features": (np.dtype(np.int32), 2),
        "thresholds": (np.dtype(np.float64), 2),
        "leaves": (np.dtype(np.float64), 2),
    }


NO_TREES: Final = Trees(
    features=np.zeros((0, SPLITS), np.int32),
    thresholds=np.zeros((0, SPLITS)),
    leaves=np.zeros((0, LEAVES)),
)
"""Of a scorer that is linear."""
