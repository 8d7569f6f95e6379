"""Fit the scorer that ships, and the logistic one: ``python -m gnn.boosted.fitting`` (``make weights``).

Gradient boosting of the logistic loss (Friedman, "Greedy function approximation", Annals of Statistics 29(5),
2001) by histograms (Ke et al., "LightGBM", NeurIPS 2017) as scikit-learn does it. Every split keeps to the
direction in which its feature may move a score, so that nobody is safer for one more sign of fraud. Trees are
small and many, learn slowly, and read judgements of simulated cities of both families
(``gnn.logistic.judgements``). Cities held out in turn calibrate the result.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from gnn.boosted.scorer import SHIPPED
from gnn.logistic.fitting import fit as fit_logistic
from gnn.logistic.fitting import platt, sigmoid, with_grounds
from gnn.logistic.judgements import FIRST_SEED, FOLDS, Rows, Sample, gathered, sample_of
from gnn.logistic.scorer import STORED
from graph.scoring.features import FEATURES
from graph.state.trees import DEPTH, LEAVES, NEVER_PASSED, SPLITS

TREES: Final = 300
RATE: Final = 0.05
LEAST_ROWS: Final = 100
PENALTY: Final = 5.0
"""How much is learnt: trees, the share of each that is taken, judgements in a leaf, L2 on leaves."""


def fit(cities: Sequence[Rows]) -> dict[str, Any]:
    """The model as stored: features with their share of the gain, trees, and the figures behind them."""
    sample = sample_of(cities)
    held_out = np.zeros(len(sample.y))
    for k in range(FOLDS):
        test = sample.fold == k
        held_out[test] = boosted(sample, ~test).decision_function(sample.x[test])
    slope, offset = platt(held_out, sample)
    model = boosted(sample, np.ones(len(sample.y), bool))
    grown = [predictor.nodes for (predictor,) in model._predictors]
    gains = np.zeros(len(FEATURES))
    for nodes in grown:
        inner = nodes[nodes["is_leaf"] == 0]
        np.add.at(gains, inner["feature_idx"], inner["gain"])
    start = float(np.asarray(model._baseline_prediction).reshape(-1)[0])
    features = [
        {"name": name, "gain": round(share, 4)}
        for name, share in zip(FEATURES, (gains / gains.sum()).tolist(), strict=True)
    ]
    calibrated = sigmoid(slope * held_out + offset)
    return with_grounds(cities, sample, features, slope * start + offset, held_out, calibrated) | {
        "trees": [_tree(nodes, slope) for nodes in grown]
    }


def boosted(sample: Sample, rows: npt.NDArray[np.bool_]) -> HistGradientBoostingClassifier:
    """The trees of these rows of a sample."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_depth=DEPTH,
        max_leaf_nodes=None,
        min_samples_leaf=LEAST_ROWS,
        l2_regularization=PENALTY,
        monotonic_cst=list(FEATURES.values()),
        early_stopping=False,
        random_state=0,
    )
    return model.fit(sample.x[rows], sample.y[rows], sample_weight=sample.w[rows])


def _tree(nodes: Any, slope: float) -> dict[str, list[Any]]:
    """A grown tree as a complete one (``graph.state.trees``), its leaves calibrated."""
    features = [0] * SPLITS
    thresholds = [NEVER_PASSED] * SPLITS
    leaves = [0.0] * LEAVES

    def place(grown: int, node: int) -> None:
        """Put what grows from one of ``nodes`` where ``node`` is."""
        inner = nodes[grown]
        if node >= SPLITS:
            leaves[node - SPLITS] = round(slope * float(inner["value"]), 6)
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
    plain = {name: value for name, value in model.items() if name != "trees"}
    text = json.dumps(plain | {"training": training}, indent=1)
    if "trees" not in model:
        return text + "\n"
    lines = ",\n  ".join(json.dumps(tree, separators=(",", ":")) for tree in model["trees"])
    return f'{text[:-2]},\n "trees": [\n  {lines}\n ]\n}}\n'


def main() -> None:
    """Simulate, fit, and write both models into the folder of weights (or ``--out``)."""
    parser = argparse.ArgumentParser(description="Fit the scorers on simulated cities.")
    parser.add_argument("--cities", type=int, default=80, help="how many cities (default 80)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    options = parser.parse_args()
    cities = gathered(options.cities, options.processes)
    training = {
        "command": f"python -m gnn.boosted.fitting --cities {options.cities}",
        "seeds": [FIRST_SEED, FIRST_SEED + options.cities - 1],
        "judgements": sum(len(rows.labels) for rows in cities),
        "groups": len({group for rows in cities for group in rows.groups}),
        "honest_accounts": sum(rows.honest_accounts for rows in cities),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    for name, model in ((STORED, fit_logistic(cities)), (SHIPPED, fit(cities))):
        print(name, json.dumps(model["held_out"], indent=1), flush=True)
        (options.out / name).write_text(stored(model, training), encoding="utf-8")


if __name__ == "__main__":
    main()
