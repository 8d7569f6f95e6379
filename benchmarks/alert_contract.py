"""Whether a promised share of false alerts is kept in cities that no threshold was chosen on.

Cities are simulated, of every family of habits in turn (``--cities``, from seed 9001 on: neither the score
nor the calibration that ships was made of them; to judge another calibration give it as ``--calibration``).
For each promise the engine runs over each with the thresholds that follow from the calibration. An alert is
a ring under the id it was first flagged with; it is false when fewer than half of the accounts that its
flags name belong to planted rings.

One line of JSON for each city and promise: alerts, false ones, their share (null without alerts), true rings
with an open ring of Jaccard overlap 0.5 at the end, and the same without a promise. A table follows, with
the mean over the cities that had alerts and the share over all alerts. Run it from the repository's root:
``python -m benchmarks.alert_contract``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

from benchmarks.surroundings import surroundings
from gnn.alerts import AlertContract, alerts_of, is_false, load_calibration
from gnn.alerts.simulated import simulated_city
from gnn.boosted.scorer import load_scorer
from gnn.evaluation import Truth, best_matches, true_sets
from gnn.logistic.judgements import city_config
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.rings.lifecycle import Policy
from graph.scoring.scorer import Scorer

FIRST_SEED: Final = 9001
USUAL: Final = "none"


def measure(batches: Sequence[EventBatch], truth: Truth, policy: Policy, scorer: Scorer) -> dict[str, Any]:
    """The alerts of one city under a policy, and the rings found."""
    engine = Engine(EngineConfig(policy=policy), scorer)
    flags = [flag for batch in batches for flag in engine.apply(batch).flags]
    rings = engine.rings()
    answers = [is_false(alert, truth) for alert in alerts_of(flags, rings)]
    found = best_matches(true_sets(truth), [frozenset(ring.accounts) for ring in rings])
    return {
        "review": round(policy.review, 6),
        "alerts": len(answers),
        "false": sum(map(bool, answers)),
        "share": round(sum(map(bool, answers)) / len(answers), 3) if answers else None,
        "found": sum(match.holds_at(0.5) for match in found),
        "rings": len(truth.rings),
    }


def summed(measured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All cities of one promise: the mean of their shares, the share of all alerts, and rings found."""
    shares = [each["share"] for each in measured if each["share"] is not None]
    alerts, false, found, rings = (
        sum(each[name] for each in measured) for name in ("alerts", "false", "found", "rings")
    )
    return {
        "mean_share": round(mean(shares), 3) if shares else None,
        "pooled_share": round(false / alerts, 3) if alerts else None,
        **{"alerts": alerts, "false": false, "found": found, "rings": rings},
    }


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A line for each city, a group of columns for each promise: false of alerts, share, rings found."""
    lines = ["city  habits  " + "".join(f"{'promised ' + name:>26}" for name in found)]
    lines.append(" " * 14 + "".join(f"{'false/alerts share found':>26}" for _ in found))
    for row in range(len(next(iter(found.values())))):
        cells = [measured[row] for measured in found.values()]
        lines.append(f"{cells[0]['seed']:<6}{cells[0]['habits']:8}" + "".join(map(_cell, cells)))
    totals = {name: summed(measured) for name, measured in found.items()}
    lines.append(
        f"{'mean':14}" + "".join(_cell(each | {"share": each["mean_share"]}) for each in totals.values())
    )
    lines.append(
        f"{'all alerts':14}"
        + "".join(_cell(each | {"share": each["pooled_share"]}) for each in totals.values())
    )
    return "\n".join(lines)


def _cell(each: Mapping[str, Any]) -> str:
    share = "  n/a" if each["share"] is None else f"{100 * each['share']:4.1f}%"
    counts, rings = f"{each['false']}/{each['alerts']}", f"{each['found']}/{each['rings']}"
    return f"{counts:>11} {share} {rings:>8}"


def main() -> None:
    """Print a line of JSON for each city and promise, then the table."""
    parser = argparse.ArgumentParser(description="Promised and kept shares of false alerts.")
    parser.add_argument("--promises", type=float, nargs="+", default=[0.05, 0.1])
    parser.add_argument("--cities", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--weights", type=Path, help="a file of the logistic score [default: what ships]")
    parser.add_argument("--calibration", type=Path, help="a calibration file [default: what ships]")
    options = parser.parse_args()
    scorer = load_scorer(options.weights)
    calibration = load_calibration(options.calibration, scorer.model_id)
    policies = {USUAL: Policy()} | {
        f"{promise:.0%}": AlertContract(promise).policy(calibration) for promise in options.promises
    }
    print(json.dumps({"bench": "alert_contract"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in policies}
    for seed in range(options.first_seed, options.first_seed + options.cities):
        config = city_config(seed)
        batches, truth = simulated_city(config)
        for name, policy in policies.items():
            case = {"bench": "alert_contract", "promised": name, "seed": seed, "habits": config.habits}
            found[name].append(case | measure(batches, truth, policy, scorer))
            print(json.dumps(found[name][-1]), flush=True)
    for name, measured in found.items():
        print(json.dumps({"bench": "alert_contract", "promised": name, "of": "all"} | summed(measured)))
    print(table(found))


if __name__ == "__main__":
    main()
