"""The arrays of vectors that are kept current: a network's weights, and what was computed with them.

What is kept of an entity lies in a *slot*, given to it when its vector is first wanted; slot 0 is nobody's.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field

NETWORK_SHAPE: Final = np.dtype([("layers", "i8"), ("width", "i8"), ("fanout", "i8")])
"""One row, which never changes: layers, columns of a layer's vector, and the most links of one kind at an end
that is no crowd."""

PROGRESS: Final = np.dtype(
    [
        (name, "i8")
        for name in ("slots_used", "computed", "wanted", "held_rows", "listed_rows", "listed_since")
    ]
)
"""One row: the slots in use, and how many vectors were computed so far, over all layers; how many entities of
the question at hand stand in ``order``, and how many rows of ``heard`` hold lists that are kept until it is
answered; how many rows of ``lists`` are in use, and the tick since when."""

COUNTED: Final = 0
CROWDS: Final = 1
LISTED: Final = 2
FIRST_ROW: Final = 3
ROWS: Final = 4
DONE: Final = 5
CHANGED: Final = 6
"""Places in ``ticks``; the last two repeat for every layer."""

RELATION_BITS: Final = 5
RELATION_MASK: Final = (1 << RELATION_BITS) - 1

_F4: Final = np.dtype(np.float32)
_F8: Final = np.dtype(np.float64)
_I4: Final = np.dtype(np.int32)
_I8: Final = np.dtype(np.int64)


class VectorState(Arrays):
    """As kernels take them. Matrices are inputs by outputs; a layer's channels lie one after the other."""

    mean: npt.NDArray[np.float32]
    scale: npt.NDArray[np.float32]
    encode: npt.NDArray[np.float32]
    encode_bias: npt.NDArray[np.float32]
    gains: npt.NDArray[np.float32]
    shifts: npt.NDArray[np.float32]
    mixes: npt.NDArray[np.float32]
    """(layers * (relations + 1) * width, width): of each layer its own channel, then each relation's."""
    biases: npt.NDArray[np.float32]
    slot_of: npt.NDArray[np.int32]
    """By entity; 0 while it has none."""
    vectors: npt.NDArray[np.float32]
    """By slot: every layer's vector side by side."""
    said: npt.NDArray[np.float32]
    """By slot: what the next layer hears of each, the vector normalised."""
    ticks: npt.NDArray[np.int64]
    """By slot: when it was counted over which relations the entity is a crowd, and these relations as bits;
    the tick of its list in ``lists``, where that begins and how long it is; then for each layer when its
    vector was last found true, and when it last changed."""
    lists: npt.NDArray[np.int32]
    """Rows as in ``heard``, but crowds are among them. All are forgotten when half of the room is used."""
    digests: npt.NDArray[np.int64]
    """By slot and layer: a digest of who was heard for it, by which relation."""
    wanted: npt.NDArray[np.int64]
    """By slot: the tick for which the entity stands in ``order``."""
    order: npt.NDArray[np.int32]
    """The entities of the question at hand, those asked for first; as many as there are slots."""
    ends: npt.NDArray[np.int32]
    """By layer: how many of ``order`` its vector is wanted of."""
    spans: npt.NDArray[np.int32]
    """By place in ``order``: from which row of ``heard`` to which its list is held; the latter is -1 when
    it is not and has to be walked again."""
    heard: npt.NDArray[np.int32]
    """Each whom an entity hears, and its slot and relation in one number: lists that are held, then room for
    one list more."""
    features: npt.NDArray[np.float64]
    inputs: npt.NDArray[np.float32]
    row: npt.NDArray[np.float32]
    sums: npt.NDArray[np.float64]
    """By relation, what the entity at hand hears."""
    counts: npt.NDArray[np.int64]
    """By relation, from how many."""
    network: npt.NDArray[Any]
    """NETWORK_SHAPE."""
    progress: npt.NDArray[Any]
    """PROGRESS."""

    fields: ClassVar[dict[str, Field]] = {
        "mean": _F4,
        "scale": _F4,
        "encode": (_F4, 2),
        "encode_bias": _F4,
        "gains": (_F4, 2),
        "shifts": (_F4, 2),
        "mixes": (_F4, 2),
        "biases": (_F4, 2),
        "slot_of": _I4,
        "vectors": (_F4, 2),
        "said": (_F4, 2),
        "ticks": (_I8, 2),
        "digests": (_I8, 2),
        "wanted": _I8,
        "order": _I4,
        "ends": _I4,
        "lists": (_I4, 2),
        "spans": (_I4, 2),
        "heard": (_I4, 2),
        "features": _F8,
        "inputs": _F4,
        "row": _F4,
        "sums": (_F8, 2),
        "counts": _I8,
        "network": NETWORK_SHAPE,
        "progress": PROGRESS,
    }


def room_of(slots: int, depth: int, width: int) -> dict[str, npt.NDArray[Any]]:
    """The arrays that have a row for each slot, empty."""
    return {
        "vectors": np.zeros((slots, width * (depth + 1)), np.float32),
        "said": np.zeros((slots, width * depth), np.float32),
        "ticks": np.zeros((slots, DONE + 2 * (depth + 1)), np.int64),
        "digests": np.zeros((slots, depth + 1), np.int64),
        "wanted": np.zeros(slots, np.int64),
        "order": np.zeros(slots, np.int32),
        "spans": np.zeros((slots, 2), np.int32),
    }
