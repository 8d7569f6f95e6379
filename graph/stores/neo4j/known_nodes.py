"""Which id the server gave a node, remembered by key, so that a node is found without an index.

A place is overwritten by the next key that falls into it: memory is bounded, and what is forgotten is only
looked up again. An id is no proof. A node may have been deleted and its id given to another, so whoever finds
a node by id compares its key as well (``graph.stores.neo4j.by_id``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

PLACES: Final = 1 << 20
"""16 bytes each."""
UNKNOWN: Final = -1
Ids = npt.NDArray[np.int64]


class KnownNodes:
    """Ids by key, at most ``places`` of them (a power of two)."""

    def __init__(self, places: int = PLACES) -> None:
        self._mask = places - 1
        self._mark = np.zeros(places, np.int64)
        self._id = np.full(places, UNKNOWN, np.int64)

    def find(self, keys: Sequence[str]) -> Ids:
        """The id of every key, ``UNKNOWN`` where none is remembered. O(keys)."""
        marks = _marks(keys)
        place = marks & self._mask
        return np.where(self._mark[place] == marks, self._id[place], UNKNOWN)

    def remember(self, keys: Sequence[str], ids: Ids) -> None:
        """Ids of nodes that a committed transaction made or found. O(keys)."""
        marks = _marks(keys)
        place = marks & self._mask
        # Of keys that fall into one place the last stays, whole.
        _, last = np.unique(place[::-1], return_index=True)
        kept = len(place) - 1 - last
        self._mark[place[kept]] = marks[kept]
        self._id[place[kept]] = ids[kept]

    def forget(self) -> None:
        """Know no node any more."""
        self._id.fill(UNKNOWN)


def _marks(keys: Sequence[str]) -> npt.NDArray[np.int64]:
    """64 bits of each key, of this process only; Python keeps them with the text."""
    return np.fromiter(map(hash, keys), np.int64, len(keys))
