"""Trains a head: the same weight for every query, a loss for the odds and one for the order.

A query is a pool with some accounts given. Each step reads a few queries and of each the same number of
candidates. Loss: binary cross-entropy (odds that mean something; queries that complete to nothing count) and
the cross-entropy of those who belong against the softmax over the query's candidates (order; ListNet, Cao et
al., ICML 2007). Training needs torch; the head that comes out does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gnn.completion.head import Head, Layer, Scale, scale_of
from gnn.completion.relations import Mask, Matrix, Rows


@dataclass(frozen=True, slots=True)
class Query:
    """Candidates' features (n, columns) and who of them belongs (n,); those that were given are left out."""

    features: Matrix
    belongs: Mask


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """Sizes and steps, set beforehand and not tuned."""

    widths: tuple[int, ...] = (48, 24)
    dropout: float = 0.2
    epochs: int = 8
    rate: float = 2e-3
    decay: float = 1e-2
    queries: int = 16
    """Queries of a step."""
    candidates: int = 128
    """Candidates of a query in a step; at most a quarter of them belong."""


def train_head(queries: Sequence[Query], seed: int, config: HeadConfig | None = None) -> Head:
    """The head after all epochs. Same queries and seed, same head. Raises ``ValueError`` without queries."""
    if not queries:
        raise ValueError("expected at least one query to train on, got none")
    config = config or HeadConfig()
    draw = np.random.default_rng(seed)
    torch.manual_seed(seed)
    scale = scale_of(np.concatenate([query.features for query in queries]))
    even = [scale(query.features) for query in queries]
    network = _network(even[0].shape[1], config)
    step = torch.optim.AdamW(network.parameters(), lr=config.rate, weight_decay=config.decay)
    batches = -(-len(queries) // config.queries)
    pace = torch.optim.lr_scheduler.OneCycleLR(step, config.rate, total_steps=batches * config.epochs)
    network.train()
    for _ in range(config.epochs):
        for chosen in np.array_split(draw.permutation(len(queries)), batches):
            picked = [_picked(queries[at].belongs, config.candidates, draw) for at in chosen]
            inputs = np.stack([even[at][rows] for at, rows in zip(chosen, picked, strict=True)])
            wanted = np.stack([queries[at].belongs[rows] for at, rows in zip(chosen, picked, strict=True)])
            step.zero_grad()
            loss: Any = _loss(network(torch.from_numpy(inputs))[:, :, 0], torch.from_numpy(wanted))
            loss.backward()
            step.step()
            pace.step()
    return _plain(scale, network)


def _network(columns: int, config: HeadConfig) -> nn.Sequential:
    sizes = (columns, *config.widths)
    parts: list[nn.Module] = []
    for before, after in pairwise(sizes):
        parts += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(config.dropout)]
    return nn.Sequential(*parts, nn.Linear(sizes[-1], 1))


def _picked(belongs: Mask, wanted: int, draw: np.random.Generator) -> Rows:
    members, rest = np.flatnonzero(belongs), np.flatnonzero(~belongs)
    inside = draw.permutation(members)[: wanted // 4] if len(rest) else draw.choice(members, wanted)
    outside = draw.choice(rest, wanted - len(inside), replace=len(rest) < wanted) if len(rest) else rest
    return np.concatenate([inside, outside])


def _loss(logits: Tensor, wanted: Tensor) -> Tensor:
    mask = wanted.to(logits.dtype)
    odds = nn.functional.binary_cross_entropy_with_logits(logits, mask)
    order = torch.log_softmax(logits, dim=1)
    members = mask.sum(dim=1)
    each = -(order * mask).sum(dim=1) / members.clamp(min=1.0)
    return odds + 0.2 * each.sum() / (members > 0).sum().clamp(min=1)


def _plain(scale: Scale, network: nn.Sequential) -> Head:
    dense = [part for part in network if isinstance(part, nn.Linear)]
    return Head(
        scale,
        tuple(
            Layer(part.weight.detach().numpy().T.copy(), part.bias.detach().numpy().copy()) for part in dense
        ),
    )
