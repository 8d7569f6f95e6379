"""The spanning forest over the edges of a link store: its arrays, and the room in them.

The verbs are in ``graph.components.edges``. A component takes 16 bytes and a node 8, beside what the store's
entities hold of it.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from graph.components.edges import add_edge, label, remove_edge, same, size
from graph.components.records import FOREST_COUNTERS, GROUP, TREE_NODE, WALK, WALKS, ForestState
from graph.kernels.raw import grown
from graph.kernels.roomy import extended
from graph.links.store import LinkStore

__all__ = ["Forest", "ForestState", "add_edge", "label", "remove_edge", "same", "size"]

SMALLEST: Final = 1 << 10


class Forest:
    """Owns what the store does not. Grows with the store's entities."""

    def __init__(self, store: LinkStore) -> None:
        self._store = store
        self._trees = np.zeros(0, TREE_NODE)
        self._groups = np.zeros(SMALLEST, GROUP)
        self._counters = np.zeros(1, FOREST_COUNTERS)
        self._counters["first_free_label"] = -1
        self._walks = np.zeros(WALKS, WALK)
        self._state: ForestState | None = None

    def __len__(self) -> int:
        """How many components there are; lone nodes do not count."""
        return int(self._counters["components"][0])

    @property
    def state(self) -> ForestState:
        """The arrays for kernels. Valid until the store's next ``reserve``."""
        nodes = self._store.state.entities
        room = len(nodes) // 2 + 1
        if room > len(self._groups):
            larger = np.zeros(max(room, 2 * len(self._groups)), GROUP)
            self._groups = grown(self._groups, larger, int(self._counters["labels_used"][0]))
        if len(nodes) > len(self._trees):
            self._trees = grown(self._trees, np.zeros(len(nodes), TREE_NODE), len(self._trees))
        if self._state is None or self._state.nodes is not nodes or self._state.groups is not self._groups:
            self._state = ForestState(
                nodes=nodes,
                trees=self._trees,
                groups=self._groups,
                counters=self._counters,
                walks=self._walks,
            )
        return self._state

    @property
    def memory_bytes(self) -> int:
        """Bytes in use, beside those of the store."""
        return (
            int(self._store.state.counters["entities"][0]) * TREE_NODE.itemsize
            + int(self._counters["labels_used"][0]) * GROUP.itemsize
            + self._counters.nbytes
            + self._walks.nbytes
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What the store's ``arrays`` do not hold, for a snapshot; records as rows of integers.

        Valid until the arrays are changed.
        """
        used = int(self._counters["labels_used"][0])
        groups = self._groups[:used].view(np.int64).reshape(used, 2)
        entities = int(self._store.state.counters["entities"][0])
        trees = self._trees[:entities].view(np.int32).reshape(-1, 2)
        return {"groups": groups, "counters": self._counters.view(np.int64), "trees": trees}

    @classmethod
    def from_arrays(cls, store: LinkStore, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """The forest that ``arrays`` was taken from, over the store that was saved with it.

        It takes their memory over.
        """
        forest = cls(store)
        groups = extended(arrays["groups"]).reshape(-1).view(GROUP)
        forest._groups = (
            groups
            if len(groups) >= SMALLEST
            else grown(groups, np.zeros(SMALLEST, GROUP), len(arrays["groups"]))
        )
        forest._trees = extended(arrays["trees"]).reshape(-1).view(TREE_NODE)
        forest._counters[:] = arrays["counters"].view(FOREST_COUNTERS)
        return forest
