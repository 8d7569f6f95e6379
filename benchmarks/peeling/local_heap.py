"""A heap of nodes by a weight that only falls, ties to the lower number, for a small peeling. Kernels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.peeling.state import NOWHERE, Int32s
from graph.kernels.kernel import kernel

Floats = npt.NDArray[np.float64]


@kernel
def push(heap: Int32s, place: Int32s, weight: Floats, size: int, node: int) -> None:
    """Add a node to a heap of ``size`` nodes."""
    _up(heap, place, weight, size, node)


@kernel
def pop(heap: Int32s, place: Int32s, weight: Floats, size: int) -> int:
    """Take the lightest node out of a heap of ``size`` nodes; its place becomes NOWHERE."""
    lightest = heap[0]
    place[lightest] = NOWHERE
    if size > 1:
        _down(heap, place, weight, size - 1, heap[size - 1])
    return int(lightest)


@kernel
def fell(heap: Int32s, place: Int32s, weight: Floats, node: int) -> None:
    """A node in the heap has become lighter."""
    _up(heap, place, weight, place[node], node)


@kernel
def _up(heap: Int32s, place: Int32s, weight: Floats, at: int, node: int) -> None:
    own = weight[node]
    while at:
        above = heap[(at - 1) >> 1]
        if weight[above] < own or (weight[above] == own and above < node):
            break
        heap[at] = above
        place[above] = at
        at = (at - 1) >> 1
    heap[at] = node
    place[node] = at


@kernel
def _down(heap: Int32s, place: Int32s, weight: Floats, size: int, node: int) -> None:
    own, at = weight[node], 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        below = heap[child]
        if child + 1 < size:
            right = heap[child + 1]
            if weight[right] < weight[below] or (weight[right] == weight[below] and right < below):
                child, below = child + 1, right
        if weight[below] > own or (weight[below] == own and below > node):
            break
        heap[at] = below
        place[below] = at
        at = child
    heap[at] = node
    place[node] = at
