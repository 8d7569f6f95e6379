"""Who is linked to whom: by node and neighbour, the number of the live link between them."""

from __future__ import annotations

from typing import Final

Adjacency = dict[int, dict[int, int]]
NOBODY: Final[dict[int, int]] = {}
"""The neighbours of a node that has none."""


def drop(adjacency: Adjacency, node: int, neighbour: int) -> None:
    """Forget a neighbour, and the node with its last."""
    around = adjacency[node]
    del around[neighbour]
    if not around:
        del adjacency[node]
