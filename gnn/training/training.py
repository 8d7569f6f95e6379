"""Fit the ring model: weighted cross-entropy, early stopping, checkpoints from which it goes on.

The loss of a candidate counts by its group's share, so that a ring judged a hundred times weighs as much as
one judged once; a smaller loss on the members' own labels teaches the network more from each ring. After
every epoch the area under precision and recall on the check part decides: the best epoch's weights are
kept, and ``patience`` epochs without a better one end the fit. Everything random follows from ``seed``; a
run that was stopped and goes on from its checkpoint ends with the same weights as one that was not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from sklearn.metrics import average_precision_score
from torch import Tensor, nn

from gnn.logistic.scorer import load_scorer
from gnn.tensors.features import Matrix
from gnn.tensors.lessons import Batch, Floats, Lesson, batch_of, group_weights
from gnn.training.ring_model import RingModel, RingModelConfig
from graph.model.errors import Fatal

MEMBER_LOSS: Final = 0.3
_CPU: Final = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How to fit. ``lessons`` is how many snapshots make one step."""

    seed: int = 1
    epochs: int = 60
    patience: int = 8
    lessons: int = 8
    rate: float = 3e-3
    decay: float = 1e-3
    width: int = 32
    layers: int = 2
    dropout: float = 0.2
    from_logistic: bool = True
    """Whether to start from the shipped logistic score; epoch 0 is that score itself."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch reached; ``check`` is the area under precision and recall on the check part."""

    number: int
    loss: float
    check: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """The best epoch's model, the columns' standardisation, and every epoch."""

    model: RingModel
    mean: Matrix
    scale: Matrix
    epochs: tuple[Epoch, ...]
    columns: tuple[int, ...] | None = None
    """Columns of the evidence that it reads, where these are not all."""

    def logits(self, lessons: Sequence[Lesson]) -> Floats:
        """The logit of every example, in order."""
        self.model.eval()
        found = []
        layers = self.model.config.layers
        device = next(self.model.parameters()).device
        for lesson in lessons:
            batch = batch_of([lesson], [group_weights(lesson.examples)], self.mean, self.scale, layers)
            if self.columns is not None:
                batch = replace(batch, evidence=batch.evidence[:, list(self.columns)])
            with torch.no_grad():
                logits, _ = self.model(batch.on(device))
            found.append(logits.cpu().numpy())
        return np.concatenate(found) if found else np.zeros(0, np.float32)


def standardisation(lessons: Sequence[Lesson]) -> tuple[Matrix, Matrix]:
    """Mean and deviation of each feature over the lessons' entities; a constant column has deviation 1."""
    features = np.concatenate([lesson.around.features for lesson in lessons])
    scale = features.std(axis=0, dtype=np.float64)
    return (
        features.mean(axis=0, dtype=np.float64).astype(np.float32),
        np.where(scale > 1e-6, scale, 1.0).astype(np.float32),
    )


def fit(
    train: Sequence[Lesson],
    check: Sequence[Lesson],
    config: TrainingConfig,
    progress: Callable[[Epoch], None] | None = None,
    checkpoint: Path | None = None,
    device: torch.device = _CPU,
) -> Fitted:
    """Fit on ``train``, stop by ``check``. Goes on from ``checkpoint`` where that exists, and writes it.

    The steps are made on ``device``; the model that comes back lies on the CPU. On the CPU the same lessons
    and seed give the same weights, on another device nearly so.

    Raises Fatal when either part lacks rings or honest candidates, or the checkpoint is of another fit.
    """
    _must_hold_both(train, "training")
    _must_hold_both(check, "check")
    mean, scale = standardisation(train)
    run = _Run(config, train, mean, scale, device)
    if checkpoint is not None and checkpoint.exists():
        run.restore(checkpoint)
    weights = _shares(train)
    labels = np.array([example.is_ring for lesson in check for example in lesson.examples])
    counts = np.concatenate(_shares(check))

    def area_on_check() -> float:
        reached = Fitted(run.model, mean, scale, ()).logits(check)
        return float(average_precision_score(labels, reached, sample_weight=counts))

    order = np.random.default_rng(config.seed).permutation(len(train))
    batches = [
        batch_of([train[n] for n in picked], [weights[n] for n in picked], mean, scale, config.layers).on(
            device
        )
        for picked in np.split(order, range(config.lessons, len(order), config.lessons))
    ]
    if config.from_logistic and not run.epochs:
        run.end(Epoch(0, run.loss_on(batches), area_on_check()))
    while len(run.epochs) - config.from_logistic < config.epochs and run.since < config.patience:
        turn = np.random.default_rng([config.seed, len(run.epochs)]).permutation(len(batches))
        losses = [run.step(batches[n]) for n in turn]
        epoch = Epoch(len(run.epochs) + 1 - config.from_logistic, float(np.mean(losses)), area_on_check())
        run.end(epoch)
        if checkpoint is not None:
            run.save(checkpoint)
        if progress is not None:
            progress(epoch)
    run.model.load_state_dict(run.best)
    return Fitted(run.model.cpu(), mean, scale, tuple(run.epochs))


class _Run:
    """A fit under way: what a checkpoint holds."""

    def __init__(
        self,
        config: TrainingConfig,
        train: Sequence[Lesson],
        mean: Matrix,
        scale: Matrix,
        device: torch.device,
    ) -> None:
        torch.manual_seed(config.seed)
        first = train[0]
        sizes = RingModelConfig(
            features=first.around.features.shape[1],
            relations=len(first.around.means),
            evidence=len(first.examples[0].evidence),
            width=config.width,
            layers=config.layers,
            dropout=config.dropout,
        )
        self.model = RingModel(sizes)
        if config.from_logistic:
            known = load_scorer()
            self.model.start_from(known.weights, known.intercept)
        # Drawn on the CPU, so that every device begins with the same weights.
        self._device = device
        self.model.to(device)
        self.steps = torch.optim.AdamW(self.model.parameters(), lr=config.rate, weight_decay=config.decay)
        self.epochs: list[Epoch] = []
        self.best = copy.deepcopy(self.model.state_dict())
        self.since = 0
        self._loss = nn.BCEWithLogitsLoss(reduction="none")
        self._about = {
            "config": asdict(config),
            "standardised": [float(mean.sum()), float(scale.sum())],
            "examples": sum(len(lesson.examples) for lesson in train),
            "device": device.type,
        }

    def loss_on(self, batches: Sequence[Batch]) -> float:
        """The loss of the candidates as the model stands, over batches."""
        self.model.eval()
        with torch.no_grad():
            losses = [self._candidates(self.model(batch)[0], batch) for batch in batches]
        return float(torch.stack(losses).mean())

    def _candidates(self, logits: Tensor, batch: Batch) -> Tensor:
        losses: Tensor = self._loss(logits, batch.labels)
        return (losses * batch.weights).sum() / batch.weights.sum()

    def step(self, batch: Batch) -> float:
        """One step of the optimiser; returns the loss of the candidates."""
        self.model.train()
        self.steps.zero_grad()
        rings, members = self.model(batch)
        loss = self._candidates(rings, batch)
        share = batch.weights[batch.owner]
        own = (self._loss(members, batch.fraudulent) * share).sum() / share.sum()
        (loss + MEMBER_LOSS * own).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.steps.step()
        return float(loss.detach())

    def end(self, epoch: Epoch) -> None:
        """Keep the weights when this epoch is the best so far."""
        better = all(epoch.check > earlier.check for earlier in self.epochs)
        self.since = 0 if better else self.since + 1
        if better:
            self.best = copy.deepcopy(self.model.state_dict())
        self.epochs.append(epoch)

    def save(self, path: Path) -> None:
        """Write everything needed to go on; the old file stays until the new one is whole."""
        state = {
            "about": self._about,
            "model": self.model.state_dict(),
            "steps": self.steps.state_dict(),
            "best": self.best,
            "since": self.since,
            "epochs": [asdict(epoch) for epoch in self.epochs],
            "random": torch.get_rng_state(),
        }
        if self._device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state(self._device)
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def restore(self, path: Path) -> None:
        """Take up where ``save`` left off."""
        state = torch.load(path, weights_only=True, map_location="cpu")
        if state["about"] != self._about:
            raise Fatal(
                f"expected {path} to be a checkpoint of this fit, found one of other data or settings; "
                "remove it to start anew"
            )
        self.model.load_state_dict(state["model"])
        self.steps.load_state_dict(state["steps"])
        self.best, self.since = state["best"], state["since"]
        self.epochs = [Epoch(**epoch) for epoch in state["epochs"]]
        torch.set_rng_state(state["random"])
        if self._device.type == "cuda":
            torch.cuda.set_rng_state(state["random_cuda"], self._device)


def _shares(lessons: Sequence[Lesson]) -> list[Floats]:
    """Group weights over all lessons together, one array for each lesson."""
    weights = group_weights([example for lesson in lessons for example in lesson.examples])
    ends = np.cumsum([len(lesson.examples) for lesson in lessons])[:-1]
    return list(np.split(weights, ends))


def _must_hold_both(lessons: Sequence[Lesson], part: str) -> None:
    kinds = {example.is_ring for lesson in lessons for example in lesson.examples}
    if kinds != {True, False}:
        found = {True: "only rings", False: "only honest ones"}
        raise Fatal(
            f"expected rings and honest candidates in the {part} part, "
            f"found {found[kinds.pop()] if kinds else 'no candidate'}; give more events or another split"
        )
