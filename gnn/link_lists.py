"""A changing adjacency: links come and go in O(1), and each entity's links are walked by kind and side.

Every link stands in two doubly linked lists of its kind: of the source and of the target. Arrays grow by
doubling; a removed link's number is used again.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Links = npt.NDArray[np.int32]
NONE: Final = -1


class LinkLists:
    """The links of ``kinds`` kinds. Relation ``2 * kind`` lists a target's, ``2 * kind + 1`` a source's."""

    def __init__(self, kinds: int, nodes: int = 1024, links: int = 1024) -> None:
        self.head: Links = np.full((nodes, 2 * kinds), NONE, np.int32)
        self.degree: Links = np.zeros((nodes, 2 * kinds), np.int32)
        self.other: Links = np.full((2, links), NONE, np.int32)
        """Far end as seen from side 0 (the target sees the source) and from side 1."""
        self.following: Links = np.full((2, links), NONE, np.int32)
        self._before: Links = np.full((2, links), NONE, np.int32)
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._free: list[int] = []
        self._used = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, link: tuple[int, int, int]) -> bool:
        return link in self._numbers

    def reserve(self, nodes: int) -> None:
        """Make room for entities 0 to ``nodes`` - 1."""
        have = len(self.head)
        if nodes > have:
            more = max(nodes, 2 * have) - have
            self.head = np.pad(self.head, ((0, more), (0, 0)), constant_values=NONE)
            self.degree = np.pad(self.degree, ((0, more), (0, 0)))

    def add(self, kind: int, source: int, target: int) -> bool:
        """Add a link; False when it was there."""
        if (kind, source, target) in self._numbers:
            return False
        link = self._free.pop() if self._free else self._fresh()
        self._numbers[kind, source, target] = link
        for side, (owner, far) in enumerate(((target, source), (source, target))):
            relation = 2 * kind + side
            first = self.head[owner, relation]
            self.other[side, link] = far
            self.following[side, link] = first
            self._before[side, link] = NONE
            if first != NONE:
                self._before[side, first] = link
            self.head[owner, relation] = link
            self.degree[owner, relation] += 1
        return True

    def remove(self, kind: int, source: int, target: int) -> bool:
        """Remove a link; False when there was none."""
        link = self._numbers.pop((kind, source, target), None)
        if link is None:
            return False
        for side, owner in enumerate((target, source)):
            relation = 2 * kind + side
            before, after = self._before[side, link], self.following[side, link]
            if before == NONE:
                self.head[owner, relation] = after
            else:
                self.following[side, before] = after
            if after != NONE:
                self._before[side, after] = before
            self.degree[owner, relation] -= 1
        self._free.append(link)
        return True

    def _fresh(self) -> int:
        if self._used == self.other.shape[1]:
            more = ((0, 0), (0, self._used))
            self.other, self.following, self._before = (
                np.pad(each, more, constant_values=NONE)
                for each in (self.other, self.following, self._before)
            )
        self._used += 1
        return self._used - 1
