"""Personalised PageRank from one account by local pushes, on the graph without directions and silent nodes.

Andersen, Chung and Lang, FOCS 2006: mass waits at a node until it exceeds ``tolerance`` times its degree;
``alpha`` of it stays, the rest goes on in equal parts to the distinct counterparties. Each node's mass is
short by at most ``tolerance`` times its degree. Linear: from several seeds it is the mean over them.
"""

from __future__ import annotations

import numba
import numpy as np

from gnn.completion.relations import Ends, Floats, Mask, RelationGraph, Rows


def push(graph: RelationGraph, node: int, alpha: float, tolerance: float, mass: Floats, rest: Floats) -> Rows:
    """Adds the masses into ``mass``; returns the nodes whose ``mass`` and ``rest`` to clear after."""
    touched, count = _push(
        graph.start, graph.other, graph.degree, graph.silent, node, alpha, tolerance, mass, rest
    )
    return np.asarray(touched[:count])


@numba.njit(cache=True)
def _push(
    start: Rows,
    other: Ends,
    degree: Rows,
    silent: Mask,
    node: int,
    alpha: float,
    tolerance: float,
    mass: Floats,
    rest: Floats,
) -> tuple[Rows, int]:
    """A queue of nodes whose waiting mass is due; each is taken in the order in which it became due."""
    touched, count = np.empty(64, np.int64), 1
    queue, head, tail = np.empty(64, np.int64), 0, 1
    touched[0] = queue[0] = node
    rest[node] = 1.0
    while head < tail:
        here = queue[head]
        head += 1
        held = rest[here]
        rest[here] = 0.0
        if degree[here] == 0 or silent[here]:
            mass[here] += held
            continue
        mass[here] += alpha * held
        part = (1.0 - alpha) * held / degree[here]
        last = -1
        for tie in range(start[here], start[here + 1]):
            end = other[tie]
            if end == last or silent[end]:
                continue
            last = end
            if rest[end] == 0.0 and mass[end] == 0.0:
                if count == len(touched):
                    touched = np.concatenate((touched, np.empty(count, np.int64)))
                touched[count] = end
                count += 1
            due = tolerance * degree[end]
            before = rest[end]
            rest[end] += part
            if before < due <= rest[end]:
                if tail == len(queue):
                    queue = np.concatenate((queue[head:], np.empty(tail, np.int64)))
                    tail -= head
                    head = 0
                queue[tail] = end
                tail += 1
    return touched, count
