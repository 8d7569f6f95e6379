"""The logistic scorer: a stored, readable combination of findings into one probability.

The model is a JSON file (``gnn/weights/logistic.json``): feature names, weights, intercept, and the numbers
that justify them (``gnn.logistic.fitting``). It is read by the names of its features: one that was made
before a feature was measured does not read that, and one with a feature that this version does not know is
refused.
Scoring is one dot product.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from graph.model.errors import Fatal
from graph.scoring.features import FEATURES
from graph.state.digest import content_id
from graph.state.trees import NO_TREES, Trees

STORED: Final = "logistic.json"


@dataclass(frozen=True, slots=True)
class LogisticScorer:
    """P(ring) = doubt + (1 - 2 doubt) / (1 + exp(-(intercept + weights . features))).

    ``doubt`` is what the calibration set leaves open: after n groups without a mistake the next may still be
    one, with probability 1 / (n + 2) (Laplace's rule of succession). Satisfies
    ``graph.scoring.scorer.KernelScorer``.
    """

    weights: tuple[float, ...]
    intercept: float
    prior: float
    doubt: float
    model_id: str
    members: Trees = NO_TREES
    """What says who belongs to a candidate; nobody is asked where there are none."""

    @property
    def trees(self) -> Trees:
        """None: the sum is all."""
        return NO_TREES

    def score(self, features: Sequence[float]) -> float:
        """Probability in [0, 1] that a candidate with these features is a ring."""
        total = self.intercept + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return self.doubt + (1.0 - 2.0 * self.doubt) / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def load_scorer(path: Path | None = None) -> LogisticScorer:
    """The logistic scorer stored in ``path``, or ours. Raises Fatal when it does not fit."""
    source = files("gnn").joinpath("weights", STORED) if path is None else path
    return linear_scorer(read_stored(source), source)


def read_stored(source: Path | Traversable) -> dict[str, Any]:
    """What a model file holds. Raises Fatal when it is none, or has features that this version has not."""
    try:
        stored: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        places_of(names_of(stored), FEATURES)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refused(source, error) from error
    return stored


def names_of(stored: dict[str, Any]) -> list[str]:
    """The features that a stored model reads, in its order. Raises KeyError or TypeError when it has none."""
    return [entry["name"] for entry in stored["features"]]


def places_of(names: Sequence[str], known: Iterable[str]) -> list[int]:
    """Where each feature of a model stands among those known; ValueError for others, or repeated ones."""
    places = {name: place for place, name in enumerate(known)}
    odd = sorted(set(names) - set(places)) or sorted({name for name in names if names.count(name) > 1})
    if odd:
        raise ValueError(f"features that this version has not, or has once: {', '.join(odd[:5])}")
    return [places[name] for name in names]


def linear_scorer(stored: dict[str, Any], source: Path | Traversable) -> LogisticScorer:
    """The scorer of a file that was read. Raises Fatal when its numbers are no logistic scorer's."""
    try:
        named = {entry["name"]: float(entry["weight"]) for entry in stored["features"]}
        weights = tuple(named.get(name, 0.0) for name in FEATURES)
        intercept, prior, doubt = (float(stored[name]) for name in ("intercept", "prior", "doubt"))
        if not all(map(math.isfinite, (*weights, intercept, prior, doubt))):
            raise ValueError("a number that is not finite")
    except (ValueError, KeyError, TypeError) as error:
        raise refused(source, error) from error
    numbers = json.dumps([list(named), list(named.values()), intercept, prior, doubt])
    return LogisticScorer(weights, intercept, prior, doubt, content_id("logistic", numbers))


def refused(source: Path | Traversable, error: Exception) -> Fatal:
    """What is raised of a file that holds no model."""
    return Fatal(
        f"expected a model file at {source}, found {type(error).__name__}: {error}; "
        "make it anew with `make weights`"
    )
