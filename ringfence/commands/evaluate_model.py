"""``ringfence evaluate-model``: a stored model judged on a world that it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringfence.terminal import output, progress_bar


def command(
    *,
    events: Annotated[
        list[str], typer.Argument(metavar="EVENTS", help="Event files, or - for standard input.")
    ],
    truth: Annotated[Path, typer.Option(metavar="FILE", help="The truth about the same events.")],
    model: Annotated[Path, typer.Option(metavar="DIR", help="A folder written by train.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report.")],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Judge a model beside the logistic score: ring recall, areas, calibration, drift since training."""
    from ringfence.commands.train import print_figures
    from ringfence.training_run import evaluate_model

    with progress_bar("Reading", "bytes", quiet) as progress:
        figures, drift = evaluate_model(events, truth, model, out, progress)
    if not quiet:
        print_figures(figures)
        moved = [f"{each.name} {each.psi:.2f}" for each in drift if each.drifted]
        output().print(
            f"Drifted since training: {', '.join(moved) or 'nothing'}. report.md is in {out}",
            markup=False,
            soft_wrap=True,
        )
