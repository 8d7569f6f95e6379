"""The spanning forest as records in arrays: what a kernel sees of it."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field
from graph.links.records import ENTITY

GROUP: Final = np.dtype([("serial", "i8"), ("size", "i4"), ("head", "i4")])
"""A component, by label: its age (smaller is older), how many nodes it has, and one of them. A free label has
size 0, and in ``head`` the next free one."""

TREE_NODE: Final = np.dtype([("parent", "i4"), ("below", "i4")])
"""By node: its parent in the tree, plus one, and how many nodes are below it. Apart from all else about a
node, so that a climb to the root reads little memory. Empty memory is a node that stands alone."""

FOREST_COUNTERS: Final = np.dtype(
    [(name, "i8") for name in ("first_free_label", "labels_used", "components", "next_serial")]
)
"""One row: the first free label or -1, how many labels were ever used, how many components there are, and the
age that the next one gets."""

WALK: Final = np.dtype([(name, "i8") for name in ("node", "link", "reached")])
"""Scratch of ``graph.components.replacement``: the node a walk is at, the link of it that it looks at next
(-1: none), and how many nodes it has reached."""
WALKS: Final = 2


class ForestState(Arrays):
    """The arrays of a forest, as kernels take them. Growth makes new arrays: ask the forest anew."""

    nodes: npt.NDArray[Any]
    """The entities of the link store."""
    trees: npt.NDArray[Any]
    """TREE_NODE, by entity."""
    groups: npt.NDArray[Any]
    """GROUP, by label."""
    counters: npt.NDArray[Any]
    """FOREST_COUNTERS."""
    walks: npt.NDArray[Any]
    """WALK, one around each half of a tree that was cut."""

    fields: ClassVar[dict[str, Field]] = {
        "nodes": ENTITY,
        "trees": TREE_NODE,
        "groups": GROUP,
        "counters": FOREST_COUNTERS,
        "walks": WALK,
    }
