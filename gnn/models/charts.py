"""Plots of a model's report, as PNG bytes; the only module that draws."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import precision_recall_curve

from gnn.models.figures import ModelFigures
from gnn.training.training import Epoch

INK = ("#1b6ca8", "#d1495b", "#66a182", "#edae49")
DASH: Final = ("-", (0, (4, 3)), (0, (1, 2)), "-.")
"""Lines that lie upon each other can still be seen."""
Scores = npt.NDArray[np.floating]


def precision_recall(labels: npt.NDArray[np.bool_], weights: Scores, scores: Mapping[str, Scores]) -> bytes:
    """Precision over recall for each named set of scores."""
    figure, axes = _frame("Precision and recall of candidates", "recall", "precision")
    for ink, dash, (name, each) in zip(INK, DASH, scores.items(), strict=False):
        precision, recall, _ = precision_recall_curve(labels, each, sample_weight=weights)
        axes.step(recall, precision, where="post", color=ink, linestyle=dash, label=name)
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.03)
    axes.legend(loc="lower left", frameon=False)
    return _png(figure)


def calibration(figures: Mapping[str, ModelFigures]) -> bytes:
    """Found over predicted, by tenth of the score; the area of a dot is how many groups it stands for."""
    figure, axes = _frame("Calibration", "predicted", "found")
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
    for ink, (name, each) in zip(INK, figures.items(), strict=False):
        predicted, found, weight = (np.array(column) for column in zip(*each.calibration, strict=True))
        axes.plot(predicted, found, color=ink, label=name, linewidth=1)
        axes.scatter(predicted, found, s=8 + 120 * weight / weight.sum(), color=ink)
    axes.legend(loc="upper left", frameon=False)
    return _png(figure)


def recall_by_kind(figures: Mapping[str, ModelFigures]) -> bytes:
    """Rings found at the deciding rate of false ones, by kind."""
    figure, axes = _frame("Rings found, by kind", "share of rings found", "")
    kinds = sorted({kind for each in figures.values() for kind in each.by_kind}, reverse=True)
    height = 0.8 / max(len(figures), 1)
    for n, (ink, (name, each)) in enumerate(zip(INK, figures.items(), strict=False)):
        shares = [_share(each.by_kind.get(kind, (0, 0))) for kind in kinds]
        axes.barh(np.arange(len(kinds)) - n * height, shares, height, color=ink, label=name)
    axes.set_yticks(np.arange(len(kinds)) - height * (len(figures) - 1) / 2, kinds)
    axes.set_xlim(0, 1)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)
    return _png(figure)


def learning_curve(epochs: Sequence[Epoch]) -> bytes:
    """Training loss and check area over epochs."""
    figure, axes = _frame("Learning curve", "epoch", "loss on the training part")
    numbers = [epoch.number for epoch in epochs]
    (loss,) = axes.plot(numbers, [epoch.loss for epoch in epochs], color=INK[0])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    right = axes.twinx()
    right.set_ylabel("AUPRC on the check part")
    (check,) = right.plot(numbers, [epoch.check for epoch in epochs], color=INK[1])
    right.set_ylim(top=1.005, bottom=min(0.98, *(epoch.check - 0.02 for epoch in epochs)))
    axes.legend([loss, check], ["loss", "check"], loc="center right", frameon=False)
    return _png(figure)


def recall_by_camouflage(levels: Sequence[float], recall: Mapping[str, Sequence[float]]) -> bytes:
    """Ring recall over camouflage for each named method."""
    figure, axes = _frame("Rings found under camouflage", "camouflage", "ring recall")
    for ink, (name, each) in zip(INK, recall.items(), strict=False):
        axes.plot(levels, each, marker="o", color=ink, label=name)
    axes.set_ylim(0, 1.03)
    axes.legend(loc="lower left", frameon=False)
    return _png(figure)


def _share(found: tuple[int, int]) -> float:
    return found[0] / found[1] if found[1] else 0.0


def _frame(title: str, across: str, up: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    held = io.BytesIO()
    # Without the version of the library in it, the same figures give the same bytes.
    figure.savefig(held, format="png", dpi=110, metadata={"Software": None})
    return held.getvalue()
