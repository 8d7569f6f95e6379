"""The arrays of the spanning forest, and the room in them.

The verbs are in ``graph.forest_kernels``. A node takes 20 bytes and a component 16.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from graph.forest_kernels import join, label, part, same, size
from graph.forest_records import (
    COMPONENTS,
    FOREST_SCALARS,
    FREE_LABEL,
    GROUP,
    LABELS_USED,
    NODE,
    ForestState,
)

__all__ = ["Forest", "ForestState", "join", "label", "part", "same", "size"]

SMALLEST: Final = 1 << 10


class Forest:
    """Owns the arrays. ``reserve`` for new entities before a batch, then hand ``state`` to kernels."""

    def __init__(self) -> None:
        scalars = np.zeros(FOREST_SCALARS, np.int64)
        scalars[FREE_LABEL] = -1
        self._known = 0
        self._state = ForestState(np.empty(0, NODE), np.empty(0, GROUP), scalars)

    def __len__(self) -> int:
        """How many components there are; lone nodes do not count."""
        return int(self._state.scalars[COMPONENTS])

    @property
    def state(self) -> ForestState:
        """The arrays for kernels. Valid until the next ``reserve``."""
        return self._state

    @property
    def memory_bytes(self) -> int:
        """Bytes in use."""
        labels = int(self._state.scalars[LABELS_USED])
        return self._known * NODE.itemsize + labels * GROUP.itemsize + self._state.scalars.nbytes

    def reserve(self, entities: int) -> None:
        """Make room for entities 0 to ``entities`` - 1. O(1) when there is, otherwise arrays double."""
        nodes, groups, scalars = self._state
        if entities > len(nodes):
            size = max(entities, 2 * len(nodes), SMALLEST)
            grown = np.empty(size, NODE)
            grown[: self._known] = nodes[: self._known]
            labels = np.empty(size // 2 + 1, GROUP)
            labels[: len(groups)] = groups
            self._state = ForestState(grown, labels, scalars)
        if entities > self._known:
            fresh = self._state.nodes[self._known : entities]
            for name in ("tree", "other", "label"):
                fresh[name] = -1
            for name in ("next_member", "prev_member"):
                fresh[name] = np.arange(self._known, entities)
            self._known = entities

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of everything, for a snapshot; records as rows of integers."""
        nodes, groups, scalars = self._state
        labels = int(scalars[LABELS_USED])
        return {
            "nodes": nodes[: self._known].view(np.int32).reshape(self._known, 5).copy(),
            "groups": groups[:labels].view(np.int64).reshape(labels, 2).copy(),
            "scalars": scalars.copy(),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """The forest that ``arrays`` was taken from."""
        forest = cls()
        forest.reserve(len(arrays["nodes"]))
        nodes, groups, _ = forest._state
        nodes[: len(arrays["nodes"])].view(np.int32).reshape(-1, 5)[:] = arrays["nodes"]
        groups[: len(arrays["groups"])].view(np.int64).reshape(-1, 2)[:] = arrays["groups"]
        forest._state = ForestState(nodes, groups, arrays["scalars"].copy())
        return forest
