"""``ringfence across``: what regions hold in common, told to their owners."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from ringfence.kafka_words import Brokers, Passed, PassedFile
from ringfence.settings import kafka_options, pseudonym_key, settings_with


def command(
    *,
    region: Annotated[
        list[str],
        typer.Option(
            metavar="NAME[=PREFIX]",
            help="A region and what stands before the names of its topics [default: NAME.]; at least two.",
        ),
    ],
    kafka: Brokers = None,
    state: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for what is known of all regions.")
    ] = Path("ringfence-across"),
    second_level: Annotated[
        str,
        typer.Option(metavar="PREFIX", help="Before the topics of the engine that is told of everything."),
    ] = "across.",
    window_days: Annotated[
        float | None, typer.Option(min=0.01, help="Days a use lives unseen: those of the owners.")
    ] = None,
    keep: Annotated[
        int, typer.Option(min=1, max=100_000, help="Newest events of an account that can be told later.")
    ] = 200,
    most_users: Annotated[
        int, typer.Option(min=2, max=10_000, help="Uses of an identifier that tie, the first ones.")
    ] = 100,
    most_accounts: Annotated[
        int, typer.Option(min=2, max=100_000, help="Accounts of a group; a larger one is cut short.")
    ] = 1000,
    replication: Annotated[int, typer.Option(min=1, help="Replicas of topics that do not exist yet.")] = 1,
    kafka_option: Passed = None,
    kafka_options_file: PassedFile = None,
    pseudonym_key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key to pseudonymise identifiers with.")
    ] = None,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop when everything there is has been read.")
    ] = False,
) -> None:
    """Read the topics of regions, publish identifiers seen in several, and tell owners of the others' events.

    Goes on until SIGTERM or Ctrl-C. Prints one JSON object: events taken and told, and what is known.
    """
    import msgspec

    from ringfence.across_wiring import AcrossOptions, across
    from streaming.kafka.options import KafkaOptions
    from streaming.kafka.regions import named_regions

    settings = settings_with(
        {"kafka": kafka, "kafka_options_file": kafka_options_file, "window_days": window_days}
    )
    if settings.kafka is None:
        raise BadCall("expected the address of a broker, found none: give --kafka or set RINGFENCE_KAFKA")
    done = across(
        AcrossOptions(
            kafka=KafkaOptions(
                bootstrap=settings.kafka,
                group=settings.kafka_group,
                passed=kafka_options(settings, kafka_option or []),
            ),
            regions=named_regions(region),
            second_level=second_level,
            state=state,
            window_days=settings.window_days,
            keep=keep,
            most_users=most_users,
            most_accounts=most_accounts,
            max_line_bytes=settings.max_line_bytes,
            replication=replication,
            pseudonym_key=pseudonym_key(settings, pseudonym_key_file),
            until_end=until_end,
        )
    )
    print(msgspec.json.encode(done).decode())
