"""From parts that share nothing to a model with its manifest: fit, then calibrate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from gnn.models.drift import Spread, spread_of
from gnn.models.drift_watch import SCORE
from gnn.models.platt import Calibration, calibrate
from gnn.models.stored_model import (
    FORMAT,
    Manifest,
    StoredModel,
    current_schema,
    data_digest,
    model_id_of,
)
from gnn.tensors.lessons import Lesson, group_weights
from gnn.training.claims import kept_apart
from gnn.training.training import Epoch, Fitted, TrainingConfig, fit
from graph.scoring.features import FEATURES


@dataclass(frozen=True, slots=True)
class Parts:
    """Lessons to learn from, and to stop and calibrate by."""

    train: Sequence[Lesson]
    check: Sequence[Lesson]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from, as its manifest states it."""

    code: str
    command: str
    seeds: Sequence[int]


def make_model(
    parts: Parts,
    config: TrainingConfig,
    provenance: Provenance,
    progress: Callable[[Epoch], None] | None = None,
    checkpoint: Path | None = None,
    device: torch.device | None = None,
) -> StoredModel:
    """Fit on the training part; stop by one half of the check part's groups and calibrate on the other.

    Where a half lacks rings or honest candidates, both halves do both.
    """
    stop, rest = halves(parts.check)
    fitted = fit(parts.train, stop, config, progress, checkpoint, device or torch.device("cpu"))
    examples = [example for lesson in rest for example in lesson.examples]
    labels = np.array([float(example.is_ring) for example in examples])
    weights = group_weights(examples).astype(np.float64)
    calibration = calibrate(fitted.logits(rest), labels, weights)
    moments = [example.moment_ms for lesson in parts.train for example in lesson.examples]
    manifest = Manifest(
        format=FORMAT,
        model_id=model_id_of(fitted, calibration),
        schema=current_schema(),
        config=fitted.model.config,
        calibration=calibration,
        training_from_ms=min(moments),
        training_until_ms=max(moments),
        data=data_digest(parts.train),
        code=provenance.code,
        seeds=list(provenance.seeds),
        command=provenance.command,
        metrics={
            "epochs": float(len(fitted.epochs)),
            "check_auprc": round(max(epoch.check for epoch in fitted.epochs), 4),
        },
        spreads=_spreads(parts.train, fitted, calibration),
    )
    return StoredModel(fitted, manifest)


def quantities(
    examples_evidence: npt.NDArray[np.floating], scores: npt.NDArray[np.floating]
) -> dict[str, npt.NDArray[np.floating]]:
    """What is watched for drift: the scores, and each feature of the evidence."""
    columns = {name: examples_evidence[:, n] for n, name in enumerate(FEATURES)}
    return {SCORE: scores, **columns}


def halves(lessons: Sequence[Lesson]) -> tuple[list[Lesson], list[Lesson]]:
    """Every other group of the examples, rings and honest ones counted apart; they share nothing."""
    examples = [example for lesson in lessons for example in lesson.examples]
    side: dict[str, int] = {}
    for wanted in (True, False):
        groups = dict.fromkeys(example.group for example in examples if example.is_ring == wanted)
        side |= {group: n % 2 for n, group in enumerate(groups)}
    part = np.array([side[example.group] for example in examples], dtype=int)
    part[~kept_apart(examples, part.tolist())] = -1
    ends = np.cumsum([len(lesson.examples) for lesson in lessons])[:-1]
    parts: tuple[list[Lesson], list[Lesson]] = ([], [])
    for lesson, sides in zip(lessons, np.split(part, ends), strict=True):
        for wanted_side, chosen in enumerate(parts):
            if (sides == wanted_side).any():
                chosen.append(only(lesson, np.flatnonzero(sides == wanted_side)))
    for chosen in parts:
        if len({example.is_ring for lesson in chosen for example in lesson.examples}) < 2:
            return list(lessons), list(lessons)
    return parts


def only(lesson: Lesson, rows: npt.NDArray[np.int64]) -> Lesson:
    """The lesson with these of its examples."""
    kept = np.isin(lesson.owner, rows)
    return Lesson(
        lesson.moment_ms,
        lesson.around,
        tuple(lesson.examples[row] for row in rows),
        lesson.member[kept],
        np.searchsorted(rows, lesson.owner[kept]),
        lesson.fraudulent[kept],
    )


def _spreads(train: Sequence[Lesson], fitted: Fitted, calibration: Calibration) -> dict[str, Spread]:
    evidence = np.stack([example.evidence for lesson in train for example in lesson.examples])
    scores = calibration.probability(fitted.logits(train))
    return {name: spread_of(values) for name, values in quantities(evidence, scores).items()}
