"""The calibration that ships: ``python -m gnn.alerts.simulated`` (``make alerts``).

Cities of every family of habits are simulated, drawn as those that the score was fitted on are drawn, with
other seeds. The engine runs over each with the score that ships, and opens rings from even odds on: what is
promised may be more false alerts than the usual policy raises. Every ring it flags is an alert; it is false
when fewer than half of the accounts that its flags name belong to planted rings. The file holds the scores of
all of them. The same command writes the same bytes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from gnn.alerts.alert import Alert, alerts_of, is_false
from gnn.alerts.calibration import SHIPPED, Calibration, city_alerts, encoded
from gnn.alerts.contract import policy_from
from gnn.boosted.scorer import load_scorer
from gnn.evaluation.truth import Truth, decode_truth
from gnn.logistic.judgements import batches_of, city_config
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.rings.lifecycle import Policy
from simulation import CityConfig, simulate

FIRST_SEED: Final = 8001
CITIES: Final = 80
OPENED_FROM: Final = 0.5
Answered = tuple[Alert, bool | None]


def simulated_city(config: CityConfig) -> tuple[list[EventBatch], Truth]:
    """The events of a city, in their order, and the truth about them."""
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / "city"
        written = simulate(config, city)
        truth = decode_truth((city / "truth.json").read_bytes(), "truth.json")
        with (city / written.events_path.name).open("rb") as lines:
            return list(batches_of(lines)), truth


def raised_in(batches: Iterable[EventBatch], truth: Truth, policy: Policy) -> list[Answered]:
    """Every alert that the shipped score raises under a policy, with whether it was false."""
    engine = Engine(EngineConfig(policy=policy), load_scorer())
    flags = [flag for batch in batches for flag in engine.apply(batch).flags]
    return [(alert, is_false(alert, truth)) for alert in alerts_of(flags, engine.rings())]


def alerts_in(seed: int) -> list[Answered]:
    """Every alert of one simulated city from ``OPENED_FROM`` on."""
    batches, truth = simulated_city(city_config(seed))
    return raised_in(batches, truth, policy_from(OPENED_FROM))


def main() -> None:
    """Simulate, detect, and write the calibration beside the weights (or to ``--out``)."""
    parser = argparse.ArgumentParser(description="Gather answered alerts in simulated cities.")
    parser.add_argument("--cities", type=int, default=CITIES, help=f"how many cities (default {CITIES})")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights" / SHIPPED)
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.cities)
    cities = []
    with ProcessPoolExecutor(options.processes) as pool:
        for seed, found in zip(seeds, pool.map(alerts_in, seeds), strict=True):
            print(
                f"city {seed}: {len(found)} alerts, {sum(bool(f) for _, f in found)} of them false",
                flush=True,
            )
            cities.append(city_alerts(found))
    calibration = Calibration(
        model_id=load_scorer().model_id,
        made_by=f"python -m gnn.alerts.simulated --cities {options.cities}",
        review=OPENED_FROM,
        days=0.0,
        cities=cities,
    )
    options.out.write_bytes(encoded(calibration))
    print(f"{len(calibration.right)} right, {len(calibration.false)} false; written to {options.out}")


if __name__ == "__main__":
    main()
