"""Event files and what is known of them to a model or a judgement of one: for the model's verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from gnn.boosted.scorer import load_scorer
from gnn.evaluation import Truth
from gnn.models.drift import FEWEST_GROUPS, Drift, drift_of
from gnn.models.figures import Judged, ModelFigures
from gnn.models.making import Parts, Provenance, make_model, quantities
from gnn.models.report import write_report
from gnn.models.stored_model import MANIFEST, StoredModel, load_model, save_model
from gnn.tensors.lessons import Lesson
from gnn.tensors.snapshot import Snapshot
from gnn.training.splits import SplitConfig, split
from gnn.training.training import Epoch, TrainingConfig
from gnn.training.worlds import FANOUT, lessons_of, world_of
from graph.model.errors import BadCall, Fatal
from ringfence import __version__
from ringfence.history import in_order
from ringfence.terminal import Advance

CHECKPOINT = "checkpoint.pt"
SNAPSHOT_DAYS = 1.0
"""A split by time needs snapshots closer together than the beginnings of its parts."""


class Watch(Protocol):
    """Told of every epoch."""

    def __call__(self, epoch: Epoch, /) -> None:
        """One epoch is done."""


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """A model that was made, where, and how it did on the part it never saw."""

    model: StoredModel
    figures: dict[str, ModelFigures]
    dropped: int


def must_hold_no_model(out: Path) -> None:
    """Raise BadCall when a model lies in ``out`` already: before hours of training, not after."""
    if (out / MANIFEST).exists():
        raise BadCall(f"expected {out} to hold no model yet, found {MANIFEST}; give another --out")


def read_world(
    events: Sequence[str], truth: Truth, reading: Advance | None = None, every_days: float | None = None
) -> list[Snapshot]:
    """Snapshots of the world in the event files. Cost: one run of the engine."""
    batches = in_order(events, reading)
    return world_of(batches, truth) if every_days is None else world_of(batches, truth, "", every_days)


def train(
    snapshots: Sequence[Snapshot],
    truth: Truth,
    out: Path,
    config: TrainingConfig,
    command: str,
    watch: Watch | None = None,
    device: torch.device | None = None,
) -> TrainingOutcome:
    """Train on one world, split by time and by ring, and write model and report to ``out``.

    A run that was stopped goes on from the checkpoint in ``out``; a finished one leaves none. One thread:
    sums do not depend on how many cores there are, and products this small gain nothing by more.
    """
    torch.set_num_threads(1)
    parts = split(snapshots, SplitConfig())
    out.mkdir(parents=True, exist_ok=True)
    model = make_model(
        Parts(
            lessons_of(parts.train, config.layers, FANOUT),
            lessons_of(parts.check, config.layers, None),
        ),
        config,
        Provenance(__version__, command, [config.seed]),
        watch,
        out / CHECKPOINT,
        device,
    )
    figures = _report(out, model, parts.test, truth, model.fitted.epochs)
    save_model(out, model)
    (out / CHECKPOINT).unlink()
    return TrainingOutcome(model, figures, parts.dropped)


def evaluate_model(
    snapshots: Sequence[Snapshot], truth: Truth, folder: Path, out: Path
) -> tuple[dict[str, ModelFigures], list[Drift] | None]:
    """Judge a stored model on a world it never saw, beside the logistic score; report to ``out``."""
    torch.set_num_threads(1)
    model = load_model(folder)
    figures = _report(out, model, snapshots, truth)
    return figures, _drift(model, lessons_of(snapshots, model.manifest.config.layers, None))


def compare_on(
    models: Sequence[StoredModel], snapshots: Sequence[Snapshot]
) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.bool_], list[str]]:
    """Each model's scores on one world's candidates, their labels and their groups."""
    torch.set_num_threads(1)
    examples = [example for snapshot in snapshots for example in snapshot.examples]
    scores = [
        model.probabilities(lessons_of(snapshots, model.manifest.config.layers, None)) for model in models
    ]
    labels = np.array([example.is_ring for example in examples], bool)
    return scores, labels, [example.group for example in examples]


def _report(
    out: Path,
    model: StoredModel,
    snapshots: Sequence[Snapshot],
    truth: Truth,
    epochs: Sequence[Epoch] = (),
) -> dict[str, ModelFigures]:
    lessons = lessons_of(snapshots, model.manifest.config.layers, None)
    examples = [example for lesson in lessons for example in lesson.examples]
    if not examples:
        raise Fatal("expected candidates to judge, found none in these events; give events of more accounts")
    groups = {example.group for example in examples}
    # Rings whose candidates are in the other parts of a split are not asked for here.
    asked = Truth(
        rings=[ring for ring in truth.rings if not epochs or ring.ring in groups], decoys=truth.decoys
    )
    honest = len({account for example in examples for account in example.accounts} - truth.fraudulent())
    scorer = load_scorer()
    evidence = np.array([scorer.score(example.evidence.tolist()) for example in examples])
    judged = {
        "network": [Judged(examples, model.probabilities(lessons), asked, honest)],
        "logistic": [Judged(examples, evidence, asked, honest)],
    }
    return write_report(out, model.manifest, judged, _drift(model, lessons), epochs)


def _drift(model: StoredModel, lessons: Sequence[Lesson]) -> list[Drift] | None:
    """Drift since training; None where there are too few groups of candidates to tell."""
    examples = [example for lesson in lessons for example in lesson.examples]
    if len({example.group for example in examples}) < FEWEST_GROUPS:
        return None
    evidence = np.stack([example.evidence for example in examples])
    return drift_of(model.manifest.spreads, quantities(evidence, model.probabilities(lessons)))
