"""The service as a process of its own that a test may kill: forked from a server that has it loaded."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import numpy as np

from graph.engine import Engine
from ringfence.service_wiring import RunOptions, new_engine, service
from streaming.kafka.options import KafkaOptions
from streaming.service.config import ServiceConfig
from streaming.service.service import Service
from streaming.service.status import Status
from streaming.service.totals import totals_of


class PickledEngine:
    """An engine that has no ``save`` of its own, with one."""

    def __init__(self) -> None:
        self._engine = new_engine(90)

    def __getattr__(self, name: str):
        return getattr(self._engine, name)

    def save(self):
        return {"pickle": np.frombuffer(pickle.dumps(self._engine), np.uint8).copy()}

    def load(self, arrays) -> None:
        self._engine = pickle.loads(arrays["pickle"].tobytes())


def make_engine():
    """An engine that can be put into snapshots, whichever it is."""
    return new_engine(90) if hasattr(Engine, "save") else PickledEngine()


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
    max_skew_ms: int = 3_600_000
    snapshot_every: int = 500
    batch_most: int = 512

    def options(self, until_end: bool) -> RunOptions:
        return RunOptions(
            kafka=KafkaOptions(
                bootstrap=self.address,
                prefix=self.prefix,
                group=self.group,
                identity=self.identity,
                transactions=self.transactions,
                passed={"session.timeout.ms": "6000", "heartbeat.interval.ms": "500"},
            ),
            service=ServiceConfig(
                batch_most=self.batch_most,
                order_within_ms=self.order_within_ms,
                max_skew_ms=self.max_skew_ms,
                snapshot_every=self.snapshot_every,
                until_end=until_end,
            ),
            state=self.state,
            window_days=90,
            max_line_bytes=1 << 20,
        )


def run_here(given: Given) -> tuple[Service, Status]:
    """Runs to the end of what there is, in this process, and gives the service for a look."""
    status = Status()
    with service(given.options(until_end=True), status, make_engine) as running:
        running.run()
    return running, status


def _child(given: Given, until_end: bool, log: Path) -> None:
    with log.open("a") as stream:
        os.dup2(stream.fileno(), 2)
        os.dup2(stream.fileno(), 1)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    status = Status()
    with service(given.options(until_end), status, make_engine) as running:
        signal.signal(signal.SIGTERM, lambda *_: running.stop())
        running.run()
        (given.state / "totals.json").write_bytes(totals_of(running.core.engine, status))


def start(given: Given, log: Path, until_end: bool = False) -> ForkServerProcess:
    """Starts the service in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.service_child", "tests.integration.warm"])
    process = context.Process(target=_child, args=(given, until_end, log), daemon=True)
    process.start()
    return process
