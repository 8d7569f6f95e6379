"""What a training or an evaluation found, for people: Markdown and the plots it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gnn.models.charts import calibration, learning_curve, precision_recall, recall_by_kind
from gnn.models.drift import CALM, FEWEST_GROUPS, Drift
from gnn.models.figures import DECIDING, Judged, ModelFigures, model_figures
from gnn.models.stored_model import Manifest
from gnn.tensors.lessons import group_weights
from gnn.training.training import Epoch

REPORT = "report.md"


def write_report(
    folder: Path,
    manifest: Manifest,
    judged: Mapping[str, Sequence[Judged]],
    drift: Sequence[Drift] | None,
    epochs: Sequence[Epoch] = (),
) -> dict[str, ModelFigures]:
    """Write ``report.md`` and its plots; gives the figures by name of what was judged.

    ``judged`` holds the same worlds under each name, the model first; ``drift`` is None where there are too
    few candidates to tell it.
    """
    figures = {name: model_figures(worlds) for name, worlds in judged.items()}
    folder.mkdir(parents=True, exist_ok=True)
    plots = {"calibration": calibration(figures), "recall_by_kind": recall_by_kind(figures)}
    first = next(iter(judged.values()))
    examples = [example for world in first for example in world.examples]
    labels = np.array([example.is_ring for example in examples])
    if labels.any():
        scores = {name: np.concatenate([world.scores for world in worlds]) for name, worlds in judged.items()}
        plots["precision_recall"] = precision_recall(labels, group_weights(examples), scores)
    if epochs:
        plots["learning_curve"] = learning_curve(epochs)
    for name, image in plots.items():
        (folder / f"{name}.png").write_bytes(image)
    groups = {example.group: example.is_ring for example in examples}
    lines = [
        f"# Model {manifest.model_id}",
        "",
        f"Trained on {_day(manifest.training_from_ms)} to {_day(manifest.training_until_ms)} with "
        f"`{manifest.command}`, seeds {', '.join(map(str, manifest.seeds))}, data {manifest.data}, "
        f"schema {manifest.schema}, ringfence {manifest.code}.",
        "",
        f"Judged on {len(examples):,} candidates in {len(groups):,} groups, {sum(groups.values()):,} of them "
        f"rings, none of which the model has learnt from.",
        "",
        *_table(figures),
        "",
        *_who_wins(figures),
        "",
        f"## Rings found, at {DECIDING:g} false ones for 10,000 honest accounts",
        "",
        "| kind | " + " | ".join(figures) + " |",
        "|---|" + "---|" * len(figures),
        *_kinds(figures),
        "",
        "## Drift since training",
        "",
        *_drift(drift),
        "",
        *(f"![{name.replace('_', ' ')}]({name}.png)\n" for name in sorted(plots)),
    ]
    (folder / REPORT).write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return figures


def _table(figures: Mapping[str, ModelFigures]) -> list[str]:
    rates = list(next(iter(figures.values())).recall)
    head = ["scores", "AUPRC", "AUROC", "Brier", *(f"ring recall at {rate:g}" for rate in rates)]
    rows = [
        [
            name,
            f"{each.auprc:.3f}",
            f"{each.auroc:.3f}",
            f"{each.brier:.4f}",
            *(f"{each.recall[r]:.1%}" for r in rates),
        ]
        for name, each in figures.items()
    ]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _kinds(figures: Mapping[str, ModelFigures]) -> list[str]:
    kinds = sorted({kind for each in figures.values() for kind in each.by_kind})
    return [
        f"| {kind} | "
        + " | ".join("{} of {}".format(*each.by_kind.get(kind, (0, 0))) for each in figures.values())
        + " |"
        for kind in kinds
    ] or ["| none |" + " 0 of 0 |" * len(figures)]


def _who_wins(figures: Mapping[str, ModelFigures]) -> list[str]:
    """Who finds most rings at the deciding rate, and by how much."""
    ranked = sorted(figures, key=lambda name: -figures[name].recall[DECIDING])
    shares = {name: figures[name].recall[DECIDING] for name in ranked}
    said = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
    best, *others = ranked
    if not others:
        return [f"Rings found at {DECIDING:g} false ones for 10,000 honest accounts: {said}."]
    ahead = 100 * (shares[best] - shares[others[0]])
    verdict = (
        f"**{best}** is ahead by {ahead:.1f} points" if ahead else "neither finds more rings than the other"
    )
    return [f"Rings found at {DECIDING:g} false ones for 10,000 honest accounts decide: {said}; {verdict}."]


def _drift(drift: Sequence[Drift] | None) -> list[str]:
    if drift is None:
        return [f"Not told: fewer than {FEWEST_GROUPS} groups of candidates are too few for ten bins."]
    moved = [each for each in drift if each.psi > CALM]
    if not moved:
        return ["Scores and features are spread as in training (population stability below 0.1 for all)."]
    return [
        "| what | population stability index | |",
        "|---|---|---|",
        *(f"| `{each.name}` | {each.psi:.2f} | {'drifted' if each.drifted else 'moved'} |" for each in moved),
    ]


def _day(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).strftime("%Y-%m-%d")
