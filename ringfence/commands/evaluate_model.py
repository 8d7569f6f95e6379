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
    model: Annotated[Path, typer.Option(metavar="DIR", help="A folder written by train.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report.")],
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The truth about the same events.")
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="In place of a truth: what detect wrote, for verdicts in EVENTS."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Judge a model beside the logistic score: ring recall, areas, calibration, drift since training."""
    from ringfence.commands.train import print_figures
    from ringfence.history import known_about
    from ringfence.training_run import evaluate_model, read_world

    known = known_about(events, truth, verdicts)
    with progress_bar("Reading", "bytes", quiet) as progress:
        snapshots = read_world(events, known, progress)
    figures, drift = evaluate_model(snapshots, known, model, out)
    if not quiet:
        print_figures(figures)
        moved = [f"{each.name} {each.psi:.2f}" for each in drift or () if each.drifted]
        told = ", ".join(moved) or ("nothing" if drift is not None else "too few candidates to tell")
        output().print(f"Drifted since training: {told}. report.md is in {out}", markup=False, soft_wrap=True)
