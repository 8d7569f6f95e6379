"""``ringfence import``: foreign tables in, a file of events out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from graph.model.errors import BadCall
from ringfence.settings import read_settings
from ringfence.terminal import progress_bar


def command(
    *,
    tables: Annotated[
        list[str],
        typer.Argument(metavar="TABLES", help="Parquet (.parquet, .pq) or CSV (.csv, .tsv, .csv.gz)."),
    ],
    mapping: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Which columns are which fields, in TOML; see docs/tables.md."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for events.ndjson and dead letters; complete or absent."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing: count events and reasons for rejection.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not show the first ten rows.")] = False,
) -> None:
    """Turn Parquet and CSV files of any columns into events, sorted by time.

    Shows the events of the first ten rows of each table on standard error, and prints one JSON object: rows,
    events by type, and rejected ones by reason.
    """
    from ringfence.table_wiring import table_inputs

    if (out is None) == (not dry_run):
        raise BadCall("expected --out DIR or --dry-run, found both or none: give one of them")
    opened = table_inputs(tables, mapping)
    from streaming.tables.importing import first_events, import_tables, shown

    if not quiet:
        for line in shown(first_events(opened)):
            print(line, file=sys.stderr)
    with progress_bar("Importing", "bytes", quiet) as progress:
        summary = import_tables(
            table_inputs(tables, mapping), out, progress, max_line_bytes=read_settings().max_line_bytes
        )
    print(msgspec.json.encode(summary).decode())
