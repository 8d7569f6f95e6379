"""Fit the logistic scorer on simulated cities: ``python -m gnn.logistic.fitting`` (``make weights``).

Cities of many seeds, sizes, fraud shares and camouflages are simulated; the engine runs over each, and
every judgement it makes becomes a row: the features as they were at that event, and whether at least half
of the candidate's accounts belong to planted rings. The rows of one group (a ring, or an honest candidate)
share one unit of weight, so that what is judged often does not drown what is judged once.

Weights are L2-regularised maximum likelihood, each held to the sign that its evidence means; the penalty is
chosen by cross-validation over cities, never over rows, and the held-out scores calibrate the result. The
stored file carries, for each feature, its weight and how it stands apart between rings and honest groups,
and the held-out figures, so that the numbers justify themselves.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from gnn.evaluation.truth import decode_truth
from gnn.logistic.scorer import LogisticScorer
from graph.engine import Engine, EngineConfig
from graph.model.events import Event
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.scoring.features import FEATURES
from simulation import CityConfig, simulate

Floats = npt.NDArray[np.float64]

PENALTIES: Final = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3)
_SIGNS: Final = np.array(list(FEATURES.values()), dtype=np.float64)
FIRST_SEED: Final = 7001
FOLDS: Final = 5
BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Judgements of one city: features (n, len(FEATURES)), label, and the group each belongs to."""

    features: Floats
    labels: Floats
    groups: tuple[str, ...]
    honest_accounts: int
    lone_fraud: int
    """Fraudulent accounts that were never part of a candidate."""
    lone_honest: int


def first_guess() -> LogisticScorer:
    """The scorer that opens rings while judgements are gathered, so that a fit depends on no earlier fit.

    Any rule at full strength makes a ring, unless as much speaks for innocence.
    """
    guess = {"rule": 6.0, "innocent": -2.0, "signal": 0.0}
    weights = tuple(guess[name.split(".")[0]] for name in FEATURES)
    return LogisticScorer(weights, intercept=-3.0, prior=0.005, doubt=0.0, model_id="first_guess")


def city_config(seed: int) -> CityConfig:
    """The city of one seed: every habit that a caller may set is drawn, so that no city is typical.

    Families of habits take turns.
    """
    draw = random.Random(seed)
    return CityConfig(
        seed=seed,
        habits="second" if seed % 2 else "first",
        riders=draw.choice([2000, 3500, 5000]),
        drivers=draw.choice([150, 300, 500]),
        days=draw.choice([21, 28, 40]),
        fraud_share=draw.choice([0.02, 0.04, 0.08]),
        camouflage=draw.choice([0.0, 0.15, 0.3, 0.45, 0.7, 1.0]),
        gps=draw.random() < 0.35,
        ping_interval_s=120.0,
        trips_per_rider_day=draw.choice([0.08, 0.15, 0.3]),
    )


def judgements_of(seed: int, scorer: LogisticScorer) -> Rows:
    """Simulate one city, run the engine over it, label each judgement."""
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / "city"
        summary = simulate(city_config(seed), city)
        truth = decode_truth((city / "truth.json").read_bytes(), "truth.json")
        ring_of = {account: ring.ring for ring in truth.rings for account in ring.accounts}
        features: list[list[float]] = []
        labels: list[float] = []
        groups: list[str] = []
        in_candidate: set[str] = set()

        def observe(judgement: Judgement, values: list[float], _at: Moment) -> None:
            names = [engine.entity_index.name(account) for account in judgement.accounts]
            in_candidate.update(names)
            rings = Counter(ring_of[name] for name in names if name in ring_of)
            fraudulent = 2 * rings.total() >= len(names)
            features.append(values)
            labels.append(float(fraudulent))
            groups.append(f"{seed} {rings.most_common(1)[0][0] if fraudulent else names[0]}")

        engine = Engine(EngineConfig(), scorer, observe)
        decoder = msgspec.json.Decoder(Event)
        batch: list[Any] = []
        with (city / summary.events_path.name).open("rb") as lines:
            for line in lines:
                batch.append(decoder.decode(line))
                if len(batch) == BATCH:
                    engine.apply(batch)
                    batch.clear()
        engine.apply(batch)
        lone = [a.account_id for a in engine.accounts() if a.account_id not in in_candidate]
    return Rows(
        np.array(features),
        np.array(labels),
        tuple(groups),
        summary.accounts - len(ring_of),
        sum(name in ring_of for name in lone),
        sum(name not in ring_of for name in lone),
    )


def weights_of(groups: Sequence[str]) -> Floats:
    """One unit of weight for each group, shared by its rows."""
    sizes = Counter(groups)
    return np.array([1.0 / sizes[group] for group in groups])


def fit(cities: Sequence[Rows]) -> dict[str, Any]:
    """The model as stored: features with weights and justification, intercept, prior, held-out figures."""
    x = np.concatenate([rows.features for rows in cities])
    y = np.concatenate([rows.labels for rows in cities])
    w = np.concatenate([weights_of(rows.groups) for rows in cities])
    fold = np.concatenate([np.full(len(rows.labels), n % FOLDS) for n, rows in enumerate(cities)])
    held_out = {penalty: _held_out(x, y, w, fold, penalty) for penalty in PENALTIES}
    losses = {penalty: _fold_losses(y, _sigmoid(z), w, fold) for penalty, z in held_out.items()}
    best = _simplest_as_good(losses)
    # Calibration: slope and offset of the held-out log odds (Platt, 1999).
    z = held_out[best]
    (slope,), offset = maximum_likelihood(z[:, None], y, w, np.zeros(1), 0.0)
    p = _sigmoid(slope * z + offset)
    coefficients, intercept = maximum_likelihood(x, y, w, _SIGNS, best)
    coefficients, intercept = slope * coefficients, slope * intercept + offset
    lone_fraud = sum(rows.lone_fraud for rows in cities)
    lone_honest = sum(rows.lone_honest for rows in cities)
    return {
        "features": [
            {
                "name": name,
                "weight": round(float(coefficients[n]), 5),
                "mean_in_rings": round(float(np.average(x[y == 1, n], weights=w[y == 1])), 4),
                "mean_in_honest": round(float(np.average(x[y == 0, n], weights=w[y == 0])), 4),
                "alone_auroc": round(float(roc_auc_score(y, x[:, n], sample_weight=w)), 4),
            }
            for n, name in enumerate(FEATURES)
        ],
        "intercept": round(float(intercept), 5),
        "prior": round((lone_fraud + 1) / (lone_fraud + lone_honest + 2), 6),
        "doubt": round(1.0 / (float(w[p >= 0.9].sum()) + 2.0), 6),
        "held_out": {
            "folds": FOLDS,
            "penalty": best,
            "log_loss": round(float(losses[best].mean()), 5),
            "log_loss_calibrated": round(float(log_loss(y, p, sample_weight=w)), 5),
            "log_loss_of_base_rate": round(
                float(log_loss(y, np.full(len(y), np.average(y, weights=w)), sample_weight=w)), 5
            ),
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
        slack = w * (_sigmoid(z) - y) / total
        return value, np.append(x.T @ slack + penalty * theta[:-1], slack.sum())

    sides = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [*(sides[int(sign)] for sign in signs), (None, None)]
    solution = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    return solution.x[:-1], float(solution.x[-1])


def _fold_losses(y: Floats, p: Floats, w: Floats, fold: npt.NDArray[np.int_]) -> Floats:
    return np.array([log_loss(y[fold == k], p[fold == k], sample_weight=w[fold == k]) for k in range(FOLDS)])


def _simplest_as_good(losses: dict[float, Floats]) -> float:
    """The largest penalty whose loss is within one standard error of the least.

    The one-standard-error rule (Breiman et al., "Classification and Regression Trees", 1984): related
    evidence then shares the weight, instead of one feature taking it all by a habit of the training cities.
    """
    best = min(losses.values(), key=lambda folds: float(folds.mean()))
    bar = best.mean() + best.std(ddof=1) / math.sqrt(len(best))
    return max(penalty for penalty, folds in losses.items() if folds.mean() <= bar)


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def _held_out(x: Floats, y: Floats, w: Floats, fold: npt.NDArray[np.int_], penalty: float) -> Floats:
    """Log odds for each row by a model that never saw its city."""
    z = np.zeros(len(y))
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        coefficients, intercept = maximum_likelihood(x[train], y[train], w[train], _SIGNS, penalty)
        z[test] = x[test] @ coefficients + intercept
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


def main() -> None:
    """Simulate, fit, and write the model beside the scorer (or to ``--out``)."""
    parser = argparse.ArgumentParser(description="Fit the logistic scorer on simulated cities.")
    parser.add_argument("--cities", type=int, default=40, help="how many cities (default 40)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights" / "logistic.json")
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.cities)
    scorer = first_guess()
    with ProcessPoolExecutor(options.processes) as pool:
        cities = []
        for seed, rows in zip(seeds, pool.map(judgements_of, seeds, [scorer] * len(seeds)), strict=True):
            print(
                f"city {seed}: {len(rows.labels)} judgements, {math.floor(rows.labels.sum())} of rings",
                flush=True,
            )
            cities.append(rows)
    model = fit(cities)
    model["training"] = {
        "command": f"python -m gnn.logistic.fitting --cities {options.cities}",
        "seeds": [seeds[0], seeds[-1]],
        "judgements": sum(len(rows.labels) for rows in cities),
        "groups": len({group for rows in cities for group in rows.groups}),
        "honest_accounts": sum(rows.honest_accounts for rows in cities),
    }
    options.out.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(model["held_out"], indent=1))


if __name__ == "__main__":
    main()
