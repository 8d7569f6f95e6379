"""The network's vectors under a stream of changes: only what is asked for and was touched is computed again.

After RIPPLE++ (arXiv 2601.12347), turned round: a change marks the entities whose own features or links it
touched, O(1), and a question walks the (bounded) neighbourhood it depends on and computes anew what is older
than a mark. Vectors equal those of a full pass up to rounding, since means are summed afresh, never
patched. Crowds (``gnn.neighbours``) are mute, so that a walk is bounded at hubs too. Features hold nothing
that moves with the clock (``gnn.features``), so a vector that nothing touched is still true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from gnn.features import Matrix
from gnn.kernels import heard_from, mark_hearers, mixed, stale
from gnn.link_lists import LinkLists
from gnn.neighbours import FANOUT

Indices = npt.NDArray[np.int64]
EPSILON: Final = 1e-5
"""Of LayerNorm, as in torch."""


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """One layer: LayerNorm's gain and shift (width,), mix (width, (relations + 1) * width) and bias."""

    gain: Matrix
    shift: Matrix
    mix: Matrix
    bias: Matrix


@dataclass(frozen=True, slots=True)
class NetworkWeights:
    """A trained network as arrays; features are standardised by ``mean`` and ``scale`` first."""

    mean: Matrix
    scale: Matrix
    encode: Matrix
    encode_bias: Matrix
    layers: tuple[LayerWeights, ...]

    @property
    def width(self) -> int:
        """Columns of one layer's vector."""
        return len(self.encode_bias)


class LiveVectors:
    """Vectors of entities 0, 1, 2, ... of one growing graph; ``kinds`` kinds of links."""

    def __init__(self, weights: NetworkWeights, kinds: int, fanout: int = FANOUT) -> None:
        self._weights = weights
        self._mixes = [_by_channel(layer.mix) for layer in weights.layers]
        self._links = LinkLists(kinds)
        self._fanout = fanout
        self._now = 0
        self._nodes = 0
        depth, width = len(weights.layers), weights.width
        self._vectors = np.zeros((depth + 1, 1024, width), np.float32)
        self._said = np.zeros((depth, 1024, width), np.float32)
        self._touched = np.zeros(1024, np.int64)
        self._changed = np.zeros((depth + 1, 1024), np.int64)
        self.computed = 0
        """How many vectors were computed so far, over all layers."""

    def set_features(self, entities: Indices, features: Matrix) -> None:
        """Give entities (distinct) their feature rows, new or changed. O(entities)."""
        if not len(entities):
            return
        self._reserve(int(entities.max()) + 1)
        self._now += 1
        w = self._weights
        h = _gelu((features - w.mean) / w.scale @ w.encode.T + w.encode_bias)
        self._keep(0, entities, h)

    def add_links(self, links: Iterable[tuple[int, int, int]]) -> None:
        """Links (kind, source, target) that came to be; one that is there already changes nothing."""
        for kind, source, target in links:
            self._reserve(max(source, target) + 1)
            if self._links.add(kind, source, target):
                self._touch(kind, source, target, self._fanout + 1)

    def remove_links(self, links: Iterable[tuple[int, int, int]]) -> None:
        """Links that ceased to be."""
        for kind, source, target in links:
            if self._links.remove(kind, source, target):
                self._touch(kind, source, target, self._fanout)

    def vectors(self, entities: Indices) -> Matrix:
        """(entities, outputs): every layer's vector side by side, as of all changes so far.

        Cost: a walk over the links within ``layers`` steps, and the mix of those vectors that are out of
        date.
        """
        links, depth = self._links, len(self._weights.layers)
        lists = (links.head, links.following, links.other, links.degree, self._fanout)
        wanted = [np.unique(entities)]
        for _ in range(depth - 1):
            wanted.append(np.unique(np.concatenate([wanted[-1], heard_from(wanted[-1], *lists)])))
        for layer, nodes in enumerate(reversed(wanted), 1):
            old = stale(nodes, self._changed[layer], self._touched, self._changed[layer - 1], *lists)
            if len(old):
                w = self._weights.layers[layer - 1]
                heard = mixed(old, self._said[layer - 1], self._mixes[layer - 1], w.bias, *lists)
                self._keep(layer, old, self._vectors[layer - 1, old] + _gelu(heard))
        return np.concatenate([self._vectors[layer, entities] for layer in range(depth + 1)], axis=1)

    def _keep(self, layer: int, entities: Indices, h: Matrix) -> None:
        self._vectors[layer, entities] = h
        self._changed[layer, entities] = self._now
        self.computed += len(entities)
        if layer < len(self._weights.layers):
            w = self._weights.layers[layer]
            centred = h - h.mean(axis=1, keepdims=True)
            spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + np.float32(EPSILON))
            self._said[layer, entities] = centred / spread * w.gain + w.shift

    def _touch(self, kind: int, source: int, target: int, edge: int) -> None:
        """Mark both ends, and everyone at an end that just became a crowd or ceased to be one."""
        self._now += 1
        links = self._links
        for relation, end in ((2 * kind, target), (2 * kind + 1, source)):
            self._touched[end] = self._now
            if links.degree[end, relation] == edge:
                mark_hearers(
                    end, relation, self._now, self._touched, links.head, links.following, links.other
                )

    def _reserve(self, nodes: int) -> None:
        self._links.reserve(nodes)
        have = len(self._touched)
        if nodes > have:
            more = max(nodes, 2 * have) - have
            self._vectors = np.pad(self._vectors, ((0, 0), (0, more), (0, 0)))
            self._said = np.pad(self._said, ((0, 0), (0, more), (0, 0)))
            self._touched = np.pad(self._touched, (0, more))
            self._changed = np.pad(self._changed, ((0, 0), (0, more)))


def _by_channel(mix: Matrix) -> Matrix:
    """(width, channels * width) as (channels, width, width): for each channel, inputs by outputs."""
    width = len(mix)
    return np.ascontiguousarray(mix.reshape(width, -1, width).transpose(1, 2, 0))


def _gelu(x: npt.NDArray[np.floating]) -> Matrix:
    """X * Phi(x), exact, as torch's default."""
    return cast(Matrix, (0.5 * x * (1.0 + erf(x * np.float32(0.7071067811865476)))).astype(np.float32))
