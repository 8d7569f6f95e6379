"""``ringfence evaluate``: results against the truth, beside plain components."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ringfence.terminal import output, progress_bar


def command(
    *,
    results: Annotated[Path, typer.Argument(metavar="OUT", help="A folder written by detect.")],
    truth: Annotated[Path, typer.Option(metavar="FILE", help="The truth about the same events.")],
    events: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="The events themselves, for timing and baselines; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Compare results with the truth: rings, accounts, money, timing, calibration, false alarms."""
    import msgspec

    from ringfence.evaluation_tables import print_report
    from ringfence.judgement import judge

    with progress_bar("Reading", "bytes", quiet) as progress:
        report = judge(results, truth, events or [], progress)
    if as_json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        print_report(output(), report)
