"""``ringfence audit``: whether the record of who did what is whole, and a copy of it to keep elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import Fatal
from ringfence.desk_wiring import desk_places, existing_desk
from ringfence.settings import settings_with

DeskFile = Annotated[
    Path | None, typer.Option(metavar="PATH", help="The desk's file [default: beside the store].")
]
StorePlace = Annotated[
    str | None, typer.Option(metavar="PATH", help="The embedded store that the desk lies beside.")
]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Check or export the record of who did what.",
)


@app.command("verify", short_help="Say whether lines were changed, removed, moved, or cut from the end.")
def verify_command(
    *,
    export: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="An export to check, instead of the desk.", show_default=False),
    ] = None,
    desk: DeskFile = None,
    store: StorePlace = None,
    checkpoints: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Signed checkpoints that were kept elsewhere.")
    ] = None,
    public_key: Annotated[
        str | None, typer.Option(metavar="HEX", help="The key that must have signed [default: the desk's].")
    ] = None,
) -> None:
    """Say whether the record is whole: no line changed, removed or moved, and nothing cut from the end."""
    from queries.desk.checkpoints import CheckpointFile, read_export, verify

    kept = CheckpointFile(checkpoints).read() if checkpoints else []
    if export is not None:
        lines, signed = read_export(export)
        found = verify(lines, [*signed, *kept], public_key)
    else:
        places = desk_places(settings_with({"desk": desk, "store": store}))
        opened = existing_desk(places)
        try:
            beside = [] if checkpoints else CheckpointFile(places.checkpoints).read()
            found = verify(opened.log, [*beside, *kept], public_key or opened.keys.public)
        finally:
            opened.close()
    for finding in found.findings:
        typer.echo(finding)
    if found.findings:
        raise Fatal(
            f"expected a whole record, found {len(found.findings)} breaks in {found.lines:,} lines; "
            "compare it with the exports that were kept"
        )
    typer.echo(
        f"{found.lines:,} lines are whole, {found.covered:,} of them covered by checkpoints "
        f"({found.checkpoints:,})"
    )


@app.command("export", short_help="Write every line and a signed checkpoint to a file.")
def export_command(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write; must not exist.")],
    desk: DeskFile = None,
    store: StorePlace = None,
) -> None:
    """Write every line of the record and a signed checkpoint behind them, one JSON object a line."""
    from queries.desk.audit import Actor
    from queries.desk.checkpoints import write_export

    opened = existing_desk(desk_places(settings_with({"desk": desk, "store": store})))
    try:
        opened.log.append(Actor("", "command", ""), "audit.exported")
        count = write_export(opened.log, opened.keys, opened.database.now_ms(), out)
        typer.echo(f"{count:,} lines into {out}; signed by {opened.keys.public}")
    finally:
        opened.close()
