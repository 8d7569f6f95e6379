"""``ringfence feed``: event files played into the topics of the contract."""

from __future__ import annotations

import signal
from typing import Annotated, Final

import typer

from graph.model.errors import BadCall
from ringfence.exits import INTERRUPTED, TERMINATED
from ringfence.kafka_words import Brokers, Passed, PassedFile
from ringfence.settings import kafka_options, settings_with
from ringfence.terminal import progress_bar

AT_ONCE: Final = "max"


def command(
    *,
    events: Annotated[
        list[str],
        typer.Argument(metavar="EVENTS", help="Event files (plain, .gz, .zst), or - for standard input."),
    ],
    kafka: Brokers = None,
    speed: Annotated[
        str,
        typer.Option(metavar="X", help="So many times as fast as it happened; max for as fast as it goes."),
    ] = "60",
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of topics that do not exist yet.")] = 6,
    replication: Annotated[int, typer.Option(min=1, help="Replicas of topics that do not exist yet.")] = 1,
    kafka_option: Passed = None,
    kafka_options_file: PassedFile = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Make the topics that are missing and play event files into them, by event time.

    Lines that are no events are sent too, for the service to refuse. Ctrl-C and SIGTERM end it cleanly: what
    was sent is safe. Prints one JSON object: records by topic, and the event time reached.
    """
    from ringfence.feed_wiring import feed

    settings = settings_with({"kafka": kafka, "kafka_options_file": kafka_options_file})
    if settings.kafka is None:
        raise BadCall("expected the address of a broker, found none: give --kafka or set RINGFENCE_KAFKA")
    from streaming.kafka.options import KafkaOptions

    options = KafkaOptions(
        bootstrap=settings.kafka,
        group=settings.kafka_group,
        prefix=settings.kafka_prefix,
        passed=kafka_options(settings, kafka_option or []),
    )
    with progress_bar("Feeding", "bytes", quiet) as progress:
        done, stopped_by = feed(
            events,
            options,
            _speed(speed),
            progress,
            partitions=partitions,
            replication=replication,
            max_line_bytes=settings.max_line_bytes,
        )
    print(done.as_json().decode())
    if stopped_by is not None:
        raise typer.Exit(INTERRUPTED if stopped_by == signal.SIGINT else TERMINATED)


def _speed(word: str) -> float | None:
    """How many times as fast as it happened; None for as fast as it goes."""
    if word == AT_ONCE:
        return None
    try:
        speed = float(word)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise BadCall(f"expected a number above 0 or max for --speed, found {word}; give --speed 60")
    return speed
