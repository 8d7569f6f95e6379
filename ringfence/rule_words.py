"""The option that names the folder of rules, for the verbs that follow them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RulesFolder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of rules that people approved (see ringfence rules)."),
]
