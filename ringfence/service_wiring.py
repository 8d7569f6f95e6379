"""The composition root of the service: Kafka, engine, state folder and what shows it, put together."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from graph.errors import Unavailable

if TYPE_CHECKING:
    from streaming.kafka.options import KafkaOptions
    from streaming.ports import Engine
    from streaming.service.config import ServiceConfig
    from streaming.service.logs import Log
    from streaming.service.service import Service
    from streaming.service.status import Status


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the caller may choose about a run of the service."""

    kafka: KafkaOptions
    service: ServiceConfig
    state: Path
    window_days: float
    max_line_bytes: int
    pseudonym_key: bytes | None = None
    connect_within_s: float = 60.0


def new_engine(window_days: float) -> Engine:
    """An empty engine with the shipped scorer."""
    from gnn.scorer import load_scorer
    from graph.engine import Engine, EngineConfig

    return Engine(EngineConfig(window_days=window_days), load_scorer())


@contextmanager
def service(
    options: RunOptions, status: Status, make_engine: Callable[[], Engine] | None = None
) -> Iterator[Service]:
    """A service ready to run, with everything it holds closed at the end.

    Raises ``BadCall`` (the state folder is in use) and ``Unavailable`` (no broker answers in time).
    """
    import uuid

    from streaming.columns import ColumnDecoder
    from streaming.kafka.sink import KafkaSink
    from streaming.kafka.source import KafkaGroup, KafkaPartitions
    from streaming.pseudonyms import Pseudonyms
    from streaming.service.core import Core
    from streaming.service.logs import Log
    from streaming.service.parts import Parts
    from streaming.service.service import Service
    from streaming.service.state_folder import StateFolder

    log = Log(sys.stderr, uuid.uuid4().hex[:12])
    config = options.service
    with ExitStack() as stack:
        state = stack.enter_context(StateFolder(options.state, config.snapshots_kept, log.warn))
        group = KafkaGroup(options.kafka, log.warn)
        sink = KafkaSink(options.kafka, group.metadata)
        stack.callback(sink.close)
        missing = _patiently(lambda: group.missing_topics(5.0), options.connect_within_s, log)
        if missing:
            log.note("topics missing", {"topics": missing})
        _patiently(sink.begin, options.connect_within_s, log)
        pseudonyms = Pseudonyms(options.pseudonym_key) if options.pseudonym_key is not None else None

        def new_core(clock_ms: int) -> Core:
            engine = make_engine() if make_engine is not None else new_engine(options.window_days)
            return Core(engine, clock_ms, config.order_within_ms, pseudonyms)

        parts = Parts(
            state=state,
            new_core=new_core,
            decode=ColumnDecoder(options.max_line_bytes).decode_values,
            group=group,
            open_source=lambda offsets: KafkaPartitions(options.kafka, log.warn, offsets),
            delivered=lambda partitions: group.delivered(partitions, state.identity),
            sink=sink,
            warn=log.warn,
            note=log.note,
        )
        yield Service(parts, config, status)


def _patiently(ask: Callable[[], Answer], within_s: float, log: Log) -> Answer:
    from streaming.service.retry import Retry

    def wait(pause_s: float, error: Unavailable) -> None:
        log.warn(str(error))
        time.sleep(pause_s)

    return Retry(wait, seed=0, give_up_after_s=within_s)(ask)
