"""The network's vectors over a running engine: only what is asked for and was touched is computed again.

After RIPPLE++ (arXiv 2601.12347), turned round: the engine marks the entities whose own facts or links an
event or the window's end touched, one number for each, and a question walks the (bounded) neighbourhood it
depends on and computes anew what is older than a mark. Vectors equal those of a full pass up to rounding,
since means are summed afresh, never patched. Crowds (``gnn.tensors.neighbours``) are mute, so that a walk is
bounded at hubs too. Features hold nothing that moves with the clock (``gnn.tensors.features``), so a vector
that nothing touched is still true.
"""

from __future__ import annotations

import sys
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np

from gnn.serving.vector_kernels import pool, refresh
from gnn.serving.vector_state import NETWORK_SHAPE, PROGRESS, VectorState, room_of
from gnn.tensors.features import Floats, Matrix
from gnn.tensors.neighbours import FANOUT, RELATIONS
from graph.kernels.arrays import Int32s
from graph.kernels.journalled import journalled
from graph.state.state import State

MOST_KEPT: Final = 1 << 19
"""Entities beyond which everything kept is forgotten before the next question, and computed again when asked
for: 410 MB at 32 columns and two layers."""
FIRST_ROOM: Final = 1 << 10
LIST_ROWS: Final = 1 << 22
"""Rows for lists that are kept from question to question: 34 MB, when they are used."""
HELD_ROWS: Final = 1 << 16
"""Rows for the lists of whom a question's entities hear; what finds no room is walked once for each layer."""


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

    @property
    def outputs(self) -> int:
        """Columns of a vector: every layer's side by side."""
        return self.width * (len(self.layers) + 1)


class LiveVectors:
    """Vectors of one engine's entities, whose ticks the engine keeps (``graph.links.change_log``)."""

    def __init__(
        self,
        weights: NetworkWeights,
        fanout: int = FANOUT,
        most_kept: int = MOST_KEPT,
        lists: int = LIST_ROWS,
        held: int = HELD_ROWS,
    ) -> None:
        self._weights = weights
        self._most_kept = most_kept
        depth, width = len(weights.layers), weights.width
        progress = np.zeros(1, PROGRESS)
        progress["slots_used"] = 1
        channels = (len(RELATIONS) + 1) * width
        self._state = VectorState(
            mean=_plain(weights.mean),
            scale=_plain(weights.scale),
            encode=_plain(weights.encode.T),
            encode_bias=_plain(weights.encode_bias),
            gains=_rows([layer.gain for layer in weights.layers], width),
            shifts=_rows([layer.shift for layer in weights.layers], width),
            mixes=_plain(np.concatenate([np.zeros((0, width)), *(layer.mix.T for layer in weights.layers)])),
            biases=_rows([layer.bias for layer in weights.layers], width),
            slot_of=np.zeros(0, np.int32),
            ends=np.zeros(depth + 1, np.int32),
            lists=np.zeros((lists, 2), np.int32),
            heard=np.zeros((held + len(RELATIONS) * fanout, 2), np.int32),
            features=np.zeros(len(weights.mean)),
            inputs=np.zeros(max(len(weights.mean), width), np.float32),
            row=np.zeros(width, np.float32),
            sums=np.zeros((len(RELATIONS), width)),
            counts=np.zeros(len(RELATIONS), np.int64),
            network=np.array([(depth, width, fanout)], NETWORK_SHAPE),
            progress=progress,
            **room_of(FIRST_ROOM, depth, width),
        )
        assert self._state.mixes.shape == (depth * channels, width)

    @property
    def computed(self) -> int:
        """How many vectors were computed so far, over all layers."""
        return int(self._state.progress["computed"][0])

    def vectors(self, state: State, entities: Int32s) -> Matrix:
        """(entities, outputs): every layer's vector side by side, as of all events so far.

        Cost: a walk over the links within ``layers`` steps, crowds aside, and the mix of those vectors that
        are out of date.
        """
        self._refresh(state, entities)
        rows: Matrix = self._state.vectors[self._state.slot_of[entities]]
        return rows

    def pool(self, state: State, members: Int32s, out: Floats) -> None:
        """Log size, mean and maximum of the members' vectors into ``out``, (1 + 2 * outputs,)."""
        self._refresh(state, members)
        pool(self._state, members, out)

    def on_trial(self) -> LiveVectors:
        """The same vectors for a question that is taken back: every write is journalled."""
        trial = copy(self)
        trial._state = journalled(self._state)
        # Nothing is forgotten by a question: that is no write of a kernel.
        trial._most_kept = sys.maxsize
        return trial

    def _refresh(self, state: State, entities: Int32s) -> None:
        if self._state.progress["slots_used"][0] > self._most_kept:
            self._forget()
        known = int(state.counters["entities"][0])
        if len(self._state.slot_of) < known:
            slot_of = np.zeros(max(known, 2 * len(self._state.slot_of), FIRST_ROOM), np.int32)
            slot_of[: len(self._state.slot_of)] = self._state.slot_of
            self._state = self._state.replaced(slot_of=slot_of)
        while not refresh(state, self._state, entities):
            self._grow()

    def _grow(self) -> None:
        """Twice as many slots."""
        held = len(self._state.ticks)
        room = room_of(2 * held, len(self._weights.layers), self._weights.width)
        for name, array in room.items():
            array[:held] = getattr(self._state, name)
        self._state = self._state.replaced(**room)

    def _forget(self) -> None:
        self._state.slot_of[:] = 0
        self._state.ticks[:] = 0
        self._state.progress["slots_used"] = 1


def _plain(matrix: Matrix) -> Matrix:
    return np.ascontiguousarray(matrix, np.float32)


def _rows(rows: list[Matrix], width: int) -> Matrix:
    return _plain(np.array(rows, np.float32).reshape(-1, width))
