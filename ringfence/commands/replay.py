"""``ringfence replay``: dead letters fed again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from graph.model.vocabulary import RejectionReason
from ringfence.kafka_words import Brokers, Passed, PassedFile
from ringfence.settings import kafka_options, settings_with


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Dead letters, - for standard input [default: the topic]."),
    ] = None,
    *,
    kafka: Brokers = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write events there instead of sending them to Kafka.")
    ] = None,
    reason: Annotated[
        list[RejectionReason] | None, typer.Option(help="Only letters with this reason; repeat for more.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Look at so many letters at most.")] = 1_000_000,
    from_the_beginning: Annotated[
        bool, typer.Option("--from-the-beginning", help="Also what earlier replays read of the topic.")
    ] = False,
    kafka_option: Passed = None,
    kafka_options_file: PassedFile = None,
) -> None:
    """Feed dead letters again that are valid events by now, each to its topic.

    Prints one JSON object: how many letters there were, how many were fed, and why the others were left.
    """
    from ringfence.replay_wiring import replay

    settings = settings_with({"kafka": kafka, "kafka_options_file": kafka_options_file})
    options = None
    if settings.kafka is not None and (out is None or not files):
        from streaming.kafka.options import KafkaOptions

        options = KafkaOptions(
            bootstrap=settings.kafka,
            group=settings.kafka_group,
            prefix=settings.kafka_prefix,
            passed=kafka_options(settings, kafka_option or []),
        )
    if options is None and not (files and out):
        raise BadCall(
            "expected the address of a broker, found none: give --kafka or set RINGFENCE_KAFKA; or give a "
            "file of dead letters and --out"
        )
    done = replay(
        files or [],
        options,
        out,
        reasons=reason or [],
        limit=limit,
        from_the_beginning=from_the_beginning,
        max_line_bytes=settings.max_line_bytes,
    )
    print(done.as_json().decode())
