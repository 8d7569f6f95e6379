"""Vectors brought up to date over the engine's own lists of links; plain loops over arrays, compiled.

A vector of layer l is true while the entity itself was not touched, none of the vectors of layer l - 1 that
it reads changed, and it hears the same neighbours: one of them may have become a crowd, or ceased to be one,
without any touch of the entity itself, which a digest of who is heard tells. What is not true any more is
computed from scratch, in the order of the lists, so that a vector is a function of the engine's state alone,
to the last bit.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from gnn.serving.entity_features import read_entity
from gnn.serving.vector_lists import listen, slot_for
from gnn.serving.vector_state import (
    CHANGED,
    DONE,
    RELATION_BITS,
    RELATION_MASK,
    VectorState,
)
from gnn.tensors.features import Floats
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.state.state import State

Singles = npt.NDArray[np.float32]

EPSILON: Final = 1e-5
"""Of LayerNorm, as in torch."""
_ROOT_HALF: Final = math.sqrt(0.5)
_FIRST_ODD: Final = 0x1E3779B97F4A7C15
_SECOND_ODD: Final = 0x3F58476D1CE4E5B9


@kernel
def refresh(state: State, v: VectorState, members: Int32s) -> bool:
    """Bring the vectors of ``members`` up to date; False when slots ran out: make room and call again.

    Cost: a walk over the links within ``layers`` steps, crowds aside, and what is not true any more.
    """
    status, progress = state.links.change_log.status[0], v.progress[0]
    status.tick += 1
    now, depth = status.tick, v.network[0].layers
    progress.wanted, progress.held_rows = 0, 0
    if progress.listed_rows > len(v.lists) // 2:
        progress.listed_rows, progress.listed_since = 0, now
    for place in range(len(members)):
        if not _want(v, members[place], now):
            return False
    # Layer l is wanted of whom layer l + 1 hears; layer 0 comes along with layer 1.
    v.ends[depth] = progress.wanted
    for layer in range(depth - 1, 0, -1):
        for place in range(v.ends[layer + 1]):
            if v.spans[place, 1] < 0 and not _gather(state, v, place, now):
                return False
        v.ends[layer] = progress.wanted
    for place in range(v.ends[min(depth, 1)]):
        _encode(state, v, v.order[place], now)
    for layer in range(1, depth + 1):
        for place in range(v.ends[layer]):
            if not _renew(state, v, place, layer, now):
                return False
    return True


@kernel
def _want(v: VectorState, entity: int, now: int) -> bool:
    slot = slot_for(v, entity)
    if slot == 0:
        return False
    if v.wanted[slot] != now:
        v.wanted[slot] = now
        v.order[v.progress[0].wanted] = entity
        v.spans[v.progress[0].wanted, 1] = -1
        v.progress[0].wanted += 1
    return True


@kernel
def _gather(state: State, v: VectorState, place: int, now: int) -> bool:
    """Want those whom an entity hears, and hold the list of them while there is room; False without slots."""
    begin, end = v.progress[0].held_rows, listen(state, v, v.order[place], now)
    for n in range(begin, end):
        _want(v, v.heard[n, 0], now)
    if 0 <= end <= len(v.heard) - len(v.counts) * v.network[0].fanout:
        v.spans[place, 0], v.spans[place, 1] = begin, end
        v.progress[0].held_rows = end
    return end >= 0


@kernel
def _encode(state: State, v: VectorState, entity: int, now: int) -> None:
    """Layer 0 of an entity that has a slot, if it was touched."""
    slot = v.slot_of[entity]
    if v.ticks[slot, DONE] > state.links.change_log.touched[entity]:
        return
    read_entity(state, entity, v.features)
    row, width = v.row, v.network[0].width
    for out in range(width):
        row[out] = v.encode_bias[out]
    for place in range(len(v.features)):
        v.inputs[place] = (np.float32(v.features[place]) - v.mean[place]) / v.scale[place]
    _add_product(row, v.inputs[: len(v.features)], v.encode)
    for out in range(width):
        row[out] = _gelu(row[out])
    _keep(v, slot, 0, now)


@kernel
def _renew(state: State, v: VectorState, place: int, layer: int, now: int) -> bool:
    """The vector of a layer above 0, if it is not true any more; False when slots ran out."""
    entity, progress = v.order[place], v.progress[0]
    slot, begin, end = v.slot_of[entity], v.spans[place, 0], v.spans[place, 1]
    if end < 0:
        begin, end = progress.held_rows, listen(state, v, entity, now)
        if end < 0:
            return False
        for n in range(begin, end):
            _encode(state, v, v.heard[n, 0], now)
    newest, digest = v.ticks[slot, 2 * (layer - 1) + CHANGED], 0
    for n in range(begin, end):
        packed = v.heard[n, 1]
        newest = max(newest, v.ticks[packed >> RELATION_BITS, 2 * (layer - 1) + CHANGED])
        digest += _scattered(packed + 1)
    done = v.ticks[slot, 2 * layer + DONE]
    if done > state.links.change_log.touched[entity] and newest <= done and digest == v.digests[slot, layer]:
        v.ticks[slot, 2 * layer + DONE] = now
        return True
    v.digests[slot, layer] = digest
    row, width = v.row, v.network[0].width
    first, last = (layer - 1) * width, layer * width
    channel = (layer - 1) * (len(v.counts) + 1) * width
    for out in range(width):
        row[out] = v.biases[layer - 1, out]
    _add_product(row, v.said[slot, first:last], v.mixes[channel : channel + width])
    _add_up(v, begin, end, first, last)
    for relation in range(len(v.counts)):
        channel += width
        if v.counts[relation] > 0:
            for column in range(width):
                v.inputs[column] = v.sums[relation, column] / v.counts[relation]
            _add_product(row, v.inputs[:width], v.mixes[channel : channel + width])
    for out in range(width):
        row[out] = v.vectors[slot, first + out] + _gelu(row[out])
    _keep(v, slot, layer, now)
    return True


@kernel
def _add_up(v: VectorState, begin: int, end: int, first: int, last: int) -> None:
    """Sum by relation, in double precision, what is said in columns ``first`` to ``last`` by those heard."""
    for relation in range(len(v.counts)):
        v.counts[relation] = 0
    for n in range(begin, end):
        packed = v.heard[n, 1]
        relation = packed & RELATION_MASK
        sums, said = v.sums[relation], v.said[packed >> RELATION_BITS, first:last]
        if v.counts[relation] == 0:
            for out in range(len(said)):
                sums[out] = said[out]
        else:
            for out in range(len(said)):
                sums[out] += said[out]
        v.counts[relation] += 1


@kernel
def _add_product(into: Singles, row: Singles, weights: Singles) -> None:
    """Add row @ weights to ``into``; four inputs at a time, so that ``into`` is read and written less."""
    inputs, outputs = len(row), len(into)
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


@kernel
def _keep(v: VectorState, slot: int, layer: int, now: int) -> None:
    """Keep what lies in ``row`` as a vector, and what it says to the next layer."""
    row, width, at = v.row, v.network[0].width, layer * v.network[0].width
    same = v.ticks[slot, 2 * layer + DONE] > 0
    for place in range(width):
        same = same and v.vectors[slot, at + place] == row[place]
    v.ticks[slot, 2 * layer + DONE] = now
    v.progress[0].computed += 1
    if same:
        return
    v.ticks[slot, 2 * layer + CHANGED] = now
    mean = 0.0
    for place in range(width):
        v.vectors[slot, at + place] = row[place]
        mean += row[place]
    if layer == v.network[0].layers:
        return
    mean /= width
    square = 0.0
    for place in range(width):
        square += (row[place] - mean) ** 2
    spread = math.sqrt(square / width + EPSILON)
    for place in range(width):
        centred = (row[place] - mean) / spread
        v.said[slot, at + place] = centred * v.gains[layer, place] + v.shifts[layer, place]


@kernel
def _scattered(number: int) -> int:
    """A number whose sum over a set tells sets apart (after splitmix64, Steele et al., OOPSLA 2014)."""
    mixed = number * _FIRST_ODD
    mixed = (mixed ^ (mixed >> 30)) * _SECOND_ODD
    return mixed ^ (mixed >> 27)


@kernel
def _gelu(x: float) -> float:
    """X * Phi(x), exact, as torch's default."""
    return 0.5 * x * (1.0 + math.erf(x * _ROOT_HALF))


@kernel
def pool(v: VectorState, members: Int32s, out: Floats) -> None:
    """Log size, mean and maximum of the members' vectors, as ``gnn.training.ring_model.pool``."""
    columns = v.vectors.shape[1]
    out[0] = math.log(len(members))
    for place in range(columns):
        out[1 + place] = 0.0
        out[1 + columns + place] = -math.inf
    for member in members:
        slot = v.slot_of[member]
        for place in range(columns):
            value = float(v.vectors[slot, place])
            out[1 + place] += value
            out[1 + columns + place] = max(out[1 + columns + place], value)
    for place in range(columns):
        out[1 + place] /= len(members)
