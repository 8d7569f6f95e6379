"""Who speaks to whom: one relation for each kind of link and direction, with crowds muted.

An end with more than ``FANOUT`` links of one kind is a crowd (a carrier's address, a campaign, a busy
driver): over that relation it neither speaks nor is spoken to, and its log degree, a feature, says so. That
bounds what one event can change, at every hub the same whoever asks and in whatever order, where sampling
would depend on both; and what hundreds share says little about a hand.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gnn.tensors.features import HEARD_KINDS
from gnn.tensors.propagate import mean_over
from graph.model.view import GraphView

FANOUT: Final = 256
RELATIONS: Final[tuple[tuple[int, bool], ...]] = tuple(
    (code, towards_target) for code in range(len(HEARD_KINDS)) for towards_target in (True, False)
)
"""(index into HEARD_KINDS, whether the target hears the source), in the order the network expects."""

Indices = npt.NDArray[np.int32]


def neighbour_means(view: GraphView) -> list[sparse.csr_matrix]:
    """For each of RELATIONS the mean over neighbours, (entities, entities) CSR. O(links log links)."""
    return means_of(view.links.kind, view.links.source, view.links.target, len(view.kind))


def means_of(
    kind: npt.NDArray[np.int8], source: Indices, target: Indices, nodes: int, fanout: int = FANOUT
) -> list[sparse.csr_matrix]:
    """The same from bare columns; ``fanout`` links of a kind at one end are not yet a crowd."""
    matrices = []
    for code, towards_target in RELATIONS:
        of_kind = np.flatnonzero(kind == code)
        left, right = source[of_kind], target[of_kind]
        quiet = (np.bincount(left, minlength=nodes)[left] > fanout) | (
            np.bincount(right, minlength=nodes)[right] > fanout
        )
        hears, speaks = (right, left) if towards_target else (left, right)
        ones = np.ones(int((~quiet).sum()), np.float32)
        matrix = sparse.csr_matrix((ones, (hears[~quiet], speaks[~quiet])), (nodes, nodes))
        matrices.append(mean_over(matrix))
    return matrices
