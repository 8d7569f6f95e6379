"""One step of message passing over a fixed relation, as a sparse product that gradients flow through.

A relation is a sparse matrix M of (receivers, senders); a step is ``M @ h``, its gradient ``M.T @ g``. Both
are CSR products, so that neither direction builds an edge-by-edge tensor: several times faster on a CPU than
gathering and scattering messages. On the CPU they are scipy's, and deterministic; elsewhere they are torch's.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Relation:
    """A weighted adjacency and its transpose, both CSR float32 of (nodes, nodes)."""

    forward: sparse.csr_matrix
    backward: sparse.csr_matrix
    _copies: dict[tuple[torch.device, bool], Tensor] = field(default_factory=dict, repr=False)

    def on(self, device: torch.device, *, backward: bool = False) -> Tensor:
        """The matrix, or its transpose, as a CSR tensor on a device; copied there once."""
        key = (device, backward)
        if key not in self._copies:
            self._copies[key] = tensor_of(self.backward if backward else self.forward, device)
        return self._copies[key]


def tensor_of(matrix: sparse.csr_matrix, device: torch.device) -> Tensor:
    """A scipy CSR matrix as a torch CSR tensor."""
    matrix = matrix.sorted_indices()
    parts = (matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data)
    rows, columns, values = (torch.from_numpy(part) for part in parts)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state", UserWarning)
        return torch.sparse_csr_tensor(
            rows, columns, values, matrix.shape, device=device, check_invariants=True
        )


def relation_of(matrix: sparse.csr_matrix) -> Relation:
    """``matrix`` (receivers, senders) ready for propagation. O(links)."""
    forward = matrix.tocsr().astype(np.float32)
    return Relation(forward, forward.T.tocsr())


def mean_over(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows divided by their sums: a step becomes the mean over neighbours; an empty row stays empty."""
    return sparse.csr_matrix(sparse.diags(_inverse(matrix.sum(axis=1))) @ matrix)


def degree_discounted(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Divided by the root of both degrees (Kipf and Welling, ICLR 2017): busy neighbours say less."""
    left, right = (np.sqrt(_inverse(matrix.sum(axis=axis))) for axis in (1, 0))
    return sparse.csr_matrix(sparse.diags(left) @ matrix @ sparse.diags(right))


def propagate(relation: Relation, h: Tensor) -> Tensor:
    """``relation @ h``: (nodes, width) to (nodes, width). O(links * width)."""
    return cast(Tensor, _Product.apply(h, relation))


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, h: Tensor, relation: Relation) -> Tensor:
        ctx.relation = relation
        if not _is_on_cpu(h):
            return relation.on(h.device) @ h.detach()
        return torch.from_numpy(relation.forward @ h.detach().numpy())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        gradient = gradients[0].contiguous()
        if not _is_on_cpu(gradient):
            return ctx.relation.on(gradient.device, backward=True) @ gradient, None
        return torch.from_numpy(ctx.relation.backward @ gradient.numpy()), None


def _is_on_cpu(h: Tensor) -> bool:
    return h.device.type == "cpu"


def _inverse(sums: Any) -> Any:
    """1 / sums as a flat array; 0 where there is nothing."""
    flat = np.asarray(sums, np.float64).ravel()
    return np.divide(1.0, flat, out=np.zeros_like(flat), where=flat > 0)
