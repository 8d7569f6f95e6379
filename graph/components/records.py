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

FREE_LABEL: Final = 0
LABELS_USED: Final = 1
COMPONENTS: Final = 2
NEXT_SERIAL: Final = 3
WALKS: Final = 4
FOREST_SCALARS: Final = 12
"""How many integers the forest keeps beside its arrays; above, what each of them is."""


class ForestState(Arrays):
    """The arrays of a forest, as kernels take them. Growth makes new arrays: ask the forest anew."""

    nodes: npt.NDArray[Any]
    """The entities of the link store."""
    groups: npt.NDArray[Any]
    """GROUP, by label."""
    scalars: npt.NDArray[np.int64]

    fields: ClassVar[dict[str, Field]] = {
        "nodes": ENTITY,
        "groups": GROUP,
        "scalars": np.dtype(np.int64),
    }
