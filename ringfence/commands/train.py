"""``ringfence train``: events and their truth in, a model with its report out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringfence.terminal import output, progress_bar

if TYPE_CHECKING:
    from gnn.models.figures import ModelFigures


def command(
    *,
    events: Annotated[
        list[str], typer.Argument(metavar="EVENTS", help="Event files, or - for standard input.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the model and its report.")],
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The truth about the same events.")
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="In place of a truth: what detect wrote, to learn from verdicts in EVENTS.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and events give the same model.")] = 1,
    epochs: Annotated[int, typer.Option(min=1, help="At most so many passes.")] = 60,
    patience: Annotated[int, typer.Option(min=1, help="Passes without a gain before it stops.")] = 8,
    device: Annotated[
        str,
        typer.Option(metavar="cpu|cuda|auto", help="Where to compute; auto takes CUDA when there is one."),
    ] = "cpu",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Train the network on confirmed rings, split by time and by ring; a stopped run goes on."""
    from gnn.training.device import device_for, device_named
    from gnn.training.training import Epoch, TrainingConfig
    from ringfence.history import known_about
    from ringfence.training_run import SNAPSHOT_DAYS, must_hold_no_model, read_world, train

    console = output()

    def show(epoch: Epoch) -> None:
        if not quiet:
            console.print(
                f"epoch {epoch.number}: loss {epoch.loss:.4f}, AUPRC on the check {epoch.check:.4f}"
            )

    must_hold_no_model(out)
    on = device_for(device_named(device))
    known = known_about(events, truth, verdicts)
    with progress_bar("Reading", "bytes", quiet) as progress:
        snapshots = read_world(events, known, progress, SNAPSHOT_DAYS)
    config = TrainingConfig(seed=seed, epochs=epochs, patience=patience)
    named = f"ringfence train --seed {seed} --epochs {epochs} --patience {patience}"
    # How many digits of the weights are the same again depends on it.
    named += "" if on.type == "cpu" else f" --device {on.type}"
    outcome = train(snapshots, known, out, config, named, show, on)
    if not quiet:
        print_figures(outcome.figures)
        console.print(
            f"Model {outcome.model.manifest.model_id} and report.md are in {out}; "
            f"{outcome.dropped} candidates stood on both sides of the split and were left out",
            markup=False,
            soft_wrap=True,
        )


def print_figures(figures: dict[str, ModelFigures]) -> None:
    """One line for each set of scores."""
    console = output()
    for name, each in figures.items():
        recall = ", ".join(f"{share:.1%} at {rate:g}" for rate, share in each.recall.items())
        console.print(
            f"{name}: AUPRC {each.auprc:.3f}; rings found at false ones for 10,000 honest accounts: {recall}",
            markup=False,
            soft_wrap=True,
        )
