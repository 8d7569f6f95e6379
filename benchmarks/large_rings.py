"""What an event costs where rings are large, beside a like city whose rings are small.

Cities of one seed, number of people and share of fraud are simulated by two families of habits; they differ
in how many accounts a ring holds: 5 to 30, then each of ``--sizes``. The engine reads each city, already
decoded, with the scorer that ships, interleaved ``--repeats`` times after one run that is thrown away.
One line of JSON for each city: events, rings open at the end, accounts in the largest one, microseconds of
processor an event (median), and how many times those of the like city with small rings that is. A table
follows.

Run it from the repository's root: ``python -m benchmarks.large_rings``; about three minutes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final
from unittest.mock import patch

from benchmarks.surroundings import surroundings
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from simulation import CityConfig
from simulation.boroughs.crews import casting as second_casting
from simulation.families import simulate
from simulation.rings import casting as first_casting
from simulation.truth import RING_KINDS
from streaming import ColumnDecoder, InputFiles
from streaming.files.sources.decoded import decoded

SMALL: Final = (5, 30)
SIZES: Final = (100, 300, 1_000)
BATCH: Final = 4_096


def city(family: str, low: int, high: int, options: argparse.Namespace, out: Path) -> EventBatch:
    """The events of a city whose rings hold ``low`` to ``high`` accounts, decoded."""
    config = CityConfig(
        seed=options.seed,
        riders=options.riders,
        drivers=options.riders // 15,
        days=options.days,
        fraud_share=options.fraud_share,
        habits=family,
    )
    with (
        patch.dict(first_casting._LIMITS, dict.fromkeys(RING_KINDS, (low, high))),
        patch.dict(second_casting._SMALLEST, dict.fromkeys(RING_KINDS, low)),
        patch.object(second_casting, "_LARGEST", high),
    ):
        events = simulate(config, out).events_path
    with InputFiles([str(events)]) as inputs:
        return EventBatch.joined([block.records.batch for block in decoded(inputs.files[0], ColumnDecoder())])


def read(batch: EventBatch) -> tuple[float, Engine]:
    """Processor seconds in which a new engine reads a city, and the engine."""
    engine = Engine(EngineConfig(), load_scorer())
    began = process_time()
    for start in range(0, len(batch), BATCH):
        engine.apply(batch[start : start + BATCH])
    return process_time() - began, engine


def measure(batches: dict[str, EventBatch], repeats: int) -> list[dict[str, Any]]:
    """What each city costs, the first one's beside it."""
    spent: dict[str, list[float]] = {name: [] for name in batches}
    sizes: dict[str, list[int]] = {}
    for turn in range(repeats + 1):
        for name, batch in batches.items():
            seconds, engine = read(batch)
            if turn > 0:
                spent[name].append(seconds / len(batch) * 1e6)
            sizes[name] = sorted(len(ring.accounts) for ring in engine.rings())
    usual = median(next(iter(spent.values())))
    return [
        {
            "accounts_in_a_ring": name,
            "events": len(batches[name]),
            "rings": len(sizes[name]),
            "largest": max(sizes[name], default=0),
            "microseconds_an_event": round(median(each), 2),
            "times_small": round(median(each) / usual, 2),
        }
        for name, each in spent.items()
    ]


def main() -> None:
    """Print one line of JSON for each city, then the table of all."""
    parser = argparse.ArgumentParser(description="The cost of an event where rings are large.")
    parser.add_argument("--families", nargs="+", default=("first", "second"), choices=("first", "second"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--riders", type=int, default=6_000)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--fraud-share", type=float, default=0.2)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    lines = []
    for family in options.families:
        with tempfile.TemporaryDirectory() as scratch:
            batches = {
                f"{low} to {high}" if high > low else str(low): city(
                    family, low, high, options, Path(scratch) / f"city {low}"
                )
                for low, high in (SMALL, *((size, size) for size in options.sizes))
            }
        for found in measure(batches, options.repeats):
            case = f"{family} {found['accounts_in_a_ring']}"
            lines.append(
                {"bench": "large_rings", "case": case, "family": family, "seed": options.seed} | found
            )
            print(json.dumps(lines[-1] | surroundings(["ringfence", "numba", "numpy"])), flush=True)
    print(f"{'family':8}{'in a ring':>12}{'events':>10}{'us an event':>14}{'times small':>14}")
    for line in lines:
        print(
            f"{line['family']:8}{line['accounts_in_a_ring']:>12}{line['events']:>10,}"
            f"{line['microseconds_an_event']:>14.2f}{line['times_small']:>14.2f}"
        )


if __name__ == "__main__":
    main()
