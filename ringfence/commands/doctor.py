"""``ringfence doctor``: what is installed, and whether it works."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from graph.model.errors import Fatal
from ringfence.terminal import output


def command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list instead of a table.")] = False,
) -> None:
    """Say what is installed on this machine and whether it works."""
    import msgspec

    from ringfence.checkup import checkup

    findings = checkup()
    if as_json:
        sys.stdout.write(msgspec.json.encode([asdict(finding) for finding in findings]).decode() + "\n")
    else:
        table = Table("what", "state", "", box=SIMPLE_HEAD)
        for finding in findings:
            mark = Text("ok", style="green") if finding.well else Text("broken", style="red")
            table.add_row(finding.what, finding.state, mark)
        output().print(table)
    broken = [finding.what for finding in findings if not finding.well]
    if broken:
        raise Fatal(f"expected everything to work, found trouble with {', '.join(broken)}; run make setup")
