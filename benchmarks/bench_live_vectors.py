"""Vectors kept current under single new edges, beside a full pass and beside sampling for each event.

A city of ``--accounts`` accounts with a phone and a card each, some of them shared, rides with drivers
drawn by popularity, and one address that every account uses: a hub. Weights are random; their values do not
change the work. One line of JSON for each case:

* ``edge``: one new link, new features of both its ends, then the vectors of both: milliseconds by event,
  hub edges (every tenth) included and by themselves;
* ``batch``: the same in batches of 100 links: touched entities (ends of links) per second, by the clock and
  by the processor time of this one thread, which other programs disturb less;
* ``full_pass``: the network over the whole graph once, as ``gnn.network`` does it;
* ``sampled``: for one new edge, the neighbourhood sampled (16 for each relation) and passed through the
  network.
"""

from __future__ import annotations

import argparse
import json
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt
import torch
from surroundings import surroundings

from gnn.features import NODE_FEATURES
from gnn.live_vectors import LiveVectors
from gnn.neighbours import RELATIONS, means_of
from gnn.network import NetworkConfig, RelationalNetwork
from gnn.propagate import relation_of
from gnn.sampling import neighbourhood
from gnn.weights_of import network_weights
from graph.links import LINK_CODE, LINK_KINDS
from graph.vocabulary import LinkKind

Columns = npt.NDArray[np.int64]
BATCH = 100


def city(accounts: int, seed: int) -> tuple[Columns, int]:
    """Distinct links (kind, source, target), and the number of entities. The last entity is the hub."""
    draw = np.random.default_rng(seed)
    drivers = max(accounts // 15, 1)
    everyone = np.arange(accounts)
    phones = accounts + np.where(draw.random(accounts) < 0.1, draw.integers(0, accounts, accounts), everyone)
    cards = 2 * accounts + np.where(
        draw.random(accounts) < 0.1, draw.integers(0, accounts, accounts), everyone
    )
    hub = 3 * accounts
    rides = 4 * accounts
    riders = draw.integers(drivers, accounts, rides)
    chosen = (drivers * draw.random(rides) ** 2).astype(np.int64)
    parts = [
        (LinkKind.USES_DEVICE, everyone, phones),
        (LinkKind.USES_CARD, everyone, cards),
        (LinkKind.USES_IP, everyone, np.full(accounts, hub)),
        (LinkKind.RODE_WITH, riders, chosen),
    ]
    rows = [np.stack([np.full(len(s), LINK_CODE[k]), s, t], axis=1) for k, s, t in parts]
    return np.unique(np.concatenate(rows), axis=0), hub + 1


def new_links(accounts: int, hub: int, number: int, seed: int) -> list[tuple[int, int, int]]:
    """Links to come: rides, shared phones, and every tenth a use of the hub by a new account."""
    draw = np.random.default_rng(seed)
    made = []
    for n in range(number):
        rider, driver = int(draw.integers(accounts // 15, accounts)), int(draw.integers(accounts // 15))
        if n % 10 == 0:
            made.append((LINK_CODE[LinkKind.USES_IP], hub + 1 + n, hub))
        elif n % 10 < 3:
            made.append((LINK_CODE[LinkKind.USES_DEVICE], rider, accounts + int(draw.integers(accounts))))
        else:
            made.append((LINK_CODE[LinkKind.RODE_WITH], rider, driver))
    return made


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at the middle, the 99th percentile and the end."""
    found = np.quantile(np.array(seconds) * 1e3, [0.5, 0.99, 1.0])
    return {name: round(float(x), 3) for name, x in zip(("p50_ms", "p99_ms", "max_ms"), found, strict=True)}


def main() -> None:
    """Print one line for each case."""
    parser = argparse.ArgumentParser(description="Vectors under single new edges, and rivals.")
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    links, nodes = city(options.accounts, options.seed)
    hub = nodes - 1
    coming = new_links(options.accounts, hub, 2 * options.edges, options.seed + 1)
    draw = np.random.default_rng(options.seed)
    room = nodes + len(coming) + 1
    features = draw.normal(size=(room, len(NODE_FEATURES))).astype(np.float32)
    network = RelationalNetwork(NetworkConfig(features.shape[1], len(RELATIONS))).eval()
    zero, one = np.zeros(features.shape[1], np.float32), np.ones(features.shape[1], np.float32)
    live = LiveVectors(network_weights(network, zero, one), len(LINK_KINDS))
    around = surroundings(["torch", "numba"])
    case = {
        "bench": "live_vectors",
        "accounts": options.accounts,
        "links": len(links),
        "hub": options.accounts,
    }

    started = perf_counter()
    live.set_features(np.arange(nodes), features[:nodes])
    live.add_links(map(tuple, links.tolist()))
    live.vectors(np.arange(nodes))
    print(json.dumps(case | {"case": "filled", "seconds": round(perf_counter() - started, 2)} | around))

    taken: list[float] = []
    before = live.computed
    for kind, source, target in coming[: options.edges]:
        ends = np.array([source, target])
        started = perf_counter()
        live.add_links([(kind, source, target)])
        live.set_features(ends, features[ends] + 0.1)
        live.vectors(ends)
        taken.append(perf_counter() - started)
    figures = {"all": quantiles(taken), "at_the_hub": quantiles(taken[::10])}
    figures["vectors_computed_by_edge"] = {"mean": round((live.computed - before) / options.edges, 1)}
    print(json.dumps(case | {"case": "edge", "edges": options.edges} | figures | around), flush=True)

    started, processor = perf_counter(), process_time()
    for start in range(options.edges, 2 * options.edges, BATCH):
        batch = coming[start : start + BATCH]
        live.add_links(batch)
        ends = np.unique(np.array(batch)[:, 1:])
        live.set_features(ends, features[ends] + 0.2)
        live.vectors(ends)
    seconds, processor = perf_counter() - started, process_time() - processor
    touched = 2 * options.edges
    rates = {"touched": touched, "seconds": round(seconds, 3), "touched_per_second": round(touched / seconds)}
    rates["touched_per_processor_second"] = round(touched / processor)
    print(json.dumps(case | {"case": "batch", "batch": BATCH} | rates | around), flush=True)

    means = means_of(links[:, 0], links[:, 1], links[:, 2], nodes)
    relations = [relation_of(matrix) for matrix in means]
    inputs = torch.from_numpy(features[:nodes])
    with torch.no_grad():
        started = perf_counter()
        network(inputs, [relations] * network.config.layers)
        seconds = perf_counter() - started
    print(json.dumps(case | {"case": "full_pass", "seconds": round(seconds, 3)} | around), flush=True)

    taken = []
    for n, (_, source, target) in enumerate(link for link in coming[:300] if max(link) < nodes):
        started = perf_counter()
        part = neighbourhood(features[:nodes], means, np.array([source, target]), 2, 16, n)
        with torch.no_grad():
            network(torch.from_numpy(part.features), [[relation_of(matrix) for matrix in part.means]] * 2)
        taken.append(perf_counter() - started)
    print(json.dumps(case | {"case": "sampled", "edges": len(taken)} | quantiles(taken) | around), flush=True)


if __name__ == "__main__":
    main()
