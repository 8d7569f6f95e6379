"""The service as a process of its own that a test may kill: forked from a server that has it loaded."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Collection
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from graph.model.event_batch import EventBatch
from graph.stores.opening import StoreAddress
from ringfence.engines import new_engine
from ringfence.service_wiring import RunOptions, service
from streaming.contract.topics import INPUT_TOPICS
from streaming.kafka.options import KafkaOptions
from streaming.service.config import ServiceConfig
from streaming.service.service import Service
from streaming.service.status import Status
from streaming.service.totals import totals_of

LOADED = ["tests.integration.service_child", "tests.integration.follower_child", "tests.integration.warm"]
"""What is loaded before the first fork, whoever is forked first: all share one server."""


class BrittleEngine:
    """The engine, with a fault: events with some ids break it, after those before them were applied."""

    def __init__(self, ids: Collection[str]) -> None:
        self._engine = new_engine(90)
        self._ids = frozenset(ids)

    def __getattr__(self, name: str):
        return getattr(self._engine, name)

    def apply(self, batch: EventBatch):
        for row in range(len(batch)) if self._ids else ():
            if batch.event_id(row) in self._ids:
                self._engine.apply(batch[:row])
                raise ZeroDivisionError("an event that the engine cannot take")
        return self._engine.apply(batch)


@dataclass(frozen=True)
class Given:
    """How one service is run."""

    address: str
    prefix: str
    state: Path
    group: str = "service"
    identity: str | None = None
    transactions: bool = False
    order_within_ms: int = 0
    arrive_within_s: float = 3.0
    """Tests send days of events in a second: what is held up by a tenth of that is hours late."""
    max_skew_ms: int = 3_600_000
    snapshot_every: int = 500
    batch_most: int = 512
    breaking: frozenset[str] = frozenset()
    """Ids of events that break the engine."""
    store: StoreAddress | None = None
    largest_file: int | None = None
    """Bytes past which a process of its own cannot write a file, as on a disk that is full."""
    workers: int = 0
    """Processes that read and decode beside it."""
    warm: bool = False
    topics: tuple[str, ...] = INPUT_TOPICS

    def engine(self):
        return BrittleEngine(self.breaking)

    def options(self, until_end: bool) -> RunOptions:
        return RunOptions(
            kafka=KafkaOptions(
                bootstrap=self.address,
                prefix=self.prefix,
                group=self.group,
                identity=self.identity,
                transactions=self.transactions,
                topics=self.topics,
                passed={"session.timeout.ms": "6000", "heartbeat.interval.ms": "500"},
            ),
            service=ServiceConfig(
                batch_most=self.batch_most,
                order_within_ms=self.order_within_ms,
                arrive_within_s=self.arrive_within_s,
                max_skew_ms=self.max_skew_ms,
                snapshot_every=self.snapshot_every,
                until_end=until_end,
            ),
            state=self.state,
            window_days=90,
            max_line_bytes=1 << 20,
            store=self.store,
            workers=self.workers,
            warm=self.warm,
        )


def run_here(given: Given) -> tuple[Service, Status]:
    """Runs to the end of what there is, in this process, and gives the service for a look."""
    status = Status()
    with service(given.options(until_end=True), status, given.engine) as running:
        running.run()
    return running, status


def _child(given: Given, until_end: bool, log: Path) -> None:
    with log.open("a") as stream:
        os.dup2(stream.fileno(), 2)
        os.dup2(stream.fileno(), 1)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    if given.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.largest_file, given.largest_file))
    status = Status()
    with service(given.options(until_end), status, given.engine) as running:
        signal.signal(signal.SIGTERM, lambda *_: running.stop())
        running.run()
        (given.state / "totals.json").write_bytes(totals_of(running.core.engine, status))


def start(given: Given, log: Path, until_end: bool = False) -> ForkServerProcess:
    """Starts the service in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    process = context.Process(target=_child, args=(given, until_end, log), daemon=True)
    process.start()
    return process
