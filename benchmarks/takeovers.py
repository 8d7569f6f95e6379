"""Takeovers without a common phone in simulated cities: how many are found, how many rings are false.

For each seed a city of each family of habits with its own rings and honest look-alikes, over it four crews
that take accounts over, each account on a phone of its own, and ride them with one to three drivers; many
honest owners get new phones, and guests ride with the drivers of one house (``simulation.takeovers``). The
engine that ships reads the city. One line for each city: crews, how many of them a ring open at the end
overlaps by half (Jaccard), how many were ever flagged by half, the share of all open rings of which at least
half the accounts are fraudulent, the same of those reported as takeovers, and honest accounts in open rings.
Plain connected components find none of these crews: what ties them are rides.

``python -m benchmarks.takeovers --seeds 6``
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from benchmarks.dispute_waves import events_in
from gnn.boosted.scorer import load_scorer
from gnn.evaluation.matching import best_matches
from graph.engine import Engine, EngineConfig
from graph.model.events import EventBase
from graph.model.vocabulary import RingKind
from simulation.config import FAMILIES, CityConfig
from simulation.takeovers.building import simulate_takeovers

BATCH = 5_000
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of one city; shares are None where there was nothing to share."""

    family: str
    seed: int
    crews: int
    found: int
    flagged: int
    rings: int
    right: int
    takeovers: int
    takeovers_right: int
    honest: int
    seconds: float


def city_of(family: str, seed: int) -> CityConfig:
    """The settings of one city."""
    return CityConfig(
        seed=seed,
        riders=3_000,
        drivers=200,
        days=35,
        trips_per_rider_day=0.3,
        fraud_share=0.03,
        habits=family,
        transfers=family != "first",
    )


def shown_by(family: str, seed: int) -> Shown:
    """One city, from its events to its rings."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "city"
        simulate_takeovers(city_of(family, seed), place)
        truth = json.loads((place / "truth.json").read_bytes())
        events = list(events_in(place / "events.ndjson"))
    started = process_time()
    engine = Engine(EngineConfig(), load_scorer())
    flagged: dict[str, set[str]] = {}
    for batch in _batches(events):
        for flag in engine.apply(batch).flags:
            flagged.setdefault(flag.ring_id, set()).update(flag.accounts)
    return _weighed(family, seed, truth, engine, flagged, process_time() - started)


def _batches(events: list[EventBase]) -> Iterator[list[EventBase]]:
    for at in range(0, len(events), BATCH):
        yield events[at : at + BATCH]


def _weighed(
    family: str, seed: int, truth: dict, engine: Engine, flagged: dict[str, set[str]], seconds: float
) -> Shown:
    fraudulent = {account for ring in truth["rings"] for account in ring["accounts"]}
    crews = [frozenset(ring["accounts"]) for ring in truth["rings"] if ring.get("scene") == "takeovers"]
    rings = engine.rings()
    sets = [frozenset(ring.accounts) for ring in rings]
    right = [2 * len(accounts & fraudulent) >= len(accounts) for accounts in sets]
    is_takeover = [ring.kind is RingKind.TAKEOVER for ring in rings]
    ever = [frozenset(accounts) for _, accounts in sorted(flagged.items())]
    return Shown(
        family=family,
        seed=seed,
        crews=len(crews),
        found=sum(match.holds_at(HALF) for match in best_matches(crews, sets)),
        flagged=sum(match.holds_at(HALF) for match in best_matches(crews, ever)),
        rings=len(rings),
        right=sum(right),
        takeovers=sum(is_takeover),
        takeovers_right=sum(good for good, takeover in zip(right, is_takeover, strict=True) if takeover),
        honest=len({account for accounts in sets for account in accounts} - fraudulent),
        seconds=seconds,
    )


def main() -> None:
    """Print one line for each city and what they show together."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    print("family  seed  crews found flagged  rings precise  takeovers precise  honest  cpu s")
    seeds = range(options.first, options.first + options.seeds)
    cities = [(family, seed) for family in FAMILIES for seed in seeds]
    with ProcessPoolExecutor(options.processes) as pool:
        shown = []
        for each in pool.map(shown_by, *zip(*cities, strict=True)):
            shown.append(each)
            print(_line(each), flush=True)
    for family in (*FAMILIES, "all"):
        of_family = [each for each in shown if family in (each.family, "all")]
        print(_together(family, of_family))


def _together(family: str, shown: list[Shown]) -> str:
    crews, rings = sum(each.crews for each in shown), sum(each.rings for each in shown)
    takeovers = sum(each.takeovers for each in shown)
    return (
        f"{family}: ring recall {_share(sum(e.found for e in shown), crews)} of {crews} crews "
        f"(ever flagged {_share(sum(e.flagged for e in shown), crews)}), precision "
        f"{_share(sum(e.right for e in shown), rings)} of {rings} rings, "
        f"{_share(sum(e.takeovers_right for e in shown), takeovers)} of {takeovers} called takeovers"
    )


def _line(each: Shown) -> str:
    return (
        f"{each.family:<7} {each.seed:>4} {each.crews:>6} {each.found:>5} {each.flagged:>7} {each.rings:>6} "
        f"{_share(each.right, each.rings):>7} {each.takeovers:>10} "
        f"{_share(each.takeovers_right, each.takeovers):>7} {each.honest:>7} {each.seconds:>6.1f}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


if __name__ == "__main__":
    main()
