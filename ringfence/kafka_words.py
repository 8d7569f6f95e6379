"""Options of the command line that every verb takes that speaks to Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Brokers = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="The brokers, several with commas.")]
Passed = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="Handed on to librdkafka (TLS, SASL).")
]
PassedFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The same, one a line; keep secrets here.")
]
