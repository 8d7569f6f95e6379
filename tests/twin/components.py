"""Connected components that follow insertions and deletions of edges exactly.

Insertion relabels the smaller side; deletion searches from both ends in turn and stops as soon as the
smaller side is exhausted or the searches meet, so a cut costs at most about twice the smaller side
(the interleaved search of Even and Shiloach, "An On-Line Edge-Deletion Problem", JACM 28(1), 1981).
An edge may be laid several times (two accounts share a device and a card): it holds until as many are
taken away. Memory: one dictionary entry per directed edge and per node.

Labels are stable: the larger side of a merge or split keeps its label, ties go to the older label.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Split(NamedTuple):
    """A component that fell apart: the part that kept the label, and the part that got a new one."""

    kept: int
    parted: int


class Components:
    """Components of a graph over integer nodes, under ``connect`` and ``disconnect``."""

    def __init__(self) -> None:
        self._neighbours: dict[int, dict[int, int]] = {}
        self._label: dict[int, int] = {}
        self._members: dict[int, dict[int, None]] = {}
        self._next_label = 0

    def __len__(self) -> int:
        return len(self._members)

    def label(self, node: int) -> int | None:
        """The label of the node's component; None for a node that has no edge."""
        return self._label.get(node)

    def members(self, label: int) -> list[int]:
        """The nodes of a component, in ascending order."""
        return sorted(self._members[label])

    def size(self, label: int) -> int:
        """How many nodes the component has."""
        return len(self._members[label])

    def labels(self) -> list[int]:
        """Every label in use, oldest first."""
        return sorted(self._members)

    def connect(self, left: int, right: int) -> tuple[int, int] | None:
        """Lay one edge. Returns (label that stays, label that is gone) when two components became one."""
        if left == right:
            raise ValueError(f"expected two different nodes, got {left} twice")
        self._count(left, right, 1)
        a, b = self._ensure(left), self._ensure(right)
        if a == b:
            return None
        keep, gone = sorted((a, b), key=lambda label: (-len(self._members[label]), label))
        for node in self._members[gone]:
            self._label[node] = keep
        self._members[keep].update(self._members.pop(gone))
        return keep, gone

    def disconnect(self, left: int, right: int) -> Split | None:
        """Take one edge away. Returns the two labels when a component of linked nodes fell apart.

        Nodes left without an edge leave the structure; a split off a single such node is still reported,
        with the label of the part that vanished as -1.
        """
        if self._count(left, right, -1) > 0:
            return None
        side = self._smaller_side(left, right)
        if side is None:
            return None
        old = self._label[left]
        rest = self._members[old]
        label = self._next_label
        self._next_label += 1
        for node in side:
            del rest[node]
            self._label[node] = label
        self._members[label] = dict.fromkeys(side)
        for part in (old, label):
            if len(self._members[part]) == 1:
                (lonely,) = self._members.pop(part)
                del self._label[lonely]
        return Split(old if old in self._members else -1, label if label in self._members else -1)

    def _ensure(self, node: int) -> int:
        label = self._label.get(node)
        if label is None:
            label = self._label[node] = self._next_label
            self._next_label += 1
            self._members[label] = {node: None}
        return label

    def _count(self, left: int, right: int, step: int) -> int:
        """Change the multiplicity of an edge at both ends; returns what is left of it."""
        for a, b in ((left, right), (right, left)):
            around = self._neighbours.setdefault(a, {})
            count = around.get(b, 0) + step
            if count < 0:
                raise ValueError(f"expected an edge between {left} and {right}, found none to take away")
            if count:
                around[b] = count
            else:
                del around[b]
                if not around:
                    del self._neighbours[a]
        return count

    def _smaller_side(self, left: int, right: int) -> list[int] | None:
        """The side of a removed edge that ran out first, or None when another path joins the ends."""
        searches = (self._search(left), self._search(right))
        found: tuple[dict[int, None], dict[int, None]] = ({left: None}, {right: None})
        while True:
            for near, far, search in ((found[0], found[1], searches[0]), (found[1], found[0], searches[1])):
                node = next(search, None)
                if node is None:
                    return list(near)
                if node in far:
                    return None
                near[node] = None

    def _search(self, start: int) -> Iterator[int]:
        """Nodes reached from ``start``, one per step, each edge looked at once per direction."""
        seen = {start}
        queue = [start]
        for node in queue:
            for neighbour in self._neighbours.get(node, ()):
                if neighbour not in seen:
                    seen.add(neighbour)
                    queue.append(neighbour)
                    yield neighbour
