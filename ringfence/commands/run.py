"""``ringfence run``: the service between Kafka and everyone else."""

from __future__ import annotations

import faulthandler
import signal
from pathlib import Path
from typing import Annotated, Final

import typer

from graph.model.errors import BadCall
from ringfence.alert_terms import AlertTerms
from ringfence.alert_words import AlertsADay, CalibrationFile, FalseAlerts
from ringfence.kafka_words import Brokers, Passed, PassedFile
from ringfence.rule_words import RulesFolder
from ringfence.settings import kafka_options, pseudonym_key, registry_options, settings_with
from ringfence.store_wiring import store_address

ENDS_WITHIN_S: Final = 10.0
"""From SIGTERM to the end of the process."""


def command(
    *,
    kafka: Brokers = None,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for snapshots and the journal.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="Consumer group.")] = None,
    identity: Annotated[
        str | None, typer.Option(help="Name of this member; a second one with the same is fenced off.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Topic to read; repeat for more [default: the contract's six].")
    ] = None,
    transactions: Annotated[
        bool | None, typer.Option(help="Results and offsets in one Kafka transaction.")
    ] = None,
    order_within: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Hold events back to put them in order.")
    ] = None,
    arrive_within: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="By the clock, how long --order-within waits for silent partitions.",
        ),
    ] = None,
    max_skew: Annotated[
        float | None, typer.Option(min=0.001, metavar="SECONDS", help="How far partitions may run ahead.")
    ] = None,
    snapshot_every: Annotated[int | None, typer.Option(min=1, help="Events between snapshots.")] = None,
    window_days: Annotated[float | None, typer.Option(min=0.01, help="Days a link lives unseen.")] = None,
    model: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Model that scores: what train wrote, or a registry."),
    ] = None,
    max_false_alerts: FalseAlerts = None,
    max_alerts_a_day: AlertsADay = None,
    calibration: CalibrationFile = None,
    rules: RulesFolder = None,
    kafka_option: Passed = None,
    kafka_options_file: PassedFile = None,
    pseudonym_key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key to pseudonymise identifiers with.")
    ] = None,
    value_format: Annotated[
        str | None, typer.Option(help="json [default], or behind a registry json-schema, avro, protobuf.")
    ] = None,
    value_message: Annotated[
        str | None, typer.Option(metavar="MODULE:CLASS", help="Generated class of Protobuf values.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option(metavar="URL", help="The schema registry of the other formats.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="Store that follows: a path, or a bolt:// or neo4j:// address."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=0, max=64, help="Processes that read and decode [default: 0, this one does]."),
    ] = None,
    warm: Annotated[
        bool | None,
        typer.Option("--warm/--cold", help="Apply events while another member leads [default: --cold]."),
    ] = None,
    remember_hours: Annotated[
        float | None,
        typer.Option(
            min=0.1, max=48, help="Hours in which a repeat is known; less only behind what drops them."
        ),
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of health and metrics; 0 for none.")
    ] = None,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop when everything there is has been read.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show on the terminal what goes on.")] = False,
) -> None:
    """Read events from Kafka, keep the graph, and send flags, ledger and dead letters back to Kafka."""
    from contextlib import ExitStack

    from ringfence.service_wiring import RunOptions, service, value_format_named
    from streaming.kafka.options import KafkaOptions
    from streaming.service.config import ServiceConfig
    from streaming.service.health import serve
    from streaming.service.status import Status
    from streaming.service.totals import totals_of

    settings = settings_with(
        {
            "kafka": kafka,
            "state": state,
            "kafka_group": group,
            "kafka_identity": identity,
            "kafka_topics": tuple(topic) if topic else None,
            "kafka_transactions": transactions,
            "kafka_options_file": kafka_options_file,
            "order_within_s": order_within,
            "arrive_within_s": arrive_within,
            "max_skew_s": max_skew,
            "snapshot_every": snapshot_every,
            "window_days": window_days,
            "model": model,
            "max_false_alerts": max_false_alerts,
            "max_alerts_a_day": max_alerts_a_day,
            "calibration": calibration,
            "rules": rules,
            "value_format": value_format,
            "value_message": value_message,
            "registry": registry,
            "workers": workers,
            "warm": warm,
            "remember_hours": remember_hours,
            "http_port": http_port,
        }
    )
    if settings.kafka is None:
        raise BadCall("expected the address of a broker, found none: give --kafka or set RINGFENCE_KAFKA")
    config = ServiceConfig(
        batch_most=settings.batch_most,
        order_within_ms=round(settings.order_within_s * 1000),
        arrive_within_s=settings.arrive_within_s,
        max_skew_ms=round(settings.max_skew_s * 1000),
        snapshot_every=settings.snapshot_every,
        snapshots_kept=settings.snapshots_kept,
        remember_ms=round(settings.remember_hours * 3_600_000),
        until_end=until_end,
    )
    options = RunOptions(
        kafka=KafkaOptions(
            bootstrap=settings.kafka,
            group=settings.kafka_group,
            identity=settings.kafka_identity,
            topics=settings.kafka_topics,
            prefix=settings.kafka_prefix,
            transactions=settings.kafka_transactions,
            passed=kafka_options(settings, kafka_option or []),
        ),
        service=config,
        state=settings.state,
        window_days=settings.window_days,
        max_line_bytes=settings.max_line_bytes,
        model=settings.model,
        pseudonym_key=pseudonym_key(settings, pseudonym_key_file),
        connect_within_s=settings.connect_within_s,
        values=value_format_named(settings.value_format),
        registry=registry_options(settings),
        message=settings.value_message,
        store=store_address(settings, store) if store or settings.store else None,
        terms=AlertTerms.from_settings(settings),
        workers=settings.workers,
        warm=settings.warm,
        rules=settings.rules,
    )
    status = Status()
    with ExitStack() as stack:
        stack.callback(faulthandler.cancel_dump_traceback_later)
        running = stack.enter_context(service(options, status))

        def stop(*_signal: object) -> None:
            # A C call that keeps the interpreter to itself lets no thread of Python set a bound: past it this
            # one ends the process with code 1 and says where it stood. The next start recovers what is left.
            faulthandler.dump_traceback_later(ENDS_WITHIN_S, exit=True)
            running.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.signal(number, stop)
            stack.callback(signal.signal, number, before)
        if settings.http_port:
            stack.enter_context(serve(status, settings.http_port, settings.http_host))
        if watch:
            from ringfence.watch import watching

            stack.enter_context(watching(status))
        running.run()
        totals = totals_of(running.core.engine, status)
    print(totals.decode())
