"""What the peeling is kept in: a tuple of five arrays that compiled code passes on and changes in place.

Nodes and edges are dense numbers that the caller gives out. Nothing here or in the kernels allocates while
events are applied: ``room_for`` makes larger arrays before a batch, by doubling.

Bytes: a node has 56 and a place in a heap, 4. An edge has 16, and each end takes 8 of a chunk of 64 that
holds 7 edges: 34 an edge and about half a chunk, 32, for each node.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.model.errors import BadCall

Records = npt.NDArray[Any]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

NOWHERE: Final = -1
CHUNK_EDGES: Final = 7
CHUNK_STRIDE: Final = 8
NEXT_CHUNK: Final = 14
LEVEL_SHIFT: Final = 32
"""A rank is a level above these bits and a round below."""

NODE: Final = np.dtype(
    [
        ("rank", np.int64),
        ("left", np.int64),
        ("before", np.int64),
        ("due", np.int64),
        ("heap_at", np.int32),
        ("chunk", np.int32),
        ("fill", np.int32),
        ("degree", np.int32),
        ("side", np.int32),
        ("found", np.int32),
    ],
    align=True,
)
"""``rank``: when the node is taken. ``left``: the weight of its edges to nodes taken then or later: its
peeling weight. ``before``: of its edges to nodes taken in the round before. ``due``, ``heap_at``,
``found``: while it is in doubt. ``chunk``, ``fill``: its first chunk of neighbours and how many that
holds."""

EDGE: Final = np.dtype([("weight", np.int64), ("at", np.int32), ("other_at", np.int32)], align=True)
"""``at``, ``other_at``: where its rider's and its driver's end stand in the chunks; NOWHERE while absent."""

FREE_CHUNK: Final = 0
CHUNKS: Final = 1
IN_DOUBT: Final = 2
NODES: Final = 3
EDGES: Final = 4
MOVES: Final = 5
_COUNTS: Final = 8


class Peeling(NamedTuple):
    """A weighted graph and when peeling takes each of its nodes."""

    node: Records
    """NODE, by node."""
    edge: Records
    """EDGE, by edge."""
    chunk: Int32s
    """(chunks, 16): seven pairs of neighbour and edge, and the next chunk of the node."""
    heap: Int32s
    """The nodes in doubt during a change, the one due first on top."""
    counts: Int64s
    """Sizes, heads of free lists, and how often a node was moved; indexed by this module's constants."""


def empty(nodes: int, edges: int) -> Peeling:
    """A peeling without edges, with room for nodes 0..``nodes`` - 1 and edges 0..``edges`` - 1.

    Raises BadCall when either is not positive or beyond what 32 bits address.
    """
    if not (0 < nodes < 1 << 27 and 0 < edges < 1 << 27):
        raise BadCall(
            f"expected room for 1 to 2^27 nodes and 1 to 2^27 edges, found {nodes} and {edges}; ask for less"
        )
    node = np.zeros(nodes, NODE)
    node["chunk"] = node["heap_at"] = NOWHERE
    edge = np.zeros(edges, EDGE)
    edge["at"] = edge["other_at"] = NOWHERE
    counts = np.zeros(_COUNTS, np.int64)
    counts[FREE_CHUNK] = NOWHERE
    # Of the chunks of a node all but one are full.
    chunks = 2 * edges // CHUNK_EDGES + min(nodes, 2 * edges) + 1
    return Peeling(
        node=node,
        edge=edge,
        chunk=np.empty((chunks, 2 * CHUNK_STRIDE), np.int32),
        heap=np.empty(nodes, np.int32),
        counts=counts,
    )


def room_for(peeling: Peeling, nodes: int, edges: int) -> Peeling:
    """The same peeling with room for at least as many nodes and edges: itself where there is room.

    Doubles what has to grow. O(1) amortised over the growth.
    """
    have_nodes, have_edges = len(peeling.node), len(peeling.edge)
    if nodes <= have_nodes and edges <= have_edges:
        return peeling
    larger = empty(
        have_nodes if nodes <= have_nodes else max(nodes, 2 * have_nodes),
        have_edges if edges <= have_edges else max(edges, 2 * have_edges),
    )
    pairs: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]] = list(zip(larger, peeling, strict=True))
    for new, old in pairs:
        new[: len(old)] = old
    return larger


def arrays(peeling: Peeling) -> dict[str, npt.NDArray[Any]]:
    """Every array of the state, by name: what a snapshot keeps."""
    return dict(peeling._asdict())


def from_arrays(kept: Mapping[str, npt.NDArray[Any]]) -> Peeling:
    """The peeling that ``arrays`` showed; the arrays are copied.

    Raises BadCall when they are not those of this version.
    """
    if set(kept) != set(Peeling._fields):
        raise BadCall(
            f"expected the arrays {', '.join(Peeling._fields)}, found {', '.join(sorted(kept))}; "
            "take the snapshot again with this version"
        )
    peeling = Peeling(**{name: np.array(array) for name, array in kept.items()})
    if (peeling.node.dtype, peeling.edge.dtype) != (NODE, EDGE):
        raise BadCall(
            "expected the records of this version in the snapshot of a peeling, found others; take it again"
        )
    return peeling
