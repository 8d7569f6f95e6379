"""Options of the verbs that serve a store over HTTP: ``serve`` and ``console``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StorePlace = Annotated[
    str | None, typer.Option(metavar="PLACE", help="Path or bolt:// address [default: the setting].")
]
DeskPath = Annotated[
    Path | None, typer.Option(metavar="PATH", help="The desk's file [default: beside the store].")
]
DeskKey = Annotated[
    Path | None, typer.Option(metavar="PATH", help="The desk's secret [default: beside the desk].")
]
EventsFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="File for verdicts and acts, without Kafka [default: beside the store]."
    ),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on [default: loopback].")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 for a free one.")]
TlsCert = Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate, with its chain, PEM.")]
TlsKey = Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate's key, PEM.")]
Origin = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where browsers see it, such as https://ringfence.example."),
]
Proxies = Annotated[
    list[str] | None, typer.Option(metavar="ADDRESS", help="Proxy whose headers are trusted; repeat.")
]
StateFolder = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="State of `run` that decisions follow; needs --kafka."),
]
Followed = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="File of events that decisions follow instead, read once; repeat."),
]
DecisionPolicyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Policy of decisions, TOML [default: the usual one].")
]
DecisionModel = Annotated[
    Path | None, typer.Option(metavar="PATH", help="Model that scores decisions, as in `run`.")
]
DecisionWindow = Annotated[
    float | None, typer.Option(metavar="DAYS", help="Window of decisions, as in `run`.")
]
