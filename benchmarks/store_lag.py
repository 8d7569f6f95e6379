"""How far a store lies behind the service that it follows, at rates that the two keep up and at more.

A dense stream (every event may be judged, none is a position) is fed to one real broker, and the service
reads it with a store behind it. One line of JSON for each case:

* ``whole``: everything that waits at the broker, from an empty state until the store holds it: what service
  and store keep up together;
* ``part``: the same stream fed by another process at each of ``--parts`` of that rate; seconds that the store
  lay behind, looked at every 50 ms (``ringfence_store_lag_seconds``), and until it held everything after
  the last event;
* ``burst``: fed as fast as the broker takes it, which no store keeps up with: how far it came to lie behind,
  and how soon it held everything.

``links_told`` is how many changes of links were handed over, ``links_used`` how many uses of links the events
were: what waits for a store that is busy becomes one change for each link. Run it from the repository's root:
``python -m benchmarks.store_lag``; ``--store sqlite`` for the embedded store; a few minutes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.service_speed import FEED, TOPIC, a_stream, feed, run_options
from benchmarks.surroundings import surroundings
from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.stores.opening import StoreAddress
from ringfence.history import in_order
from ringfence.service_wiring import service
from servers import KafkaServer, Neo4jServer
from streaming.kafka.feeding import create_topics
from streaming.service.service import Service
from streaming.service.status import Status

EVERY_S: Final = 0.05
BURST: Final = 200_000.0
"""Events a second that no service takes: the broker is what limits."""
MOST_S: Final = 600.0
"""After so long a store that has not caught up is given up."""


@dataclass(slots=True)
class Watched:
    """What was seen of one run."""

    behind_s: list[float] = field(default_factory=list)
    links_told: int = 0
    hand_overs: int = 0


class Case:
    """The service with a store of its own, on a topic of its own."""

    def __init__(self, address: str, folder: Path, store: StoreAddress) -> None:
        prefix = f"lag-{uuid.uuid4().hex[:6]}-"
        self.options = replace(run_options(address, prefix, prefix, folder, until_end=False), store=store)
        create_topics(self.options.kafka, 1)
        self.status, self.watched = Status(), Watched()

    def run(self, total: int, feeding: list[str] | None = None) -> dict[str, Any]:
        """Let the service read so many events, until the store holds them too; what was seen."""
        status, watched = self.status, self.watched
        with service(self.options, status) as running:
            _count(running, watched)
            working = threading.Thread(target=running.run)
            working.start()
            _wait(lambda: status.is_ready)
            fed = subprocess.Popen(feeding, stdout=subprocess.PIPE, text=True) if feeding else None
            began = time.perf_counter()
            applied_s = 0.0
            while not applied_s or status.store_behind > 0:
                since = status.store_behind_since_s
                watched.behind_s.append(0.0 if since is None else time.monotonic() - since)
                if not applied_s and status.tally.events + status.tally.duplicates >= total:
                    applied_s = time.perf_counter() - began
                if time.perf_counter() - began > MOST_S:
                    raise SystemExit(
                        f"expected the store to hold everything within {MOST_S:g} s, it does not"
                    )
                time.sleep(EVERY_S)
            held_s = time.perf_counter() - began
            running.stop()
            working.join()
        offered = float(fed.communicate()[0].split()[0]) if fed else None
        p50, p99, most = np.percentile(watched.behind_s, [50, 99, 100]).tolist()
        return {
            "events": total,
            "offered_per_second": None if offered is None else round(offered),
            "per_second_until_held": round(total / held_s),
            "behind_s": {"p50": round(p50, 2), "p99": round(p99, 2), "most": round(most, 2)},
            "held_after_the_last_event_s": round(held_s - applied_s, 2),
            "links_told": watched.links_told,
            "hand_overs": watched.hand_overs,
        }


def _count(running: Service, watched: Watched) -> None:
    """Count the changes of links that the service hands to its store."""
    store = running._parts.store
    assert store is not None
    hand_over = store.hand_over

    def counted(changes: Any, offsets: Any) -> None:
        watched.links_told += len(changes.links.kind)
        watched.hand_overs += 1
        hand_over(changes, offsets)

    store.hand_over = counted  # type: ignore[method-assign]


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + MOST_S
    while not is_so():
        if time.monotonic() > until:
            raise SystemExit(f"expected the service to be ready within {MOST_S:g} s")
        time.sleep(EVERY_S)


def links_used(path: Path) -> int:
    """How often the events of a file use a link, new or known."""
    engine = Engine(EngineConfig(), load_scorer())
    for batch in in_order([str(path)], None):
        engine.apply(batch)
    return int(engine.view().links.count.sum())


@contextmanager
def a_store(kind: str, folder: Path) -> Iterator[StoreAddress]:
    """An empty store of a kind, a server's until the block ends."""
    if kind == "sqlite":
        yield StoreAddress(str(folder / "store.db"))
        return
    server = Neo4jServer(folder / "neo4j", lasting=True)
    server.start()
    try:
        yield StoreAddress(server.address)
    finally:
        server.kill()


def feeding(case: Case, path: Path, per_second: float) -> list[str]:
    """The command that feeds a file to a case's topic."""
    kafka = case.options.kafka
    return [sys.executable, "-c", FEED, kafka.bootstrap, kafka.prefix + TOPIC, str(path), str(per_second)]


def main() -> None:
    """Run every case."""
    parser = argparse.ArgumentParser(description="How far a store lies behind the service.")
    parser.add_argument("--store", choices=("neo4j", "sqlite"), default="neo4j")
    parser.add_argument("--riders", type=int, default=3_000)
    parser.add_argument("--events", type=int, default=100_000, help="at most")
    parser.add_argument("--parts", type=float, nargs="+", default=(0.5, 0.9))
    options = parser.parse_args()

    def say(case: str, **facts: object) -> None:
        print(json.dumps({"bench": "store_lag", "store": options.store, "case": case} | facts), flush=True)

    say("surroundings", **surroundings(["confluent-kafka", "neo4j", "numba"]))
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        path, lines = a_stream(options.riders, options.events, gps=False, folder=folder)
        total = len(lines)
        say("stream", events=total, links_used=links_used(path))
        kafka = KafkaServer(folder / "kafka")
        kafka.start()
        rates: dict[str, float] = {}
        try:
            for case_name in ("whole", *(f"part {part:g}" for part in options.parts), "burst"):
                (folder / case_name).mkdir()
                with a_store(options.store, folder / case_name) as store:
                    case = Case(kafka.address, folder / case_name / "state", store)
                    if case_name == "whole":
                        feed(case.options.kafka, lines)
                        found = case.run(total)
                        rates = {
                            f"part {part:g}": part * found["per_second_until_held"] for part in options.parts
                        }
                    else:
                        found = case.run(total, feeding(case, path, rates.get(case_name, BURST)))
                    say(case_name, **found)
        finally:
            kafka.kill()


if __name__ == "__main__":
    main()
