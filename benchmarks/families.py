"""Honest families of drivers on real trips: how many are taken for rings, and on what grounds.

``--data FOLDER`` holds ``nyc.npz``, real taxi trips as arrays of one length: ``ts_ms`` (end, epoch ms),
``fare``, ``distance_km``, ``duration_s``, ``pickup_lat``, ``pickup_lon``, ``dropoff_lat``, ``dropoff_lon``
(NaN where missing). Nobody cheats in them, so every ring is false. With each seed the trips are dealt anew:
eight to ten to each of ``--families`` families, and the rest to strangers who have phones and cards of their
own, any rider with any driver. A family is a driver and three or four riders with one card, who signed up in
the month before; no incentives, nothing taken. Two habits are measured:

* ``closed_family``: two phones for all, and they ride with nobody else;
* ``open_family``: a phone for each and a tablet for all; every rider takes two trips with strangers and the
  driver twelve.

Each is measured twice: with all the trips say, and as a control ``without_facts``, that is with times and
fares alone. What the control accuses is owed to sharing; the difference is owed to the evidence of trips.

One line of JSON for each habit, control and seed: false rings open at the end, how many of them hold members
of families, how many families were ever flagged, the scores (rings by tenth, and the median), their kinds,
and how often each rule stands among the reasons. A table of the sums follows. Run it from the repository's
root: ``python -m benchmarks.families --data FOLDER``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

from benchmarks.groups.driver_families import (
    Habit,
    closed_family,
    open_family,
    rides_inside,
    rides_outside,
)
from benchmarks.groups.real_trips import RealTrip, deal, read_trips
from benchmarks.groups.stream import Stream, in_order
from benchmarks.surroundings import surroundings
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.results import Ring

HABITS: Final[tuple[Habit, ...]] = (closed_family, open_family)
SUMMED: Final = ("families", "false_rings", "of_families", "families_ever_flagged")


def measure(trips: Sequence[RealTrip], habit: Habit, families: int, seed: int) -> dict[str, Any]:
    """The false rings of one deal of the trips."""
    draw, stream = random.Random(f"families {seed}"), Stream("")
    inside, others = deal(trips, families, draw)
    homes = [habit(stream, draw, f"family {n}") for n in range(families)]
    for home, ours in zip(homes, inside, strict=True):
        rides_inside(stream, draw, home, ours)
    rides_outside(stream, draw, homes, others)
    events, engine = in_order(stream), Engine(EngineConfig(), load_scorer())
    started = perf_counter()
    outcome = engine.apply(events)
    seconds, rings = perf_counter() - started, engine.rings()
    home_of = {account: n for n, home in enumerate(homes) for account in home.accounts}
    flagged = {home_of[name] for flag in outcome.flags for name in flag.accounts if name in home_of}
    return {
        "seed": seed,
        "families": families,
        "events": len(events),
        "false_rings": len(rings),
        "of_families": sum(not home_of.keys().isdisjoint(ring.accounts) for ring in rings),
        "families_ever_flagged": len(flagged),
        **grounds(rings),
        "seconds": round(seconds, 2),
    }


def grounds(rings: Sequence[Ring]) -> dict[str, Any]:
    """Rings by tenth of their score, the median score, kinds, and rings by the rules among their reasons."""
    scores = [ring.score for ring in rings]
    return {
        "median_score": round(median(scores), 3) if scores else None,
        "scores": dict(sorted(Counter(f"{min(int(score * 10), 9) / 10:.1f}" for score in scores).items())),
        "kinds": counted(ring.kind.value for ring in rings),
        "rules": counted(rule for ring in rings for rule in {reason.rule for reason in ring.reasons}),
    }


def counted(names: Iterable[str]) -> dict[str, int]:
    """How often each occurs, most frequent first, then by name."""
    return dict(sorted(Counter(names).items(), key=lambda each: (-each[1], each[0])))


def in_all(measured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The sums over all seeds."""
    rules: Counter[str] = Counter()
    for each in measured:
        rules.update(each["rules"])
    sums = {name: sum(each[name] for each in measured) for name in SUMMED}
    return sums | {"by_seed": [each["false_rings"] for each in measured], "rules": counted(rules.elements())}


def main() -> None:
    """Print a line of JSON for each habit, control and seed, and a table of the sums."""
    parser = argparse.ArgumentParser(description="Honest families on real trips that are taken for rings.")
    parser.add_argument("--data", type=Path, required=True, help="folder with nyc.npz")
    parser.add_argument("--families", type=int, default=200, help="families of each seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options = parser.parse_args()
    path = options.data / "nyc.npz"
    if not path.is_file():
        parser.error(f"expected {path}, found no such file; give the folder that holds it")
    print(json.dumps({"bench": "families"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    trips = read_trips(path)
    told = {"all": trips, "without_facts": [trip.without_facts() for trip in trips]}
    lines = [
        f"{'family':15}{'trips':15}{'families':>9}{'false rings':>12}{'ever flagged':>13}  by seed, rules"
    ]
    for habit in HABITS:
        for facts, each in told.items():
            case = {"bench": "families", "family": habit.__name__, "trips": facts}
            measured = []
            for seed in options.seeds:
                measured.append(measure(each, habit, options.families, seed))
                print(json.dumps(case | measured[-1]), flush=True)
            total = in_all(measured)
            counts = f"{total['families']:9}{total['false_rings']:12}{total['families_ever_flagged']:13}"
            lines.append(f"{habit.__name__:15}{facts:15}{counts}  {total['by_seed']} {total['rules']}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
