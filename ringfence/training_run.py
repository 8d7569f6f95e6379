"""Event files and their truth to a model or a judgement of one: the composition for the model's verbs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gnn.drift import Drift, drift_of
from gnn.evaluation import Truth
from gnn.lessons import Lesson
from gnn.model_figures import Judged, ModelFigures
from gnn.model_making import Parts, Provenance, make_model, quantities
from gnn.model_report import write_report
from gnn.scorer import load_scorer
from gnn.snapshot import Snapshot
from gnn.splits import SplitConfig, split
from gnn.stored_model import StoredModel, load_model, save_model
from gnn.training import Epoch, TrainingConfig
from gnn.worlds import FANOUT, lessons_of, world_of
from graph.errors import Fatal
from graph.events import Event
from ringfence import __version__
from ringfence.judgement import read_truth
from ringfence.terminal import Advance
from streaming.columns import ColumnDecoder
from streaming.deduplicate import Admission, Admitted
from streaming.rejection import MAX_LINE_BYTES
from streaming.sources.files import InputFiles
from streaming.sources.merge import merged

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


def train(
    events: Sequence[str],
    truth_file: Path,
    out: Path,
    config: TrainingConfig,
    command: str,
    reading: Advance | None = None,
    watch: Watch | None = None,
) -> TrainingOutcome:
    """Train on one world, split by time and by ring, and write model and report to ``out``.

    A run that was stopped goes on from the checkpoint in ``out``; a finished one leaves none.
    """
    truth = read_truth(truth_file)
    snapshots = world_of(in_order(events, reading), truth, every_days=SNAPSHOT_DAYS)
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
    )
    figures = _report(out, model, parts.test, truth, model.fitted.epochs)
    save_model(out, model)
    (out / CHECKPOINT).unlink()
    return TrainingOutcome(model, figures, parts.dropped)


def evaluate_model(
    events: Sequence[str], truth_file: Path, folder: Path, out: Path, reading: Advance | None = None
) -> tuple[dict[str, ModelFigures], list[Drift]]:
    """Judge a stored model on a world it never saw, beside the logistic score; report to ``out``."""
    model = load_model(folder)
    truth = read_truth(truth_file)
    snapshots = world_of(in_order(events, reading), truth)
    figures = _report(out, model, snapshots, truth)
    return figures, _drift(model, lessons_of(snapshots, model.manifest.config.layers, None))


def compare_on(
    models: Sequence[StoredModel], events: Sequence[str], truth_file: Path, reading: Advance | None = None
) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.bool_], list[str]]:
    """Each model's scores on one world's candidates, their labels and their groups."""
    truth = read_truth(truth_file)
    snapshots = world_of(in_order(events, reading), truth)
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


def _drift(model: StoredModel, lessons: Sequence[Lesson]) -> list[Drift]:
    evidence = np.stack([example.evidence for lesson in lessons for example in lesson.examples])
    return drift_of(model.manifest.spreads, quantities(evidence, model.probabilities(lessons)))


def in_order(events: Sequence[str], reading: Advance | None) -> Iterator[Event]:
    """Every event of the files that detection would admit, in the order in which it would take them."""
    decoder = ColumnDecoder(MAX_LINE_BYTES)
    clock_ms = time.time_ns() // 1_000_000
    admission = Admission(clock_ms)
    with InputFiles(events) as inputs:
        for portion in merged(inputs.files, decoder, clock_ms):
            yield from portion.batch[admission.admit(portion.batch) == Admitted.NEW].events()
            if reading is not None:
                reading(inputs.bytes_read, inputs.size_bytes)
