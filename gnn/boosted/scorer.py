"""The boosted scorer: many small trees over the features of a candidate, added up to one probability.

More such trees say of each account in and around a candidate whether it belongs (``graph.completion``). The
model is a JSON file (``gnn/weights/boosted.json``, written by ``gnn.boosted.fitting``) with both and the
numbers that justify them. Features are read by their names, as ``gnn.logistic.scorer`` does it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np

from gnn.logistic.scorer import LogisticScorer, linear_scorer, names_of, places_of, read_stored, refused
from graph.completion.features import MEMBER_FEATURES
from graph.scoring.features import FEATURES
from graph.scoring.scorer import EXTREME
from graph.state.digest import content_id
from graph.state.trees import DEPTH, MOST_DEPTH, NO_TREES, Trees, trees_from

SHIPPED: Final = "boosted.json"


@dataclass(frozen=True)
class BoostedScorer:
    """P(ring) = doubt + (1 - 2 doubt) / (1 + exp(-(intercept + a leaf of each tree))).

    Each tree moves the log odds only in the directions that its features may (``FEATURES``). Satisfies
    ``graph.scoring.scorer.KernelScorer``.
    """

    trees: Trees
    intercept: float
    prior: float
    doubt: float
    model_id: str
    members: Trees = NO_TREES
    """What says who belongs to a candidate; nobody is asked where there are none."""

    @property
    def weights(self) -> tuple[float, ...]:
        """No feature counts but through trees."""
        return (0.0,) * len(FEATURES)

    @cached_property
    def _rows(self) -> list[tuple[list[int], list[float], list[float]]]:
        """The trees as plain numbers, which Python reads faster one at a time."""
        trees = self.trees
        return list(
            zip(trees.features.tolist(), trees.thresholds.tolist(), trees.leaves.tolist(), strict=True)
        )

    def score(self, features: Sequence[float]) -> float:
        """Probability in [0, 1] that a candidate with these features is a ring. O(trees)."""
        total = self.intercept
        for split, threshold, leaf in self._rows:
            node = 0
            while node < len(split):
                node = 2 * node + (2 if features[split[node]] > threshold[node] else 1)
            total += leaf[node - len(split)]
        return self.doubt + (1.0 - 2.0 * self.doubt) / (1.0 + math.exp(-max(-EXTREME, min(EXTREME, total))))


def load_scorer(path: Path | None = None) -> BoostedScorer | LogisticScorer:
    """The scorer stored in ``path``, or the one that ships; a file without trees is a logistic one's.

    Raises Fatal when it does not fit.
    """
    source = files("gnn").joinpath("weights", SHIPPED) if path is None else path
    stored = read_stored(source)
    return _boosted(stored, source) if "trees" in stored else linear_scorer(stored, source)


def _boosted(stored: dict[str, Any], source: Any) -> BoostedScorer:
    try:
        names = names_of(stored)
        trees = trees_of(stored["trees"], places_of(names, FEATURES))
        intercept, prior, doubt = (float(stored[name]) for name in ("intercept", "prior", "doubt"))
        if not all(map(math.isfinite, (intercept, prior, doubt))):
            raise ValueError("a number that is not finite")
        belonging = stored["belonging"]
        members = trees_of(belonging["trees"], places_of(belonging["features"], MEMBER_FEATURES))
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise refused(source, error) from error
    numbers = json.dumps(
        [
            *(stored["trees"], intercept, prior, doubt, names),
            *(belonging["trees"], belonging["features"]),
        ]
    )
    return BoostedScorer(trees, intercept, prior, doubt, content_id("boosted", numbers), members)


def trees_of(stored: Sequence[dict[str, Any]], places: Sequence[int]) -> Trees:
    """Trees as kernels read them, each feature at the place that stands for it.

    Raises ValueError, KeyError or TypeError when they are not sound.
    """
    depth = max(DEPTH, len(stored[0]["features"]).bit_length()) if stored else DEPTH
    if depth > MOST_DEPTH:
        raise ValueError(f"trees of {depth} levels; expected at most {MOST_DEPTH}")
    splits = 2**depth - 1
    read = np.array([tree["features"] for tree in stored], np.int32).reshape(-1, splits)
    if not ((read >= 0) & (read < len(places))).all():
        raise ValueError("a split by a feature that is not there")
    thresholds = np.array([tree["thresholds"] for tree in stored], float).reshape(-1, splits)
    leaves = np.array([tree["leaves"] for tree in stored], float).reshape(-1, splits + 1)
    if not (np.isfinite(thresholds).all() and np.isfinite(leaves).all()):
        raise ValueError("a number that is not finite")
    if not len(read) == len(thresholds) == len(leaves):
        raise ValueError("trees of another depth")
    return trees_from(np.asarray(places, np.uint16)[read], thresholds, leaves)
