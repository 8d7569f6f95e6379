"""The composition root of the service: Kafka, engine, state folder and what shows it, put together."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar, cast

from graph.model.errors import BadCall, Unavailable
from ringfence.alert_terms import AlertTerms
from ringfence.engines import engine_with, rules_in, with_rules
from ringfence.model_choice import drift_of, scorer_at
from ringfence.warming import warm_up
from streaming.contract.value_format import ValueFormat

if TYPE_CHECKING:
    from graph.stores.behind import WriteBehind
    from graph.stores.opening import StoreAddress
    from graph.stores.recorder import RecordableEngine
    from streaming.contract.ports import DetectionEngine, RunningRules
    from streaming.kafka.options import KafkaOptions
    from streaming.kafka.source import KafkaGroup
    from streaming.service.config import ServiceConfig
    from streaming.service.logs import Log
    from streaming.service.partition_buffers import Decode
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
    model: Path | None = None
    """Where the model that scores lies; None is the score that ships."""
    pseudonym_key: bytes | None = None
    connect_within_s: float = 60.0
    values: ValueFormat = ValueFormat.JSON
    registry: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Settings of the client of the schema registry; they may hold passwords."""
    message: str | None = None
    """The generated class of Protobuf values, MODULE:CLASS."""
    store: StoreAddress | None = None
    """The store that follows the engine."""
    terms: AlertTerms = field(default_factory=AlertTerms)
    workers: int = 0
    """Processes that read and decode; with 0 the one that applies does it."""
    warm: bool = False
    """Whether it applies events while another leads, to take over at once."""
    rules: Path | None = None
    """The folder of rules that run beside the engine; read at the start."""


def value_format_named(name: str) -> ValueFormat:
    """The format of that name. Raises ``BadCall`` for another."""
    try:
        return ValueFormat(name)
    except ValueError:
        known = ", ".join(ValueFormat)
        raise BadCall(f"expected one of {known} for --value-format, found {name}; give one of them") from None


def decoding(options: RunOptions) -> Decode:
    """What turns values into events. Raises ``BadCall`` when the settings of the format do not fit."""
    if options.values is ValueFormat.JSON:
        from streaming.decoding.columns import ColumnDecoder

        return ColumnDecoder(options.max_line_bytes).decode_values
    try:
        from streaming.kafka.formats import FormatDecoder
    except ImportError as error:
        raise BadCall(
            f"expected the libraries of schema registries, found {error.name} missing: "
            "pip install 'ringfence[registry]'"
        ) from error
    return FormatDecoder(
        options.values, options.registry, options.message, options.max_line_bytes
    ).decode_values


def group_of(options: RunOptions, log: Log) -> KafkaGroup:
    """The member of the group, with workers where they are asked for. Raises ``BadCall``."""
    if options.warm and options.service.order_within_ms == 0:
        raise BadCall(
            "expected --order-within with --warm, found none: members that take over from each other have to "
            "apply events in one order, or their rings get different ids; give the same to all of them"
        )
    if options.warm and options.store is not None:
        raise BadCall(
            "expected no --store with --warm, found one: two members would write it; fill it from a snapshot "
            "with ringfence store rebuild, or leave --warm out"
        )
    if not options.workers:
        from streaming.kafka.source import KafkaGroup

        return KafkaGroup(options.kafka, log.warn, warm=options.warm)
    if options.values is not ValueFormat.JSON:
        raise BadCall(
            f"expected --value-format json with --workers, found {options.values.value}: leave one out"
        )
    from streaming.kafka.workers.group import WorkersGroup

    return WorkersGroup(options.kafka, log.warn, options.workers, options.max_line_bytes, warm=options.warm)


@contextmanager
def service(
    options: RunOptions,
    status: Status,
    make_engine: Callable[[], DetectionEngine] | None = None,
    log_to: TextIO | None = None,
) -> Iterator[Service]:
    """A service ready to run, with everything it holds closed at the end; logs to standard error by default.

    Raises ``BadCall`` (the state folder is in use) and ``Unavailable`` (no broker answers in time).
    """
    import uuid

    from streaming.admission.pseudonyms import Pseudonyms
    from streaming.kafka.partitions import KafkaPartitions
    from streaming.kafka.sink import KafkaSink
    from streaming.service.core import Core
    from streaming.service.logs import Log
    from streaming.service.parts import Parts
    from streaming.service.service import Service
    from streaming.service.state_folder import StateFolder

    decode = decoding(options)
    scorer = scorer_at(options.model)
    log = Log(log_to or sys.stderr, uuid.uuid4().hex[:12])
    policy = options.terms.policy(scorer.model_id)
    status.contract = options.terms.written(policy)
    log.note("scoring", {"model": scorer.model_id, "from": str(options.model or "the package")})
    log.note("alerting", {"review": policy.review, "block": policy.block})
    # Read once: what is made again after a failure follows the same rules.
    entries = rules_in(options.rules)
    if entries is not None:
        log.note("rules", {"from": str(options.rules), "rules": [each.rule.name for each in entries]})
    config = options.service
    with ExitStack() as stack:
        state = stack.enter_context(StateFolder(options.state, config.snapshots_kept, log.warn))
        # By a thread, while this one loads kernels and looks for the broker.
        state.snapshots.read_ahead()
        # Before we take our place from anybody, and before SIGTERM has to wait for a batch.
        warm_up(options.model)
        group = group_of(options, log)
        stack.callback(group.leave)
        sink = KafkaSink(options.kafka, group.metadata)
        stack.callback(sink.close)
        answer_s = min(5.0, max(0.5, options.connect_within_s))
        missing = _patiently(lambda: group.missing_topics(answer_s), options.connect_within_s, log)
        if missing:
            log.note("topics missing", {"topics": missing})
        _patiently(sink.begin, options.connect_within_s, log)
        pseudonyms = Pseudonyms(options.pseudonym_key) if options.pseudonym_key is not None else None

        behind, reached = _store(options, log, stack)
        # The engine at work, where rules run beside it: another one after each recovery.
        ruled: list[RunningRules] = []

        def new_core(clock_ms: int) -> Core:
            engine: DetectionEngine = (
                make_engine()
                if make_engine is not None
                else with_rules(engine_with(options.window_days, scorer, policy), entries)
            )
            if make_engine is None and entries is not None:
                ruled[:] = [cast("RunningRules", engine)]
            if behind is not None:
                from graph.stores.recorder import TellingEngine

                engine = telling = TellingEngine(cast("RecordableEngine", engine))
                # The store may be ahead of it, and hold links that will have gone when a replay is done: what
                # comes from a snapshot, and be it an empty one, notes all that goes.
                telling.drain()
                telling.load(telling.save())
            return Core(engine, clock_ms, config.order_within_ms, pseudonyms, config.remember_ms)

        parts = Parts(
            state=state,
            new_core=new_core,
            decode=decode,
            group=group,
            open_source=lambda offsets: KafkaPartitions(options.kafka, log.warn, offsets),
            sink=sink,
            store=behind,
            store_reached=reached,
            warn=log.warn,
            note=log.note,
            drift=drift_of(scorer),
            rules=lambda: ruled[0].rule_reports() if ruled else (),
        )
        running = Service(parts, config, status)
        # What is loaded by now stays: the collector need not walk through it while events wait.
        gc.collect()
        gc.freeze()
        stack.callback(gc.unfreeze)
        yield running


def _store(options: RunOptions, log: Log, stack: ExitStack) -> tuple[WriteBehind | None, Mapping[str, int]]:
    """The store written behind the engine, and how far it has come; nothing without one."""
    address = options.store
    if address is None:
        return None, {}
    from graph.stores.behind import WriteBehind
    from graph.stores.opening import open_writer

    writer = _patiently(lambda: open_writer(address), options.connect_within_s, log)
    try:
        reached = _patiently(writer.offsets, options.connect_within_s, log)
    except BaseException:
        writer.close()
        raise
    behind = WriteBehind(writer)
    stack.callback(behind.close)
    return behind, reached


def _patiently(ask: Callable[[], Answer], within_s: float, log: Log) -> Answer:
    from streaming.service.retry import Retry

    def wait(pause_s: float, error: Unavailable) -> None:
        log.warn(str(error))
        time.sleep(pause_s)

    return Retry(wait, seed=0, give_up_after_s=within_s)(ask)
