"""Fit the logistic scorer on judgements of simulated cities.

Weights are L2-regularised maximum likelihood, each held to the sign that its evidence means; the penalty is
chosen by cross-validation over cities, never over rows, and the held-out scores calibrate the result. The
stored file carries, for each feature, its weight and how it stands apart between rings and honest groups,
and the held-out figures, so that the numbers justify themselves. ``gnn.boosted.fitting`` writes it beside the
scorer that ships.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from gnn.logistic.judgements import FOLDS, Floats, Rows, Sample, sample_of
from graph.scoring.features import FEATURES

PENALTIES: Final = (1e-5, 1e-4, 1e-3)
SIGNS: Final = np.array(list(FEATURES.values()), dtype=np.float64)


def fit(cities: Sequence[Rows]) -> dict[str, Any]:
    """The model as stored: features with weights and justification, intercept, prior, held-out figures."""
    sample = sample_of(cities)
    held_out = {penalty: _held_out(sample, penalty) for penalty in PENALTIES}
    losses = {penalty: _fold_losses(sample, sigmoid(z)) for penalty, z in held_out.items()}
    best = _simplest_as_good(losses)
    slope, offset = platt(held_out[best], sample)
    coefficients, intercept = maximum_likelihood(sample.x, sample.y, sample.w, SIGNS, best)
    weights = (slope * coefficients).tolist()
    return with_grounds(
        cities,
        sample,
        [{"name": name, "weight": round(w, 5)} for name, w in zip(FEATURES, weights, strict=True)],
        slope * intercept + offset,
        held_out[best],
        sigmoid(slope * held_out[best] + offset),
    ) | {"penalty": best}


def platt(z: Floats, sample: Sample) -> tuple[float, float]:
    """Slope and offset that calibrate held-out log odds (Platt, 1999)."""
    (slope,), offset = maximum_likelihood(z[:, None], sample.y, sample.w, np.zeros(1), 0.0)
    return float(slope), offset


def with_grounds(
    cities: Sequence[Rows],
    sample: Sample,
    features: list[dict[str, Any]],
    intercept: float,
    z: Floats,
    p: Floats,
) -> dict[str, Any]:
    """What is stored of any model: its features, intercept, prior and doubt, and the figures that justify it.

    ``z`` are its held-out log odds, before calibration; ``p`` the probabilities after it.
    """
    x, y, w = sample.x, sample.y, sample.w
    lone_fraud = sum(rows.lone_fraud for rows in cities)
    lone_honest = sum(rows.lone_honest for rows in cities)
    base = np.full(len(y), np.average(y, weights=w))
    return {
        "features": [
            entry
            | {
                "mean_in_rings": round(float(np.average(x[y == 1, n], weights=w[y == 1])), 4),
                "mean_in_honest": round(float(np.average(x[y == 0, n], weights=w[y == 0])), 4),
                "alone_auroc": round(float(roc_auc_score(y, x[:, n], sample_weight=w)), 4),
            }
            for n, entry in enumerate(features)
        ],
        "intercept": round(intercept, 5),
        "prior": round((lone_fraud + 1) / (lone_fraud + lone_honest + 2), 6),
        "doubt": round(1.0 / (float(w[p >= 0.9].sum()) + 2.0), 6),
        "held_out": {
            "folds": FOLDS,
            "log_loss": round(float(_fold_losses(sample, sigmoid(z)).mean()), 5),
            "log_loss_calibrated": round(float(log_loss(y, p, sample_weight=w)), 5),
            "log_loss_of_base_rate": round(float(log_loss(y, base, sample_weight=w)), 5),
            "auprc": round(float(average_precision_score(y, p, sample_weight=w)), 4),
            "auroc": round(float(roc_auc_score(y, p, sample_weight=w)), 4),
            "calibration": _calibration(y, p, w),
        },
    }


def maximum_likelihood(
    x: Floats, y: Floats, w: Floats, signs: Floats, penalty: float
) -> tuple[Floats, float]:
    """Weighted logistic regression with signs: coefficients (n,) and intercept.

    Minimises the weighted mean log loss plus ``penalty / 2`` times the squared coefficients, each held to
    the side its sign allows (0: either), by L-BFGS-B (Byrd et al., SIAM J. Sci. Comput. 16(5), 1995).
    """
    total = w.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        z = x @ theta[:-1] + theta[-1]
        value = float(w @ (np.logaddexp(0.0, z) - y * z)) / total + penalty / 2 * float(
            theta[:-1] @ theta[:-1]
        )
        slack = w * (sigmoid(z) - y) / total
        return value, np.append(x.T @ slack + penalty * theta[:-1], slack.sum())

    sides = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [*(sides[int(sign)] for sign in signs), (None, None)]
    solution = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    return solution.x[:-1], float(solution.x[-1])


def _fold_losses(sample: Sample, p: Floats) -> Floats:
    tests = [sample.fold == k for k in range(FOLDS)]
    return np.array([log_loss(sample.y[t], p[t], sample_weight=sample.w[t]) for t in tests])


def _simplest_as_good(losses: dict[float, Floats]) -> float:
    """The largest penalty whose loss is within one standard error of the least.

    The one-standard-error rule (Breiman et al., "Classification and Regression Trees", 1984): related
    evidence then shares the weight, instead of one feature taking it all by a habit of the training cities.
    """
    best = min(losses.values(), key=lambda folds: float(folds.mean()))
    bar = best.mean() + best.std(ddof=1) / math.sqrt(len(best))
    return max(penalty for penalty, folds in losses.items() if folds.mean() <= bar)


def sigmoid(z: Floats) -> Floats:
    """The probabilities of log odds."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def _held_out(sample: Sample, penalty: float) -> Floats:
    """Log odds for each row by a model that never saw its city."""
    z = np.zeros(len(sample.y))
    for k in range(FOLDS):
        train, test = sample.fold != k, sample.fold == k
        coefficients, intercept = maximum_likelihood(
            sample.x[train], sample.y[train], sample.w[train], SIGNS, penalty
        )
        z[test] = sample.x[test] @ coefficients + intercept
    return z


def _calibration(y: Floats, p: Floats, w: Floats) -> list[dict[str, float]]:
    """Predicted against found, in ten bins of equal width."""
    table = []
    for low in np.arange(10) / 10:
        inside = (p >= low) & ((p < low + 0.1) | (low == 0.9))
        if inside.any():
            table.append(
                {
                    "from": round(float(low), 1),
                    "weight": round(float(w[inside].sum()), 1),
                    "predicted": round(float(np.average(p[inside], weights=w[inside])), 4),
                    "found": round(float(np.average(y[inside], weights=w[inside])), 4),
                }
            )
    return table
