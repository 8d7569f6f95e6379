"""The question without HTTP, and two other ways to answer it: a query of a store, and components anew."""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from typing import Any

import igraph
import msgspec
import numpy as np
from prometheus_client import CollectorRegistry

from decisions.city import accounts_for, question
from graph.engine import Engine
from streaming.decisions.decider import Decider
from streaming.decisions.follower import FileFeed, Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import DecisionPolicy


def in_process(engine: Engine, links: int, seed: int, number: int) -> dict[str, Any]:
    """Microseconds of each way; the digest of the graph is asserted to be what it was."""
    chance, accounts = random.Random(seed), accounts_for(links)
    follower = Follower(FileFeed(engine, iter(())))
    decider = Decider(follower, DecisionPolicy(), DecisionMeasures(CollectorRegistry()))
    bodies = [question(accounts, chance, engine.watermark_ms) for _ in range(number + 300)]
    for body in bodies[:300]:
        decider.decide(body)
    digest = engine.state_digest()
    walls, spent = [], []
    for body in bodies[300:]:
        begun, worked = time.perf_counter(), time.thread_time()
        msgspec.json.encode(decider.decide(body))
        walls.append(time.perf_counter() - begun)
        spent.append(time.thread_time() - worked)
    assert engine.state_digest() == digest
    view = engine.view()
    sources, targets = np.asarray(view.links.source), np.asarray(view.links.target)
    return {
        "live_links": engine.counts()["live_links"],
        "decision_us": spread(walls),
        "decision_processor_us": spread(spent),
        "store_query_processor_us": spread(store_queries(sources, targets, chance, min(number, 500))),
        "igraph_components_processor_us": spread(igraph_times(sources, targets)),
    }


def store_queries(sources: Any, targets: Any, chance: random.Random, number: int) -> list[float]:
    """Everybody within two links of an account, from SQLite in memory with both indexes."""
    store = sqlite3.connect(":memory:")
    store.execute("CREATE TABLE link (source INTEGER, target INTEGER)")
    store.executemany("INSERT INTO link VALUES (?, ?)", zip(sources.tolist(), targets.tolist(), strict=True))
    store.execute("CREATE INDEX by_source ON link (source, target)")
    store.execute("CREATE INDEX by_target ON link (target, source)")

    def ask() -> None:
        account = int(sources[chance.randrange(len(sources))])
        store.execute(
            "SELECT DISTINCT b.source, c.target FROM link a JOIN link b ON b.target = a.target "
            "JOIN link c ON c.source = b.source WHERE a.source = ? LIMIT 2000",
            (account,),
        ).fetchall()

    return _times(ask, number)


def igraph_times(sources: Any, targets: Any) -> list[float]:
    """Components of the whole graph, which has to be built from its links first."""
    pairs = np.stack([sources, targets], 1)

    def ask() -> None:
        igraph.Graph(n=int(pairs.max()) + 1, edges=pairs).connected_components()

    return _times(ask, 3)


def _times(ask: Callable[[], None], number: int) -> list[float]:
    times = []
    for _ in range(number):
        worked = time.thread_time()
        ask()
        times.append(time.thread_time() - worked)
    return times


def spread(times: list[float]) -> dict[str, float]:
    """Percentiles and mean of seconds, in microseconds."""
    found = np.percentile(np.array(times) * 1e6, (50, 99, 99.9)).round(1).tolist()
    mean = round(statistics.fmean(times) * 1e6, 1)
    return dict(zip(("p50", "p99", "p999", "mean"), (*found, mean), strict=True))
