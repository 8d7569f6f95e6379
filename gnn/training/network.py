"""The relational graph network: one vector for each entity, from its own features and its neighbours'.

h0 = gelu(W x); a layer is h' = h + drop(gelu(W [n ; M_1 n ; ... ; M_R n])) with n = LayerNorm(h) and M_r the
mean over the neighbours by relation r: the entity's own channel and each relation's stay apart (H2GCN, Zhu et
al., NeurIPS 2020; Platonov et al., ICLR 2023), the sum is residual, and the result reads every layer (jumping
knowledge, Xu et al., ICML 2018). A mean does not distinguish one phone with two accounts from one with forty,
so the log degree by every relation belongs among the features. There is no vector for any single entity: the
network works on entities that it has never seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from gnn.tensors.propagate import Relation, propagate


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes: ``inputs`` features for each entity, ``relations`` ways to have neighbours."""

    inputs: int
    relations: int
    width: int = 32
    layers: int = 2
    dropout: float = 0.2

    @property
    def outputs(self) -> int:
        """Columns of the result: every layer's vector side by side."""
        return self.width * (self.layers + 1)


class RelationalNetwork(nn.Module):
    """Features (nodes, inputs) and relations to vectors (rows, config.outputs)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.encode = nn.Linear(config.inputs, config.width)
        self.norms = nn.ModuleList(nn.LayerNorm(config.width) for _ in range(config.layers))
        self.mixes = nn.ModuleList(
            nn.Linear((config.relations + 1) * config.width, config.width) for _ in range(config.layers)
        )
        self.drop = nn.Dropout(config.dropout)

    def forward(self, features: Tensor, steps: Sequence[Sequence[Relation]]) -> Tensor:
        """Vectors of the entities that the last layer computes.

        ``steps`` holds the relations of each layer, (rows of this layer, rows of the layer before): the
        same square ones for all layers compute everybody; fewer rows by layer compute only what the last
        ones read, and row n of each layer is then the same entity. O(links * width + rows * relations *
        width^2).
        """
        h = self.drop(nn.functional.gelu(self.encode(features)))
        read = [h]
        for norm, mix, relations in zip(self.norms, self.mixes, steps, strict=True):
            n = norm(h)
            rows = relations[0].forward.shape[0]
            messages = torch.cat([n[:rows], *(propagate(relation, n) for relation in relations)], dim=1)
            h = h[:rows] + self.drop(nn.functional.gelu(mix(messages)))
            read.append(h)
        return torch.cat([each[: len(h)] for each in read], dim=1)


class Readout(nn.Module):
    """One logit for each row of (rows, inputs): a hidden layer on what was read."""

    def __init__(self, inputs: int, width: int = 32, dropout: float = 0.2) -> None:
        super().__init__()
        self.stack = nn.Sequential(
            nn.LayerNorm(inputs),
            nn.Linear(inputs, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(width, 1),
        )

    def forward(self, rows: Tensor) -> Tensor:
        """Logits (rows,)."""
        return cast(Tensor, self.stack(rows)).squeeze(1)
