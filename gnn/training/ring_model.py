"""The score of a candidate, read from its members' vectors and its evidence: cluster, then score the cluster.

The evidence reaches the logit twice: through the readout together with the vectors, and straight, as in a
logistic regression. A fit may start from a logistic score: the straight part then holds its weights and the
readout is zero at first, so that what is learnt is a correction of what is known already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from gnn.tensors.lessons import Batch
from gnn.training.network import NetworkConfig, Readout, RelationalNetwork


@dataclass(frozen=True, slots=True)
class RingModelConfig:
    """Sizes. ``layers`` 0 reads members alone: the network without a graph, an MLP."""

    features: int
    relations: int
    evidence: int
    width: int = 32
    layers: int = 2
    dropout: float = 0.2

    @property
    def pooled(self) -> int:
        """Columns the readout sees: evidence, log size, mean and maximum of the members' vectors."""
        return self.evidence + 1 + 2 * self.width * (self.layers + 1)


class RingModel(nn.Module):
    """Batches of candidates to logits, one for each candidate and one for each member."""

    def __init__(self, config: RingModelConfig) -> None:
        super().__init__()
        self.config = config
        self.network = RelationalNetwork(
            NetworkConfig(config.features, config.relations, config.width, config.layers, config.dropout)
        )
        self.ring = Readout(config.pooled, config.width, config.dropout)
        self.straight = nn.Linear(config.evidence, 1)
        self.account = Readout(config.width * (config.layers + 1), config.width, config.dropout)

    def start_from(self, weights: Sequence[float], intercept: float) -> None:
        """Make the model give the logits of a logistic score, before anything is learnt."""
        last = cast(nn.Linear, self.ring.stack[-1])
        with torch.no_grad():
            last.weight.zero_()
            last.bias.zero_()
            self.straight.weight.copy_(torch.tensor(weights)[None, :])
            self.straight.bias.fill_(intercept)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Logits of candidates (examples,) and of their members (members,)."""
        vectors = self.network(batch.features, batch.steps)[batch.member]
        pooled = pool(vectors, batch.owner, batch.rows)
        logits = self.ring(torch.cat([batch.evidence, pooled], dim=1)) + self.straight(batch.evidence)[:, 0]
        return logits, self.account(vectors)


def pool(vectors: Tensor, owner: Tensor, rows: int) -> Tensor:
    """Log size, mean and maximum of each owner's vectors: (rows, 1 + 2 * width). Every owner has some."""
    width = vectors.shape[1]
    sizes = vectors.new_zeros(rows).index_add(0, owner, vectors.new_ones(len(owner)))
    mean = vectors.new_zeros(rows, width).index_add(0, owner, vectors) / sizes[:, None]
    where = owner[:, None].expand(-1, width)
    largest = vectors.new_full((rows, width), -torch.inf).scatter_reduce(0, where, vectors, "amax")
    return torch.cat([torch.log(sizes)[:, None], mean, largest], dim=1)
