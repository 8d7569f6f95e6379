"""Fit the scorer that ships, and the logistic one: ``python -m gnn.boosted.fitting`` (``make weights``).

First the trees that say who belongs to a candidate (``gnn.boosted.belonging``), then, over candidates that
these completed, those that say how likely one is a ring.

Gradient boosting of the logistic loss (Friedman, "Greedy function approximation", Annals of Statistics 29(5),
2001) by histograms (Ke et al., "LightGBM", NeurIPS 2017) as scikit-learn does it. Every split keeps to the
direction in which its feature may move a score, so that nobody is safer for one more sign of fraud. Trees are
small and many, learn slowly, and read judgements of simulated cities of all families that scores learn
from (``gnn.logistic.judgements``). Families held out in turn calibrate the result.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score

from gnn.boosted.belonging import Members, gathered_members, unit_weights
from gnn.boosted.scorer import SHIPPED, trees_of
from gnn.logistic.fitting import fit as fit_logistic
from gnn.logistic.fitting import platt, sigmoid, with_grounds
from gnn.logistic.judgements import FIRST_SEED, FOLDS, Rows, Sample, gathered, sample_of
from gnn.logistic.scorer import STORED, places_of
from graph.completion.features import MEMBER_FEATURES
from graph.scoring.features import FEATURES
from graph.state.trees import NEVER_PASSED


@dataclass(frozen=True, slots=True)
class Size:
    """How much is learnt: trees, their levels, what is taken of each, what share of features splits read."""

    trees: int
    depth: int
    rate: float
    choice: float


CITIES: Final = 500
"""What the models that ship were fitted on."""
SCORING: Final = Size(400, 6, 0.1, 0.3)
BELONGING: Final = Size(200, 4, 0.1, 1.0)
READ_EVERY: Final = 3
"""Of who is asked about in a city one account in so many is read: those of one candidate say the same."""
LEAST_ROWS: Final = 100
PENALTY: Final = 5.0
"""Rows in a leaf, and L2 on leaves."""


def fit(cities: Sequence[Rows], belonging: dict[str, Any]) -> dict[str, Any]:
    """The model as stored: features with their share of the gain, trees, and the figures behind them.

    ``belonging`` is what completed the candidates of the cities, stored beside.
    """
    sample = sample_of(cities)
    held_out = np.zeros(len(sample.y))
    for k in range(FOLDS):
        test = sample.fold == k
        held_out[test] = boosted(sample, ~test).decision_function(sample.x[test])
    slope, offset = platt(held_out, sample)
    model = boosted(sample, np.ones(len(sample.y), bool))
    grown = _grown(model)
    start = slope * _start(model) + offset
    calibrated = sigmoid(slope * held_out + offset)
    return with_grounds(cities, sample, _gains(grown, FEATURES), start, held_out, calibrated) | {
        "trees": [_tree(nodes, SCORING.depth, slope) for nodes in grown],
        "belonging": belonging,
    }


def fit_belonging(cities: Sequence[Members]) -> dict[str, Any]:
    """Trees that add up to the log odds that an account belongs, as stored, with held-out figures.

    Rows count as the root of what makes every ring count for one: large rings teach more than small ones, and
    do not drown them.
    """
    cities = [_thinned(rows) for rows in cities]
    x = np.concatenate([rows.features for rows in cities])
    y = np.concatenate([rows.labels for rows in cities])
    raw = np.concatenate([rows.weights for rows in cities])
    w = np.sqrt(raw * unit_weights(cities))
    w /= w.mean()
    fold = np.concatenate([np.full(len(rows.labels), n % FOLDS) for n, rows in enumerate(cities)])
    held_out = np.zeros(len(y))
    for k in range(FOLDS):
        test = fold == k
        model = _classifier(BELONGING, MEMBER_FEATURES).fit(x[~test], y[~test], sample_weight=w[~test])
        held_out[test] = model.predict_proba(x[test])[:, 1]
    model = _classifier(BELONGING, MEMBER_FEATURES).fit(x, y, sample_weight=w)
    grown = _grown(model)
    return {
        "features": list(MEMBER_FEATURES),
        "gains": _gains(grown, MEMBER_FEATURES),
        "held_out": {
            "folds": FOLDS,
            "accounts": len(y),
            "auprc": round(float(average_precision_score(y, held_out, sample_weight=w)), 4),
            "auroc": round(float(roc_auc_score(y, held_out, sample_weight=w)), 4),
            "precision": round(float(np.average(y[held_out >= 0.5], weights=w[held_out >= 0.5])), 4),
            "recall": round(float(np.average(held_out[y == 1] >= 0.5, weights=w[y == 1])), 4),
        },
        "trees": [
            _tree(nodes, BELONGING.depth, 1.0, 0.0 if n else _start(model)) for n, nodes in enumerate(grown)
        ],
    }


def _thinned(rows: Members) -> Members:
    """One account in ``READ_EVERY``."""
    read = slice(None, None, READ_EVERY)
    return Members(rows.features[read], rows.labels[read], rows.weights[read], rows.groups[read])


def boosted(sample: Sample, rows: npt.NDArray[np.bool_]) -> HistGradientBoostingClassifier:
    """The trees of these rows of a sample."""
    model = _classifier(SCORING, FEATURES)
    return model.fit(sample.x[rows], sample.y[rows], sample_weight=sample.w[rows])


def _classifier(size: Size, features: dict[str, int]) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=size.trees,
        learning_rate=size.rate,
        max_depth=size.depth,
        max_leaf_nodes=None,
        min_samples_leaf=LEAST_ROWS,
        l2_regularization=PENALTY,
        monotonic_cst=list(features.values()),
        max_features=size.choice,
        early_stopping=False,
        random_state=0,
    )


def _grown(model: HistGradientBoostingClassifier) -> list[Any]:
    """The nodes of each tree."""
    return [predictor.nodes for (predictor,) in model._predictors]


def _start(model: HistGradientBoostingClassifier) -> float:
    """The log odds before any tree."""
    return float(np.asarray(model._baseline_prediction).reshape(-1)[0])


def _gains(grown: Sequence[Any], features: dict[str, int]) -> list[dict[str, Any]]:
    """The share of each feature in what the splits gained."""
    gains = np.zeros(len(features))
    for nodes in grown:
        inner = nodes[nodes["is_leaf"] == 0]
        np.add.at(gains, inner["feature_idx"], inner["gain"])
    shares = (gains / gains.sum()).tolist()
    return [{"name": name, "gain": round(share, 4)} for name, share in zip(features, shares, strict=True)]


def _tree(nodes: Any, depth: int, slope: float, start: float = 0.0) -> dict[str, list[Any]]:
    """A grown tree as a complete one (``graph.state.trees``), its leaves calibrated and ``start`` added."""
    splits = 2**depth - 1
    features = [0] * splits
    thresholds = [NEVER_PASSED] * splits
    leaves = [0.0] * (splits + 1)

    def place(grown: int, node: int) -> None:
        """Put what grows from one of ``nodes`` where ``node`` is."""
        inner = nodes[grown]
        if node >= splits:
            leaves[node - splits] = round(start + slope * float(inner["value"]), 6)
        elif inner["is_leaf"]:
            place(grown, 2 * node + 1)
            place(grown, 2 * node + 2)
        else:
            features[node], thresholds[node] = int(inner["feature_idx"]), float(inner["num_threshold"])
            place(int(inner["left"]), 2 * node + 1)
            place(int(inner["right"]), 2 * node + 2)

    place(0, 0)
    return {"features": features, "thresholds": thresholds, "leaves": leaves}


def stored(model: dict[str, Any], training: dict[str, Any]) -> str:
    """A model file: readable, one line for each tree."""
    parts = {"training": json.dumps(training, indent=1)}
    for name, value in model.items():
        parts[name] = _lines(value) if name == "trees" else json.dumps(value, indent=1)
    if "belonging" in model:
        inner = {
            name: _lines(value) if name == "trees" else json.dumps(value)
            for name, value in model["belonging"].items()
        }
        parts["belonging"] = _object(inner)
    return _object(parts) + "\n"


def _lines(trees: Sequence[dict[str, Any]]) -> str:
    lines = ",\n  ".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    return f"[\n  {lines}\n ]"


def _object(parts: Mapping[str, str]) -> str:
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {text}" for name, text in parts.items()) + "\n}"


def main() -> None:
    """Simulate, fit, and write both models into the folder of weights (or ``--out``)."""
    parser = argparse.ArgumentParser(description="Fit the scorers on simulated cities.")
    parser.add_argument("--cities", type=int, default=CITIES, help=f"how many cities (default {CITIES})")
    parser.add_argument("--belonging", type=Path, help="take who belongs from this model, and do not fit it")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    options = parser.parse_args()
    command, asked_about = f"python -m gnn.boosted.fitting --cities {options.cities}", 0
    if options.belonging is None:
        members = gathered_members(options.cities, options.processes)
        asked_about = sum(len(rows.labels) for rows in members)
        belonging = fit_belonging(members)
        print("belonging", json.dumps(belonging["held_out"], indent=1), flush=True)
    else:
        model = json.loads(options.belonging.read_bytes())
        belonging, asked_about = model["belonging"], model["training"]["accounts_asked_about"]
        command += " --belonging " + str(options.belonging)
    trees = trees_of(belonging["trees"], places_of(belonging["features"], MEMBER_FEATURES))
    cities = gathered(options.cities, options.processes, trees)
    training = {
        "command": command,
        "seeds": [FIRST_SEED, FIRST_SEED + options.cities - 1],
        "judgements": sum(len(rows.labels) for rows in cities),
        "groups": len({group for rows in cities for group in rows.groups}),
        "honest_accounts": sum(rows.honest_accounts for rows in cities),
        "accounts_asked_about": asked_about,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    for name, model in ((STORED, fit_logistic(cities)), (SHIPPED, fit(cities, belonging))):
        print(name, json.dumps(model["held_out"], indent=1), flush=True)
        (options.out / name).write_text(stored(model, training), encoding="utf-8")


if __name__ == "__main__":
    main()
