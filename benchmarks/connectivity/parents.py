"""Trees in which a node knows its parent: the first array of what a rival keeps beside, -1 for a root."""

from __future__ import annotations

from typing import Any

from graph.kernels.kernel import kernel, wide


@kernel
def root_of(extra: Any, node: int) -> int:
    """The root of the tree that a node is in."""
    while extra[0][node] >= 0:
        node = wide(extra[0][node])
    return node
