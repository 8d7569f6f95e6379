"""``ringfence store``: fill a store anew, or compare it with the events or with a snapshot."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from graph.model.errors import Fatal
from ringfence.settings import pseudonym_key, read_settings
from ringfence.store_comparison import compared, rebuilt, snapshot_among
from ringfence.store_wiring import store_address
from ringfence.terminal import output, progress_bar
from ringfence.wiring import DetectOptions, run_detection

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Fill a store anew, or compare it with the events."
)

Events = Annotated[
    list[str],
    typer.Argument(
        metavar="EVENTS",
        help="All event files that the store is made from, or a snapshot or the state folder of the service.",
    ),
]
Place = Annotated[
    str | None,
    typer.Option("--store", metavar="PLACE", help="Path or bolt:// address [default: the setting]."),
]
Window = Annotated[
    float | None, typer.Option(min=0.01, help="Days a link lives unseen [default: 90, or the setting].")
]
KeyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Key the identifiers are pseudonymised with.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


@app.command("rebuild")
def rebuild(
    *,
    events: Events,
    store: Place = None,
    window_days: Window = None,
    pseudonym_key_file: KeyFile = None,
    quiet: Quiet = False,
) -> None:
    """Fill a store from events or a snapshot; an embedded one is replaced, a server has to be empty."""
    settings = read_settings()
    address = store_address(settings, store)
    options = _options(window_days, pseudonym_key_file)
    snapshot = snapshot_among(events)
    if snapshot is not None:
        counts = rebuilt(snapshot, address, options).counts()
        if not quiet:
            output().print(
                f"{counts['live_links']:,} links, {counts['open_rings']:,} open rings. "
                f"The store is at {address.place}",
                markup=False,
                soft_wrap=True,
            )
        return
    with (
        tempfile.TemporaryDirectory(prefix="ringfence-") as folder,
        progress_bar("Rebuilding", "bytes", quiet) as progress,
    ):
        summary = run_detection(events, Path(folder) / "out", options, progress, address)
    if not quiet:
        output().print(
            f"{summary.events:,} events, {summary.rings:,} open rings. The store is at {address.place}",
            markup=False,
            soft_wrap=True,
        )


@app.command("verify")
def verify(
    *,
    events: Events,
    store: Place = None,
    window_days: Window = None,
    pseudonym_key_file: KeyFile = None,
    quiet: Quiet = False,
) -> None:
    """Compare a store with an engine that has read the same, or a snapshot; code 1 where they differ."""
    address = store_address(read_settings(), store)
    with progress_bar("Reading", "bytes", quiet) as progress:
        parts = compared(events, address, _options(window_days, pseudonym_key_file), progress)
    differing = sum(part.differing for part in parts)
    if not quiet:
        table = Table(box=SIMPLE_HEAD, show_edge=False)
        for title in ("part", "engine", "store", "engine's digest", "store's digest"):
            table.add_column(title)
        for part in parts:
            table.add_row(
                part.part.value,
                f"{part.engine_rows:,}",
                f"{part.store_rows:,}",
                part.engine_digest[:16],
                part.store_digest[:16],
            )
        console = output()
        console.print(table)
        for line in (line for part in parts for line in part.differences):
            console.print(line, markup=False, soft_wrap=True)
    if differing:
        raise Fatal(
            f"expected {address.place} to say what the engine says, found {differing:,} differences; "
            "rebuild it with ringfence store rebuild"
        )


def _options(window_days: float | None, key_file: Path | None) -> DetectOptions:
    settings = read_settings()
    options = replace(DetectOptions.from_settings(settings), pseudonym_key=pseudonym_key(settings, key_file))
    return options if window_days is None else replace(options, window_days=window_days)
