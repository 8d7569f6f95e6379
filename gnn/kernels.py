"""Kernels over the adjacency of ``gnn.link_lists``: plain loops over arrays, compiled.

``head[relation, node]`` is the first link that the node hears by, ``following[relation side, link]`` the
next; ``other[side, link]`` the far end. A relation is (kind, side): side 0 lets the target hear the source,
side 1 the source the target, as in ``gnn.neighbours.RELATIONS``. ``degree[relation, node]`` counts the
links in the list.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Links = npt.NDArray[np.int32]


@numba.njit(cache=True)
def is_quiet(degree: Links, relation: int, hearer: int, speaker: int, fanout: int) -> bool:
    """Whether the link between two ends is muted, because either end is a crowd in it."""
    return bool(degree[relation, hearer] > fanout or degree[relation ^ 1, speaker] > fanout)


@numba.njit(cache=True)
def heard_from(
    nodes: Indices, head: Links, following: Links, other: Links, degree: Links, fanout: int
) -> Indices:
    """The entities that any of ``nodes`` hears, with repeats. O(links of the nodes)."""
    found = np.empty(256, np.int64)
    size = 0
    for node in nodes:
        for relation in range(head.shape[0]):
            if degree[relation, node] > fanout:
                continue
            side = relation & 1
            link = head[relation, node]
            while link >= 0:
                speaker = other[side, link]
                if degree[relation ^ 1, speaker] <= fanout:
                    if size == len(found):
                        larger = np.empty(2 * size, np.int64)
                        larger[:size] = found
                        found = larger
                    found[size] = speaker
                    size += 1
                link = following[side, link]
    return found[:size]


@numba.njit(cache=True)
def stale(
    nodes: Indices,
    done: Indices,
    touched: Indices,
    changed: Indices,
    head: Links,
    following: Links,
    other: Links,
    degree: Links,
    fanout: int,
) -> Indices:
    """Those of ``nodes`` that were last computed before something they read changed.

    ``touched`` is when a node's own links changed, ``changed`` when a vector of the layer below did.
    """
    found = np.empty(len(nodes), np.int64)
    size = 0
    for node in nodes:
        since = done[node]
        old = touched[node] > since or changed[node] > since
        for relation in range(head.shape[0]):
            if old:
                break
            if degree[relation, node] > fanout:
                continue
            side = relation & 1
            link = head[relation, node]
            while link >= 0 and not old:
                speaker = other[side, link]
                old = changed[speaker] > since and degree[relation ^ 1, speaker] <= fanout
                link = following[side, link]
        if old:
            found[size] = node
            size += 1
    return found[:size]


@numba.njit(cache=True)
def channels(
    nodes: Indices, said: Floats, head: Links, following: Links, other: Links, degree: Links, fanout: int
) -> Floats:
    """What a layer reads of each node: its own row of ``said``, then its neighbours' mean by relation.

    (nodes, (relations + 1) * width); sums are taken in double precision. O(links of the nodes * width).
    """
    width = said.shape[1]
    read = np.zeros((len(nodes), (head.shape[0] + 1) * width), np.float32)
    total = np.empty(width, np.float64)
    for row in range(len(nodes)):
        node = nodes[row]
        read[row, :width] = said[node]
        for relation in range(head.shape[0]):
            if degree[relation, node] > fanout:
                continue
            side = relation & 1
            link = head[relation, node]
            total[:] = 0.0
            count = 0
            while link >= 0:
                speaker = other[side, link]
                if degree[relation ^ 1, speaker] <= fanout:
                    for column in range(width):
                        total[column] += said[speaker, column]
                    count += 1
                link = following[side, link]
            if count:
                start = (relation + 1) * width
                for column in range(width):
                    read[row, start + column] = total[column] / count
    return read


@numba.njit(cache=True)
def mark_hearers(
    node: int,
    relation: int,
    when: int,
    touched: Indices,
    head: Links,
    following: Links,
    other: Links,
) -> None:
    """Mark every far end of one list: a crowd came to be or dissolved there. O(links of the list)."""
    link = head[relation, node]
    while link >= 0:
        touched[other[relation & 1, link]] = when
        link = following[relation & 1, link]
