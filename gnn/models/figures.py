"""How well a model ranks and weighs candidates of worlds with known rings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from gnn.evaluation.ring_recall import Ranked, Report, recall_at, reports_of
from gnn.evaluation.truth import Truth
from gnn.tensors.lessons import group_weights
from gnn.tensors.snapshot import Example

Scores = npt.NDArray[np.floating]
FALSE_RATES: Final = (1.0, 2.0, 5.0)
"""False rings allowed for 10,000 honest accounts."""
DECIDING: Final = 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One world's examples and a model's scores for them."""

    examples: Sequence[Example]
    scores: Scores
    truth: Truth
    honest: int


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """Areas and Brier score count each group once; ``recall`` is ring recall by FALSE_RATES."""

    auprc: float
    auroc: float
    brier: float
    recall: dict[float, float]
    by_kind: dict[str, tuple[int, int]]
    """At DECIDING: rings found and rings there are, by kind."""
    calibration: tuple[tuple[float, float, float], ...]
    """(mean score, share of rings, weight) by tenth of the score, those with any."""


def model_figures(worlds: Sequence[Judged]) -> ModelFigures:
    """The figures over all worlds together; areas are nan where there are only rings or none."""
    examples = [example for world in worlds for example in world.examples]
    scores = np.concatenate([np.asarray(world.scores, np.float64) for world in worlds])
    labels = np.array([example.is_ring for example in examples])
    weights = group_weights(examples).astype(np.float64)
    reports = [world_reports(world) for world in worlds]
    rings = sum(len(world.truth.rings) for world in worlds)
    honest = sum(world.honest for world in worlds)
    both = bool(labels.any()) and not bool(labels.all())
    return ModelFigures(
        auprc=float(average_precision_score(labels, scores, sample_weight=weights)) if both else float("nan"),
        auroc=float(roc_auc_score(labels, scores, sample_weight=weights)) if both else float("nan"),
        brier=float(brier_score_loss(labels, np.clip(scores, 0, 1), sample_weight=weights)),
        recall={rate: recall_at(reports, rings, rate * honest / 10_000) for rate in FALSE_RATES},
        by_kind=_by_kind(worlds, reports, DECIDING * honest / 10_000),
        calibration=_calibration(labels, scores, weights),
    )


def world_reports(world: Judged) -> list[Report]:
    """What one world's candidates report."""
    ranked = [
        Ranked(float(score), frozenset(example.accounts))
        for example, score in zip(world.examples, world.scores, strict=True)
    ]
    return reports_of(ranked, world.truth)


def _by_kind(
    worlds: Sequence[Judged], reports: Sequence[Sequence[Report]], allowed: float
) -> dict[str, tuple[int, int]]:
    kind_of = {(n, ring.ring): ring.kind for n, world in enumerate(worlds) for ring in world.truth.rings}
    total: dict[str, int] = defaultdict(int)
    for kind in kind_of.values():
        total[kind] += 1
    found: dict[str, int] = defaultdict(int)
    cut = threshold_at(reports, allowed)
    for n, each in enumerate(reports):
        for ring in {ring for report in each if report.score > cut for ring in report.found}:
            found[kind_of[n, ring]] += 1
    return {kind: (found[kind], total[kind]) for kind in sorted(total)}


def threshold_at(reports: Sequence[Sequence[Report]], allowed: float) -> float:
    """The score above which no more than ``allowed`` reports are false; -inf when all may stand."""
    false = sorted((report.score for each in reports for report in each if report.is_false), reverse=True)
    return false[int(allowed)] if int(allowed) < len(false) else -float("inf")


def _calibration(
    labels: npt.NDArray[np.bool_], scores: Scores, weights: npt.NDArray[np.float64]
) -> tuple[tuple[float, float, float], ...]:
    tenth = np.clip((10 * scores).astype(int), 0, 9)
    steps = []
    for n in range(10):
        inside = tenth == n
        if inside.any():
            own = weights[inside]
            steps.append(
                (
                    float(np.average(scores[inside], weights=own)),
                    float(np.average(labels[inside], weights=own)),
                    float(own.sum()),
                )
            )
    return tuple(steps)
