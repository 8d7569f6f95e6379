"""Kernels over the adjacency of ``gnn.link_lists``: plain loops over arrays, compiled.

``head[node, relation]`` is the first link that the node hears by, ``following[relation side, link]`` the
next; ``other[side, link]`` the far end. A relation is (kind, side): side 0 lets the target hear the source,
side 1 the source the target, as in ``gnn.neighbours.RELATIONS``. ``degree[node, relation]`` counts the
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
    return bool(degree[hearer, relation] > fanout or degree[speaker, relation ^ 1] > fanout)


@numba.njit(cache=True)
def heard_from(
    nodes: Indices, head: Links, following: Links, other: Links, degree: Links, fanout: int
) -> Indices:
    """The entities that any of ``nodes`` hears, with repeats. O(links of the nodes)."""
    found = np.empty(256, np.int64)
    size = 0
    for node in nodes:
        for relation in range(head.shape[1]):
            if degree[node, relation] > fanout:
                continue
            side = relation & 1
            link = head[node, relation]
            while link >= 0:
                speaker = other[side, link]
                if degree[speaker, relation ^ 1] <= fanout:
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
        for relation in range(head.shape[1]):
            if old:
                break
            if degree[node, relation] > fanout:
                continue
            side = relation & 1
            link = head[node, relation]
            while link >= 0 and not old:
                speaker = other[side, link]
                old = changed[speaker] > since and degree[speaker, relation ^ 1] <= fanout
                link = following[side, link]
        if old:
            found[size] = node
            size += 1
    return found[:size]


@numba.njit(cache=True, fastmath={"contract"})
def _add_product(into: Floats, row: Floats, weights: Floats) -> None:
    """Add row @ weights to ``into``; four inputs at a time, so that ``into`` is read and written less."""
    inputs, outputs = weights.shape
    whole = inputs - inputs % 4
    for n in range(0, whole, 4):
        a, b, c, d = row[n], row[n + 1], row[n + 2], row[n + 3]
        for out in range(outputs):
            into[out] += (a * weights[n, out] + b * weights[n + 1, out]) + (
                c * weights[n + 2, out] + d * weights[n + 3, out]
            )
    for n in range(whole, inputs):
        for out in range(outputs):
            into[out] += row[n] * weights[n, out]


@numba.njit(cache=True)
def mixed(
    nodes: Indices,
    said: Floats,
    weights: Floats,
    bias: Floats,
    head: Links,
    following: Links,
    other: Links,
    degree: Links,
    fanout: int,
) -> Floats:
    """A layer before its gelu: the node's own row of ``said`` and its neighbours' mean by relation, mixed.

    ``weights`` (relations + 1, width, width) holds what each channel adds, own first, inputs by outputs;
    ``bias`` (width,). Gives (nodes, width). Sums over neighbours are taken in double precision; a relation
    without neighbours costs nothing. O(links of the nodes * width + channels in use * width^2).
    """
    width = said.shape[1]
    result = np.empty((len(nodes), width), np.float32)
    total = np.empty(width, np.float64)
    mean = np.empty(width, np.float32)
    for row in range(len(nodes)):
        node = nodes[row]
        into = result[row]
        into[:] = bias
        _add_product(into, said[node], weights[0])
        for relation in range(head.shape[1]):
            if degree[node, relation] > fanout:
                continue
            side = relation & 1
            link = head[node, relation]
            count = 0
            while link >= 0:
                speaker = other[side, link]
                if degree[speaker, relation ^ 1] <= fanout:
                    if count == 0:
                        total[:] = 0.0
                    for column in range(width):
                        total[column] += said[speaker, column]
                    count += 1
                link = following[side, link]
            if count:
                for column in range(width):
                    mean[column] = total[column] / count
                _add_product(into, mean, weights[relation + 1])
    return result


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
    link = head[node, relation]
    while link >= 0:
        touched[other[relation & 1, link]] = when
        link = following[relation & 1, link]
