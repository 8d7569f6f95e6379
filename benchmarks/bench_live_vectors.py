"""Vectors kept current over a running engine, beside a full pass and beside sampling for each event.

A city of ``--accounts`` accounts, each with a phone and a card, some of them shared, and four rides with
drivers drawn by popularity; one address that every account signs up from: a hub. Weights are random; their
values do not change the work. The engine applies events as it would live and scores nothing; only the vectors
are timed. One line of JSON for each case:

* ``edge``: one event (a ride, a login on another's phone, or, every tenth, a new account at the hub), then
  the vectors of the accounts it names: milliseconds by event, those at the hub also by themselves;
* ``batch``: the same in batches of 100 events: touched entities (ends of new or used links) per second, by
  the clock and by the processor time of this one thread, which other programs disturb less;
* ``full_pass``: features and network over the whole graph once, from the engine's view;
* ``sampled``: for one event, the neighbourhood sampled (16 for each relation) and passed through the network.
"""

from __future__ import annotations

import argparse
import json
from time import perf_counter, process_time

import numpy as np
import torch
from surroundings import surroundings

from gnn.serving.live_vectors import LiveVectors
from gnn.serving.weights_of import network_weights
from gnn.tensors.features import NODE_FEATURES, node_features
from gnn.tensors.neighbours import RELATIONS, neighbour_means
from gnn.tensors.propagate import relation_of
from gnn.tensors.sampling import neighbourhood
from gnn.training.network import NetworkConfig, RelationalNetwork
from graph.engine import Engine, EngineConfig
from graph.model.events import AccountCreated, AccountLogin, CardAdded, EventBase, TripCompleted
from graph.model.vocabulary import EntityKind, Role
from graph.state.state import Int32s, State

BATCH = 100
START_MS = 1_700_000_000_000
HUB = "everybody"
ROUND_MS = 600


class Silent:
    """Scores nothing, so that nothing but the vectors is worked on; the engine keeps the ticks for it."""

    model_id = "silent"
    prior = 0.0

    def reader(self) -> Silent:
        """Itself: it keeps nothing."""
        return self

    def score(self, state: State, members: Int32s) -> float:
        """Nothing is a ring."""
        return 0.0


class City:
    """Events one after the other, evenly spread in time."""

    def __init__(self, accounts: int, seed: int) -> None:
        self.accounts, self.drivers = accounts, max(accounts // 15, 1)
        self._draw = np.random.default_rng(seed)
        self._events = 0

    def founding(self) -> list[EventBase]:
        """Everybody signs up, adds a card and rides four times."""
        events: list[EventBase] = []
        for n in range(self.accounts):
            phone = n if self._draw.random() >= 0.1 else int(self._draw.integers(self.accounts))
            card = n if self._draw.random() >= 0.1 else int(self._draw.integers(self.accounts))
            role = Role.DRIVER if n < self.drivers else Role.RIDER
            events.append(
                self._at(AccountCreated, account_id=f"a{n}", role=role, device_id=f"d{phone}", ip=HUB)
            )
            events.append(self._at(CardAdded, account_id=f"a{n}", card_id=f"c{card}"))
        return [*events, *(self._ride() for _ in range(4 * self.accounts))]

    def coming(self, number: int) -> list[EventBase]:
        """Rides, logins on others' phones, and every tenth a new account at the hub."""
        made: list[EventBase] = []
        for n in range(number):
            if n % 10 == 0:
                name, phone = f"new{self._events}", f"fresh{self._events}"
                event = self._at(AccountCreated, account_id=name, role=Role.RIDER, device_id=phone, ip=HUB)
            elif n % 10 < 3:
                rider, phone = (int(self._draw.integers(self.accounts)) for _ in range(2))
                event = self._at(AccountLogin, account_id=f"a{rider}", device_id=f"d{phone}")
            else:
                event = self._ride()
            made.append(event)
        return made

    def _ride(self) -> EventBase:
        rider = int(self._draw.integers(self.drivers, self.accounts))
        driver = int(self.drivers * self._draw.random() ** 2)
        trip = f"t{self._events}"
        return self._at(TripCompleted, trip_id=trip, rider_id=f"a{rider}", driver_id=f"a{driver}", fare=9.0)

    def _at(self, kind: type[EventBase], **fields: object) -> EventBase:
        self._events += 1
        ts = START_MS + self._events * ROUND_MS
        return kind(event_id=f"e{self._events}", ts=ts, **fields)  # type: ignore[arg-type]


def named_in(engine: Engine, events: list[EventBase]) -> Int32s:
    """The entities of the accounts that events name."""
    names = [
        name
        for event in events
        for field in ("account_id", "rider_id", "driver_id")
        if (name := getattr(event, field, None)) is not None
    ]
    found = {engine.entity_index.find(EntityKind.ACCOUNT, name) for name in dict.fromkeys(names)}
    return np.array(sorted(each for each in found if each is not None), np.int32)


def touched_in(events: list[EventBase]) -> int:
    """How many ends the links of events have."""
    ends = {AccountCreated: 4, AccountLogin: 2, TripCompleted: 2}
    return sum(ends[type(event)] for event in events)


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
    city = City(options.accounts, options.seed)
    engine = Engine(EngineConfig(), Silent())
    engine.apply(city.founding())
    network = RelationalNetwork(NetworkConfig(len(NODE_FEATURES), len(RELATIONS))).eval()
    zero, one = (np.full(len(NODE_FEATURES), x, np.float32) for x in (0.0, 1.0))
    live = LiveVectors(network_weights(network, zero, one), most_kept=1 << 30)
    around = surroundings(["torch", "numba"])
    links = engine.counts()["live_links"]
    case = {"bench": "live_vectors", "accounts": options.accounts, "links": links, "hub": options.accounts}

    live.vectors(engine.state, np.zeros(1, np.int32))
    started = perf_counter()
    live.vectors(engine.state, np.arange(len(engine.entity_index), dtype=np.int32))
    print(json.dumps(case | {"case": "filled", "seconds": round(perf_counter() - started, 2)} | around))

    taken: list[float] = []
    before = live.computed
    for event in city.coming(options.edges):
        engine.apply([event])
        ends = named_in(engine, [event])
        started = perf_counter()
        live.vectors(engine.state, ends)
        taken.append(perf_counter() - started)
    figures = {"all": quantiles(taken), "at_the_hub": quantiles(taken[::10])}
    figures["vectors_computed_by_edge"] = {"mean": round((live.computed - before) / options.edges, 1)}
    print(json.dumps(case | {"case": "edge", "edges": options.edges} | figures | around), flush=True)

    coming = city.coming(options.edges)
    seconds = processor = 0.0
    for start in range(0, options.edges, BATCH):
        batch = coming[start : start + BATCH]
        engine.apply(batch)
        ends = named_in(engine, batch)
        started, began = perf_counter(), process_time()
        live.vectors(engine.state, ends)
        seconds += perf_counter() - started
        processor += process_time() - began
    touched = touched_in(coming)
    rates = {"touched": touched, "seconds": round(seconds, 3), "touched_per_second": round(touched / seconds)}
    rates["touched_per_processor_second"] = round(touched / processor)
    print(json.dumps(case | {"case": "batch", "batch": BATCH} | rates | around), flush=True)

    started = perf_counter()
    view = engine.view()
    features, means = node_features(view), neighbour_means(view)
    relations = [relation_of(matrix) for matrix in means]
    with torch.no_grad():
        network(torch.from_numpy(features), [relations] * network.config.layers)
    seconds = perf_counter() - started
    print(json.dumps(case | {"case": "full_pass", "seconds": round(seconds, 3)} | around), flush=True)

    taken = []
    for n, event in enumerate(coming[:300]):
        ends = named_in(engine, [event]).astype(np.int64)
        started = perf_counter()
        part = neighbourhood(features, means, ends, 2, 16, n)
        with torch.no_grad():
            network(torch.from_numpy(part.features), [[relation_of(matrix) for matrix in part.means]] * 2)
        taken.append(perf_counter() - started)
    print(json.dumps(case | {"case": "sampled", "edges": len(taken)} | quantiles(taken) | around), flush=True)


if __name__ == "__main__":
    main()
