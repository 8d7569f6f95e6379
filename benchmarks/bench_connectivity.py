"""Ways to keep components while edges come, are used, expire and are cut, on the same operations.

``ours`` is ``graph.components.forest``, on links in the lists of a store; the others are in
``benchmarks.connectivity``, which says what each gives, on edges in lists of their own (``edge_lists``). The
streams are those of ``link_streams``; a batch is 1,000 operations after the window has filled. One line of
JSON for each stream, with nanoseconds for an operation, and the milliseconds of the median and of the slowest
hundredth batch, in CPU time. All exact ways that finish must end with the same components, or the run stops.

``PYTHONPATH=. .venv/bin/python benchmarks/bench_connectivity.py``: half a minute of a processor.
"""

from __future__ import annotations

import argparse
import json
from time import thread_time
from typing import Any, Final

import numpy as np
from bench_links import add_all
from link_streams import LIVE, Stream, giant, groups
from surroundings import surroundings

from benchmarks.connectivity.d_tree import d_tree
from benchmarks.connectivity.edge_lists import EDGE, NODE, EdgeState, forest_state
from benchmarks.connectivity.forests import listed, ours
from benchmarks.connectivity.maximal import maximal
from benchmarks.connectivity.operations import operations
from benchmarks.connectivity.rebuild import rebuild
from benchmarks.connectivity.two_buffers import two_buffers
from graph.components.forest import Forest
from graph.links.records import LinkState
from graph.links.store import LinkStore

BATCH: Final = 1_000
EXACT: Final = {
    "ours": ours,
    "listed": listed,
    "maximal": maximal,
    "d_tree": d_tree,
    "rebuild": rebuild,
}
SLOW: Final = 2.0
"""Seconds after which a rival is stopped; the line says how many batches it had done."""


def our_state(source: Any, target: Any, stream: Stream) -> tuple[LinkState, Any]:
    """A store that has a record for every pair, none of them live, and its empty forest."""
    store = LinkStore(1, 0)
    store.reserve(links=len(source), entities=stream.entities, accounts=stream.accounts)
    forest = Forest(store)
    add_all(store.state, stream.accounts, stream.entities)
    records = store.state.links[: len(source)]
    records["source"], records["target"], records["last_ms"] = source, target, -1
    return store.state, forest.state


def fresh(source: Any, target: Any, entities: int) -> tuple[EdgeState, Any, Any]:
    """Records of all pairs as edges, an empty forest, and what the rivals keep beside."""
    records = np.zeros(len(source), EDGE)
    records["source"], records["target"], records["last_ms"] = source, target, -1
    nodes = np.zeros(entities, NODE)
    for name in ("tree_edge", "other_edge", "label"):
        nodes[name] = -1
    nodes["next_member"] = nodes["prev_member"] = np.arange(entities)
    numbers = np.arange(entities, dtype=np.int32)
    none, ones = np.full(entities, -1, np.int32), np.ones(entities, np.int32)
    extra = [none.copy(), none.copy(), none.copy(), numbers.copy(), ones, numbers.copy(), none.copy()]
    return EdgeState(links=records, entities=nodes), forest_state(nodes), extra


def components(name: str, state: Any, extra: Any) -> int:
    """How many components of two nodes or more there are."""
    if name == "d_tree":
        return int(((extra[0] < 0) & (extra[4] > 1)).sum())
    labels = state.entities["label"][: len(extra[0])]
    return len(np.unique(labels[labels >= 0]))


def measure(stream: Stream, window: int, batches: int) -> dict[str, object]:
    """Every way on one stream."""
    key = stream.source.astype(np.int64) * stream.entities + stream.target
    pairs, number = np.unique(key, return_inverse=True)
    source, target = (pairs // stream.entities).astype(np.int32), (pairs % stream.entities).astype(np.int32)
    codes, links = operations(number.astype(np.int32), stream.cut, window, len(pairs))
    warm = len(codes) - batches * BATCH
    found: dict[str, object] = {}
    ends: dict[str, int] = {}
    for name, run in {**EXACT, "two_buffers": two_buffers}.items():
        state: Any
        state, forest, extra = fresh(source, target, stream.entities)
        if name == "ours":
            state, forest = our_state(source, target, stream)
        buffers = (*extra, np.zeros(window, np.int32), np.array([0, window]))
        run(state, forest, buffers, codes, links, 0, warm)
        times: list[float] = []
        for first in range(warm, len(codes), BATCH):
            started = thread_time()
            run(state, forest, buffers, codes, links, first, first + BATCH)
            times.append(thread_time() - started)
            if sum(times) > SLOW:
                break
        if name in EXACT and len(times) == batches:
            ends[name] = components(name, state, extra)
        p50, p99 = np.percentile(times, [50, 99]).tolist()
        found[name] = {
            "ns_per_operation": round(1e9 * sum(times) / len(times) / BATCH),
            "batch_ms": {"p50": round(1e3 * p50, 3), "p99": round(1e3 * p99, 3)},
            "batches": len(times),
        }
    if len(set(ends.values())) != 1:
        raise SystemExit(f"expected the same number of components from all, found {ends}")
    kinds = np.bincount(codes[warm:], minlength=4).tolist()
    shares = dict(zip(("come", "use", "age", "cut"), (round(k / sum(kinds), 3) for k in kinds), strict=True))
    return {"components": ends["ours"], "operations": shares, "ways": found}


def main() -> None:
    """Print one line of JSON for each stream."""
    parser = argparse.ArgumentParser(description="Ways to keep components, beside each other.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=300_000)
    options = parser.parse_args()
    size = options.size
    measure(groups(2_000, 4 * BATCH, 1), 4_444, 3)
    for name, stream, window in (
        ("groups", groups(size, 200 * BATCH, options.seed), round(size / LIVE)),
        ("giant", giant(size, 75 * BATCH, options.seed), size),
    ):
        case = {"bench": "connectivity", "case": f"{name} {size}", "seed": options.seed}
        found = measure(stream, window, 149)
        print(json.dumps(case | found | surroundings(["numba", "numpy"])), flush=True)


if __name__ == "__main__":
    main()
