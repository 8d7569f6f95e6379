"""Live links and their components: updates per second beside recomputing and beside union-find.

An update is a link that comes, is used again, is cut, or falls out of the window; its components are right
after every one. A batch is 1,000 events with all that falls meanwhile. One line of JSON for each case:

* ``groups N``: N live links in steady state (``link_streams``), with the rivals below in the same run;
* ``giant N``: one component holds nearly all: sliding, then single cuts, most of which find a replacement;
* ``kiosk``: 100,000 accounts that share one identifier, which is then declared public: cut one by one;
* ``memory``: resident bytes for each live link and for each entity, in the run of the largest ``groups``.

Rivals on the live links, as arrays of compact integers that are made outside the clock: igraph, rustworkx,
networkx and scipy build the graph and find all components, as they would for each batch; once, because one
takes long enough; for igraph also the finding alone. networkx and rustworkx build from Python tuples and are
left out above a million links. Union-find with path halving and union by size, in the same numba style, on
the same events, cannot delete: the limit. All of them, and ours, are single-threaded and timed by the CPU
time of their thread, so that others on the machine disturb less.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any, Final

import igraph
import networkx as nx
import numpy as np
import rustworkx
from link_streams import LATENESS_MS, WINDOW_MS, Stream, giant, groups
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from surroundings import surroundings

from benchmarks.foresight import foresee, foresee_link
from graph.components.edges import foresee_group
from graph.components.forest import Forest, add_edge, remove_edge
from graph.kernels.kernel import kernel, wide
from graph.links.records import HOOK, LINK, TREE_EDGE
from graph.links.store import LinkStore, add_entity, advance, find, next_expired, touch
from graph.links.touch import next_to_expire

BATCH: Final = 1_000
BATCHES: Final = 200
MOST_FOR_TUPLES: Final = 1_000_000
AGED, FELL_APART, CUT, CAME = range(4)


@kernel
def add_all(s: Any, accounts: int, entities: int) -> None:
    """Make every entity known."""
    for entity in range(entities):
        add_entity(s, entity, entity < accounts)


@kernel
def run(
    s: Any, f: Any, source: Any, target: Any, cut: Any, first: int, last: int, step_ms: float, counts: Any
) -> None:
    """Events ``first`` to ``last`` - 1: expire, cut or touch, add an edge. Counts what else happens."""
    for n in range(first, last):
        if n + 16 < last:
            foresee(s, 0, wide(source[n + 16]), wide(target[n + 16]))
        if n + 8 < last:
            foresee_link(s, 0, wide(source[n + 8]), wide(target[n + 8]))
            foresee_group(f, wide(source[n + 8]))
        soon = next_to_expire(s)
        if soon >= 0:
            foresee_group(f, wide(s.links[soon].source))
        now = wide(n * step_ms)
        if advance(s, now):
            link = next_expired(s)
            while link >= 0:
                counts[AGED] += 1
                counts[FELL_APART] += remove_edge(s, f, link)
                link = next_expired(s)
        if cut[n]:
            link = find(s, 0, wide(source[n]), wide(target[n]))
            if link >= 0:
                counts[CUT] += 1
                remove_edge(s, f, link)
        else:
            link, revived = touch(s, 0, wide(source[n]), wide(target[n]), now, 0)
            if revived:
                counts[CAME] += 1
                add_edge(s, f, link)


@kernel
def part_around(s: Any, f: Any, entity: int) -> int:
    """Cut every link that leads to an identifier; returns how many."""
    done, link = 0, wide(s.entities[entity].head)
    while link >= 0:
        remove_edge(s, f, link)
        done += 1
        link = wide(s.hooks[link].next_in)
    return done


@njit(cache=True)
def union_all(parent: Any, size: Any, source: Any, target: Any, first: int, last: int) -> int:
    """Union-find over the events ``first`` to ``last`` - 1; returns how many merged."""
    merged = 0
    for n in range(first, last):
        a, b = source[n], target[n]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b:
            if size[a] < size[b]:
                a, b = b, a
            parent[b] = a
            size[a] += size[b]
            merged += 1
    return merged


class Engine:
    """A store and its forest over one stream."""

    def __init__(self, stream: Stream, links: int) -> None:
        self.stream = stream
        before = resident()
        self.store = LinkStore(WINDOW_MS, LATENESS_MS)
        self.store.reserve(entities=stream.entities, accounts=stream.accounts)
        self.forest = Forest(self.store)
        add_all(self.store.state, stream.accounts, stream.entities)
        self.forest.state.trees["below"] = 0  # So that its memory counts with the entities.
        self.entity_bytes = (resident() - before) / stream.entities
        self.store.reserve(links=links)
        self.counts = np.zeros(4, np.int64)

    def go(self, first: int, last: int) -> None:
        """Run the events ``first`` to ``last`` - 1."""
        s, t = self.store.state, self.stream
        run(s, self.forest.state, t.source, t.target, t.cut, first, last, t.step_ms, self.counts)


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def seconds(work: Callable[[], object]) -> float:
    """How much CPU time one call takes."""
    started = thread_time()
    work()
    return thread_time() - started


def rivals(edges: Any, nodes: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """What recomputes all components from arrays."""
    yield "igraph", lambda: igraph.Graph(n=nodes, edges=edges).connected_components().membership
    if len(edges) <= MOST_FOR_TUPLES:
        yield "rustworkx", lambda: _rustworkx(edges, nodes)
        yield "networkx", lambda: sum(1 for _ in nx.connected_components(nx.Graph(edges.tolist())))
    ones = np.ones(len(edges), np.int8)
    yield (
        "scipy",
        lambda: connected_components(
            coo_array((ones, (edges[:, 0], edges[:, 1])), shape=(nodes, nodes)).tocsr(), directed=False
        ),
    )


def components_alone(edges: Any, nodes: int) -> float:
    """How long igraph takes when the graph is already built."""
    graph = igraph.Graph(n=nodes, edges=edges)
    return seconds(lambda: graph.connected_components().membership)


def _rustworkx(edges: Any, nodes: int) -> int:
    graph = rustworkx.PyGraph(multigraph=True)
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from_no_data([(a, b) for a, b in edges.tolist()])
    return len(rustworkx.connected_components(graph))


def joining(store: LinkStore) -> tuple[Any, int]:
    """Ends of all edges, numbered without gaps, and how many nodes they have."""
    s = store.state
    records = s.links[: int(s.counters["links_used"][0])]
    records = records[(records["count"] > 0) & (records["joins"] > 0)]
    names, ends = np.unique(np.stack([records["source"], records["target"]], 1), return_inverse=True)
    return ends.reshape(-1, 2).astype(np.int32), len(names)


def measure_groups(live: int, seed: int, repeats: int) -> Iterator[dict[str, object]]:
    """Steady state at ``live`` links: ours, union-find, and recomputing."""
    stream = groups(live, repeats * BATCHES * BATCH, seed)
    parent = np.arange(stream.entities, dtype=np.int32)
    size = np.ones(stream.entities, np.int32)
    union_all(parent, size, stream.source, stream.target, 0, stream.warm)
    engine = Engine(stream, round(1.15 * live))
    before = resident()
    engine.go(0, stream.warm)
    used = int(engine.store.state.counters["links_used"][0])
    link_bytes = resident() - before
    times, rates, unions = [], [], []
    for repeat in range(repeats):
        start, aged = stream.warm + repeat * BATCHES * BATCH, int(engine.counts[AGED])
        batches = [
            seconds(lambda: engine.go(first, first + BATCH))  # noqa: B023
            for first in range(start, start + BATCHES * BATCH, BATCH)
        ]
        done = BATCHES * BATCH + int(engine.counts[AGED]) - aged
        rates.append(done / sum(batches))
        times += batches
        unions.append(
            sum(
                seconds(
                    lambda: union_all(parent, size, stream.source, stream.target, first, first + BATCH)  # noqa: B023
                )
                for first in range(start, start + BATCHES * BATCH, BATCH)
            )
        )
    p50, p99 = np.percentile(times, [50, 99]).tolist()
    union_rate = BATCHES * BATCH / median(unions)
    edges, nodes = joining(engine.store)
    recomputed = {name: seconds(work) for name, work in rivals(edges, nodes)}
    recomputed["igraph, components alone"] = components_alone(edges, nodes)
    yield {
        "case": f"groups {live}",
        "live_links": engine.store.live_count,
        "components": len(engine.forest),
        "largest_component": int(engine.forest.state.groups["size"].max()),
        "updates_per_second": round(median(rates)),
        "updates_per_second_runs": [round(each) for each in rates],
        "ns_per_update": round(1e9 / median(rates)),
        "batch_ms": {"p50": round(1e3 * p50, 3), "p99": round(1e3 * p99, 3)},
        "union_find_per_second": round(union_rate),
        "of_union_find": round(median(rates) / union_rate, 3),
        "recompute_seconds": {name: round(each, 4) for name, each in recomputed.items()},
        "times_faster_per_batch": {name: round(each / p50, 1) for name, each in recomputed.items()},
    }
    yield {
        "case": f"memory {live}",
        "live_links": engine.store.live_count,
        "links_held": used,
        "entities": stream.entities,
        "resident_bytes_per_live_link": round(link_bytes / engine.store.live_count, 1),
        "resident_bytes_per_link_held": round(link_bytes / used, 1),
        "resident_bytes_per_entity": round(engine.entity_bytes, 1),
        "link_record_bytes": LINK.itemsize + HOOK.itemsize,
    }


def measure_giant(live: int, seed: int) -> dict[str, object]:
    """A component that holds nearly everything: sliding, then single cuts."""
    stream = giant(live, BATCHES * BATCH, seed)
    engine = Engine(stream, live + BATCH)
    engine.go(0, stream.warm)
    apart = int(engine.counts[FELL_APART])
    times = [
        seconds(lambda: engine.go(first, first + BATCH))  # noqa: B023
        for first in range(stream.warm, stream.warm + BATCHES * BATCH, BATCH)
    ]
    fell = int(engine.counts[FELL_APART]) - apart
    s, f = engine.store.state, engine.forest.state
    records = s.links[: int(s.counters["links_used"][0])]
    trees = np.flatnonzero((records["count"] > 0) & (records["joins"] == TREE_EDGE))
    chosen = np.random.default_rng(seed).choice(trees, 5_000, replace=False)
    cuts, split = [], 0
    for link in chosen.tolist():
        started = thread_time()
        split += remove_edge(s, f, link)
        cuts.append(thread_time() - started)
        add_edge(s, f, link)
    p50, p99 = np.percentile(times, [50, 99]).tolist()
    cut50, cut99 = np.percentile(cuts, [50, 99]).tolist()
    return {
        "case": f"giant {live}",
        "live_links": engine.store.live_count,
        "largest_component": int(f.groups["size"].max()),
        "updates_per_second": round(2 * BATCHES * BATCH / sum(times)),
        "fell_apart": fell,
        "batch_ms": {"p50": round(1e3 * p50, 3), "p99": round(1e3 * p99, 3)},
        "cuts": len(cuts),
        "cuts_with_replacement": len(cuts) - split,
        "cut_us": {"p50": round(1e6 * cut50), "p99": round(1e6 * cut99), "max": round(1e6 * max(cuts))},
    }


def measure_kiosk(crowd: int) -> dict[str, object]:
    """Accounts that share one identifier and a second half of them another; then the first turns public."""
    account = np.arange(crowd, dtype=np.int32)
    half = account[: crowd // 2]
    source = np.concatenate([account, half])
    target = np.concatenate([np.full(crowd, crowd, np.int32), np.full(len(half), crowd + 1, np.int32)])
    cut = np.zeros(len(source), np.uint8)
    stream = Stream(source, target, cut, crowd, crowd + 2, 1.0, len(source))
    taken, cut_taken = [], []
    for _ in range(3):
        engine = Engine(stream, len(source))
        taken.append(seconds(lambda: engine.go(0, len(source))))  # noqa: B023
        state = engine.store.state
        cut_taken.append(seconds(lambda: part_around(state, engine.forest.state, crowd)))  # noqa: B023
    return {
        "case": f"kiosk {crowd}",
        "links": len(source),
        "join_ms": round(1e3 * median(taken), 1),
        "turn_public_ms": round(1e3 * median(cut_taken), 1),
        "cut_us": round(1e6 * median(cut_taken) / crowd, 3),
    }


def main() -> None:
    """Print one line of JSON for each case."""
    parser = argparse.ArgumentParser(description="Updates per second of live links and their components.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    options = parser.parse_args()
    packages = ["igraph", "networkx", "numba", "numpy", "rustworkx", "scipy"]

    def say(found: dict[str, object]) -> None:
        seed = {"seed": options.seed}
        print(json.dumps({"bench": "links"} | found | seed | surroundings(packages)), flush=True)

    for _ in measure_groups(2_000, options.seed, 1):
        """Compile everything before the clock runs."""
    for live in options.sizes:
        for found in measure_groups(live, options.seed, options.repeats):
            if found["case"] != f"memory {live}" or live == max(options.sizes):
                say(found)
    say(measure_giant(1_000_000, options.seed))
    say(measure_kiosk(100_000))


if __name__ == "__main__":
    main()
