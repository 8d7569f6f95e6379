"""``ringfence promote``: a challenger takes over only when it wins on the newest labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringfence.terminal import output, progress_bar


def command(
    *,
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="The challenger: a folder written by train.")
    ],
    registry: Annotated[Path, typer.Option(metavar="DIR", help="The directory of models.")],
    events: Annotated[
        list[str], typer.Option(metavar="FILE", help="The newest labelled events; repeatable.")
    ],
    truth: Annotated[Path | None, typer.Option(metavar="FILE", help="The truth about them.")] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="In place of a truth: what detect wrote, for verdicts."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws behind the interval.")] = 1,
) -> None:
    """Make a model the champion of a registry; the first needs no contest."""
    from gnn.models.promotion import contest
    from gnn.models.registry import Registry
    from graph.model.errors import Fatal
    from ringfence.history import known_about
    from ringfence.training_run import compare_on, read_world

    known = known_about(events, truth, verdicts)
    models = Registry(registry)
    challenger = models.add(model)
    reign = models.reign()
    name = challenger.manifest.model_id
    if reign is None:
        models.crown(name)
        output().print(f"{name} is the first champion", markup=False, soft_wrap=True)
        return
    if reign.model_id == name:
        output().print(f"{name} is the champion already", markup=False, soft_wrap=True)
        return
    champion = models.load(reign.model_id)
    with progress_bar("Reading", "bytes") as progress:
        snapshots = read_world(events, known, progress)
    (old, new), labels, groups = compare_on([champion, challenger], snapshots)
    found = contest(old, new, labels, groups, seed)
    verdict = (
        f"AUPRC {found.challenger:.4f} against {found.champion:.4f} over {found.groups} groups, "
        f"difference {found.low:+.4f} to {found.high:+.4f} with 95 % confidence"
    )
    if not found.is_won:
        raise Fatal(
            f"expected {name} to beat {reign.model_id} beyond doubt, found {verdict}; "
            "the champion stays: train on more, or wait for more labels"
        )
    models.crown(name)
    output().print(f"{name} is champion: {verdict}", markup=False, soft_wrap=True)
