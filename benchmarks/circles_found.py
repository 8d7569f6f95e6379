"""Which circles each search finds in simulated cities: rings met, and candidates that are no ring.

The engine runs over each city; at its end every search is made on the live rides: around every rider
(``benchmarks.peeling.around``), with equal weights and with FRAUDAR's, and over the levels of the whole
peeling (``benchmarks.peeling.dense``) with several weights. One line of JSON for each city and search: of the
true rings of collusion and of fake rides, how many have a candidate with Jaccard overlap 0.5; how many
distinct candidates there are (those that overlap by half count once); how many of them are less than half
fraudulent, and which look-alike those are.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from benchmarks.peeling.around import (
    MIN_CLOSED_SHARE,
    MIN_DRIVERS,
    MIN_RIDERS,
    circle_around,
    comes_back,
    work_for,
)
from benchmarks.peeling.dense import dense_sets
from benchmarks.peeling.scratch import load
from benchmarks.peeling.state import Int32s, Peeling, empty
from benchmarks.peeling.weights import ONE
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.link_keys import LINK_KINDS
from graph.model.view import GraphView
from simulation import CityConfig, simulate
from streaming.decoding.decode import Decoder

KINDS = ("collusion", "fake_rides")
LOOK_ALIKES = ("village", "regulars", "shuttle")
Names = frozenset[str]


class Rides:
    """The live rides of a city; riders and drivers are nodes in the order of their accounts."""

    def __init__(self, view: GraphView) -> None:
        rode = view.links.kind == LINK_KINDS.index("rode_with")
        riders, self.riders = np.unique(view.links.source[rode], return_inverse=True)
        drivers, faces = np.unique(view.links.target[rode], return_inverse=True)
        self.drivers = faces + len(riders)
        self.count = view.links.count[rode].astype(np.int32)
        self.nodes, self.rider_nodes = len(riders) + len(drivers), len(riders)
        self.names = [view.names[entity] for entity in [*riders.tolist(), *drivers.tolist()]]
        trips = dict(zip(view.accounts.entity.tolist(), view.accounts.trips.tolist(), strict=True))
        self.trips = np.zeros(self.nodes, np.int32)
        self.trips[: len(riders)] = [trips[entity] for entity in riders.tolist()]
        self.degree = np.bincount(self.drivers, minlength=self.nodes)[self.drivers]

    def peeling(self, weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Peeling:
        """The peeling of the pairs of positive weight."""
        kept = weights > 0
        made = empty(self.nodes, max(int(kept.sum()), 1))
        load(
            made,
            self.riders[kept].astype(np.int32),
            self.drivers[kept].astype(np.int32),
            np.maximum(np.round(weights[kept] * ONE), 1).astype(np.int64),
        )
        return made

    def around_everybody(self, usual_riders: float) -> tuple[list[Names], float]:
        """The circle around every rider, and microseconds a search."""
        made, work = self.peeling(np.ones(len(self.count))), work_for(self.nodes)
        found, searched, taken = [], 0, 0.0
        for rider in range(self.rider_nodes):
            searched += comes_back(made, self.trips, rider)
            started = perf_counter()
            size = circle_around(made, self.count, self.trips, usual_riders, rider, work)
            taken += perf_counter() - started
            if size:
                found.append(frozenset(self.names[node] for node in work.found[:size].tolist()))
        return found, taken * 1e6 / max(searched, 1)

    def in_levels(self, weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Names]:
        """The dense sets of the whole peeling, without riders who mostly ride with others."""
        found = []
        for nodes in dense_sets(self.peeling(weights), ONE / 3, MIN_RIDERS, MIN_DRIVERS):
            closed = self._closed(np.array(nodes, np.int32))
            if len(closed) >= MIN_RIDERS:
                drivers = [node for node in nodes if node >= self.rider_nodes]
                found.append(frozenset(self.names[node] for node in [*closed, *drivers]))
        return found

    def _closed(self, nodes: Int32s) -> list[int]:
        inside = np.isin(self.drivers, nodes) & np.isin(self.riders, nodes)
        trips = np.bincount(self.riders[inside], self.count[inside], minlength=self.nodes)
        return [
            n
            for n in nodes.tolist()
            if trips[n] >= MIN_CLOSED_SHARE * max(self.trips[n], 1) > 0 and n < self.rider_nodes
        ]


def overlap(one: Names, other: Names) -> bool:
    """Jaccard overlap of a half or more."""
    return 2 * len(one & other) >= len(one | other)


def judged(
    candidates: list[Names], rings: list[tuple[str, Names]], decoys: list[tuple[str, Names]]
) -> dict[str, object]:
    """Rings met and distinct candidates that are no ring."""
    distinct: list[Names] = []
    for each in sorted(set(candidates), key=lambda c: (-len(c), sorted(c))):
        if not any(overlap(each, other) for other in distinct):
            distinct.append(each)
    fraudulent = frozenset[str]().union(*(members for _, members in rings))
    honest = [each for each in distinct if 2 * len(each & fraudulent) < len(each)]
    looks_like = Counter(
        next(
            (kind for kind, who in decoys if kind in LOOK_ALIKES and 2 * len(who & each) >= len(each)),
            "other",
        )
        for each in honest
    )
    met = {}
    for kind in KINDS:
        true = [members for ring, members in rings if ring == kind]
        met[kind] = [sum(any(overlap(ring, each) for each in candidates) for ring in true), len(true)]
    return {
        **met,
        "distinct": len(distinct),
        "honest": len(honest),
        "looks_like": dict(sorted(looks_like.items())),
    }


def measure(config: CityConfig) -> list[dict[str, object]]:
    """Every search on one city."""
    with TemporaryDirectory() as folder:
        simulate(config, Path(folder) / "city")
        lines = (Path(folder) / "city" / "events.ndjson").read_bytes().splitlines()
        truth = json.loads((Path(folder) / "city" / "truth.json").read_text())
    engine, decoder = Engine(EngineConfig(), load_scorer()), Decoder()
    for begin in range(0, len(lines), 5_000):
        engine.apply([decoder.decode(line) for line in lines[begin : begin + 5_000]])
    rides = Rides(engine.view())
    rings, decoys = (
        [(each["kind"], frozenset(each["accounts"])) for each in truth[part]] for part in ("rings", "decoys")
    )
    usual = len(rides.count) / max(rides.nodes - rides.rider_nodes, 1)
    fraudar = math.log(5) / np.log(5 + rides.degree)
    equal, equal_us = rides.around_everybody(0.0)
    weighed, weighed_us = rides.around_everybody(usual)
    searches = {
        "around, equal weights": (equal, equal_us),
        "around, FRAUDAR": (weighed, weighed_us),
        "levels, pairs": (rides.in_levels(np.where(rides.count > 1, 1.0, 0.5)), None),
        "levels, pairs, FRAUDAR": (rides.in_levels(np.where(rides.count > 1, 1.0, 0.5) * fraudar), None),
        "levels, trips, FRAUDAR": (rides.in_levels(rides.count * fraudar), None),
        "levels, trips again, FRAUDAR": (rides.in_levels((rides.count - 1) * fraudar), None),
    }
    return [
        {"search": name, "us_a_search": us and round(us, 1)} | judged(found, rings, decoys)
        for name, (found, us) in searches.items()
    ]


def main() -> None:
    """Print one line of JSON for each city and search."""
    parser = argparse.ArgumentParser(description="Circles found in simulated cities, by search.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[9101, 9102, 9103, 9104])
    parser.add_argument("--riders", type=int, nargs="+", default=[2_000, 5_000])
    parser.add_argument("--camouflage", type=float, nargs="+", default=[0.2, 0.6])
    options = parser.parse_args()
    for at, seed in enumerate(options.seeds):
        riders = options.riders[at % len(options.riders)]
        camouflage = options.camouflage[at // 2 % len(options.camouflage)]
        config = CityConfig(
            seed=seed, riders=riders, drivers=riders // 14, camouflage=camouflage, fraud_share=0.1
        )
        for found in measure(config):
            print(json.dumps({"seed": seed, "riders": riders, "camouflage": camouflage} | found), flush=True)


if __name__ == "__main__":
    main()
