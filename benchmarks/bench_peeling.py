"""Microseconds an edge of the peeling kept up, beside peeling from scratch.

A city's pairs of riders and drivers: riders' and drivers' activity log-normal, seven in ten rides within
the rider's zone, so that half of the drivers have more than 200 riders and the busiest thousands; and
planted circles of ten riders and five drivers. A pair weighs ``benchmarks.peeling.weights`` says, times its
trips. All but the newest pairs are loaded; then pairs come one by one (``add``), and the oldest go one by
one (``remove``), the peeling exact after each; then batches of 1,000, half of them coming and half going,
in one compiled call each (``batch``). At the end the peeling is compared with one from scratch, and a
difference is an error.

One line of JSON for each size, with what an edge costs in microseconds (median, mean, 99th percentile and
greatest), and the rivals' seconds for the same graph, median of ``--repeats`` runs:

* ``levels``: the same peeling from scratch, by our compiled kernel over flat arrays;
* ``strict``: peeling strictly one node at a time, always the lightest, by a compiled heap;
* ``igraph``: ``Graph.coreness`` of igraph, which is in C and knows no weights, so it has less to do.

``times_faster`` divides a rival's time for one peeling by the time of one change.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import NamedTuple

import igraph
import numpy as np
from numba import njit
from surroundings import surroundings

from benchmarks.peeling.changes import add, remove
from benchmarks.peeling.scratch import _neighbours, load, peel
from benchmarks.peeling.state import MOVES, Int32s, Int64s, Peeling, arrays, empty
from benchmarks.peeling.weights import trip_weight

SINGLES = 5_000
BATCH = 1_000
BATCHES = 10


class City(NamedTuple):
    """Pairs in the order in which they first rode, riders numbered before drivers."""

    nodes: int
    riders: Int32s
    drivers: Int32s
    weights: Int64s


def city(pairs: int, seed: int) -> City:
    """At least so many distinct pairs, a fifth as many riders and a 250th as many drivers."""
    draw = np.random.default_rng(seed)
    riders, drivers = pairs // 5, pairs // 250
    eager, popular = draw.lognormal(0, 1.1, riders), draw.lognormal(0, 0.9, drivers)
    zones = max(1, drivers // 200)
    home, bounds = draw.integers(0, zones, riders), np.linspace(0, drivers, zones + 1).astype(int)
    upto = np.concatenate([[0.0], np.cumsum(popular)])
    rides = int(1.5 * pairs)
    who = draw.choice(riders, rides, p=eager / eager.sum())
    local = draw.random(rides) < 0.7
    low = np.where(local, upto[bounds[home[who]]], 0.0)
    high = np.where(local, upto[bounds[home[who] + 1]], upto[-1])
    whom = np.searchsorted(upto, low + (high - low) * draw.random(rides), side="right") - 1
    for _ in range(pairs // 80_000 + 1):
        inside = np.repeat(draw.choice(riders, 10, replace=False), 5)
        met = np.tile(draw.choice(drivers, 5, replace=False), 10)
        at = np.sort(draw.integers(0, rides, 50))
        who, whom = np.insert(who, at, inside), np.insert(whom, at, met)
    keys = who.astype(np.int64) * drivers + np.minimum(whom, drivers - 1)
    _, first, times = np.unique(keys, return_index=True, return_counts=True)
    by_time = np.argsort(first)
    keys, times = keys[first[by_time]], times[by_time]
    return _weighed(riders + drivers, keys // drivers, riders + keys % drivers, times)


def _weighed(nodes: int, riders: Int64s, drivers: Int64s, times: Int64s) -> City:
    met = np.zeros(nodes, np.int64)
    weights = np.empty(len(riders), np.int64)
    for pair, driver in enumerate(drivers.tolist()):
        weights[pair] = trip_weight(met[driver], 0, 0) * times[pair]
        met[driver] += 1
    return City(nodes, riders.astype(np.int32), drivers.astype(np.int32), weights)


@njit(cache=True)
def strictly(nodes: int, riders: Int32s, drivers: Int32s, weights: Int64s) -> Int64s:
    """The peeling weight of every node when the lightest goes first, one at a time; ties by number."""
    begin, near, heavy = _neighbours(nodes, riders, drivers, weights)
    weigh = np.zeros(nodes, np.int64)
    for node in range(nodes):
        for place in range(begin[node], begin[node + 1]):
            weigh[node] += heavy[place]
    heap = np.argsort(weigh, kind="mergesort")
    where = np.empty(nodes, np.int64)
    for place in range(nodes):
        where[heap[place]] = place
    for size in range(nodes - 1, -1, -1):
        gone = heap[0]
        where[gone] = -1
        node, at = heap[size], 0
        while 2 * at + 1 < size:
            child = 2 * at + 1
            if child + 1 < size and (weigh[heap[child + 1]], heap[child + 1]) < (
                weigh[heap[child]],
                heap[child],
            ):
                child += 1
            if (weigh[node], node) < (weigh[heap[child]], heap[child]):
                break
            heap[at] = heap[child]
            where[heap[at]] = at
            at = child
        if size:
            heap[at], where[node] = node, at
        for place in range(begin[gone], begin[gone + 1]):
            node = near[place]
            at = where[node]
            if at < 0:
                continue
            weigh[node] -= heavy[place]
            while at:
                above = heap[(at - 1) >> 1]
                if (weigh[above], above) < (weigh[node], node):
                    break
                heap[at] = above
                where[above] = at
                at = (at - 1) >> 1
            heap[at], where[node] = node, at
    return weigh


@njit(cache=True)
def _batch(p: Peeling, town: City, come: int, go: int, number: int) -> None:
    for step in range(number):
        edge = come + step
        add(p, edge, town.riders[edge], town.drivers[edge], town.weights[edge])
        remove(p, go + step)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes on the clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def spread(taken: list[float], each: int = 1) -> dict[str, float]:
    """Microseconds an edge."""
    times = np.array(taken) * 1e6 / each
    return {
        "median_us": round(float(np.median(times)), 2),
        "mean_us": round(float(times.mean()), 2),
        "p99_us": round(float(np.percentile(times, 99)), 1),
        "greatest_us": round(float(times.max()), 1),
    }


def kept_up(p: Peeling, town: City, start: int) -> dict[str, object]:
    """Single changes and batches on a loaded peeling."""
    moves = int(p.counts[MOVES])
    coming, batches = [], []
    for edge in range(start, start + SINGLES):
        rider, driver, weight = int(town.riders[edge]), int(town.drivers[edge]), int(town.weights[edge])
        coming.append(seconds(lambda: add(p, edge, rider, driver, weight)))  # noqa: B023
    going = [seconds(lambda: remove(p, edge)) for edge in range(SINGLES)]  # noqa: B023
    half = BATCH // 2
    for batch in range(BATCHES):
        come, go = start + SINGLES + batch * half, SINGLES + batch * half
        batches.append(seconds(lambda: _batch(p, town, come, go, half)))  # noqa: B023
    changes = 2 * SINGLES + BATCHES * BATCH
    return {
        "add": spread(coming),
        "remove": spread(going),
        "batch": spread(batches, BATCH),
        "moves_per_change": round((int(p.counts[MOVES]) - moves) / changes, 3),
    }


def measure(pairs: int, seed: int, repeats: int) -> dict[str, object]:
    """Every measure on a city of so many pairs."""
    town = city(pairs, seed)
    last = SINGLES + BATCHES * BATCH // 2
    start = len(town.riders) - last
    p = empty(town.nodes, len(town.riders))
    load(p, town.riders[:start], town.drivers[:start], town.weights[:start])
    found = kept_up(p, town, start)
    now = City(town.nodes, *(column[last:] for column in town[1:]))
    ranks, left = peel(*now)
    if not (np.array_equal(p.node["rank"], ranks) and np.array_equal(p.node["left"], left)):
        raise SystemExit("expected the peeling from scratch, found another; the benchmark means nothing")
    graph = igraph.Graph(n=town.nodes, edges=np.column_stack([now.riders, now.drivers]))
    rivals = {
        "levels": [seconds(lambda: peel(*now)) for _ in range(repeats)],
        "strict": [seconds(lambda: strictly(*now)) for _ in range(repeats + 1)][1:],
        "igraph": [seconds(graph.coreness) for _ in range(repeats)],
    }
    middle = {name: median(taken) for name, taken in rivals.items()}
    cost = {name: found[name]["median_us"] for name in ("add", "remove", "batch")}  # type: ignore[index]
    degree = np.bincount(now.drivers, minlength=town.nodes)
    return {
        "edges": start,
        "nodes": int((p.node["degree"] > 0).sum()),
        "riders_of_a_driver": {"median": int(np.median(degree[degree > 0])), "most": int(degree.max())},
        **found,
        "from_scratch_seconds": {name: round(taken, 4) for name, taken in middle.items()},
        "runs_seconds": {name: [round(each, 4) for each in taken] for name, taken in rivals.items()},
        "times_faster": {
            name: {work: round(taken * 1e6 / each) for work, each in cost.items()}
            for name, taken in middle.items()
        },
        "bytes_per_edge": round(sum(each.nbytes for each in arrays(p).values()) / len(p.edge), 1),
    }


def main() -> None:
    """Print one line of JSON for each size."""
    parser = argparse.ArgumentParser(description="Microseconds an edge of the peeling, and from scratch.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    options = parser.parse_args()
    measure(30_000, options.seed, 1)
    for size in options.sizes:
        around = surroundings(["numba", "numpy", "igraph"])
        found = measure(size, options.seed, options.repeats)
        print(
            json.dumps({"bench": "peeling", "case": f"{size} pairs", "seed": options.seed} | found | around)
        )


if __name__ == "__main__":
    main()
