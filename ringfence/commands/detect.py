"""``ringfence detect``: events in, rings out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from ringfence.alert_words import AlertsADay, CalibrationFile, FalseAlerts
from ringfence.rule_words import RulesFolder
from ringfence.settings import Settings, pseudonym_key, settings_with
from ringfence.store_wiring import store_address
from ringfence.table_wiring import inputs_of, parquet_results
from ringfence.terminal import output, progress_bar
from ringfence.wiring import DetectOptions, run_detection

BATCH_SIZE: Final = Settings().batch_size


def command(
    *,
    events: Annotated[
        list[str],
        typer.Argument(
            metavar="EVENTS",
            help="Event files (plain, .gz, .zst), tables (.parquet, .csv), or - for standard input.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results; complete or absent.")],
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help=f"Events handed over at a time [default: {BATCH_SIZE}, or the setting]."),
    ] = None,
    window_days: Annotated[
        float | None,
        typer.Option(min=0.01, help="Days a link lives unseen [default: 90, or the setting]."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Model that scores: what train wrote, or a registry."),
    ] = None,
    max_false_alerts: FalseAlerts = None,
    max_alerts_a_day: AlertsADay = None,
    calibration: CalibrationFile = None,
    rules: RulesFolder = None,
    pseudonym_key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key to pseudonymise identifiers with.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE", help="Store to fill as well: a path, or a bolt:// or neo4j:// address."
        ),
    ] = None,
    candidates: Annotated[
        bool,
        typer.Option("--candidates", help="Write candidates.ndjson: every set of accounts that was judged."),
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Which columns of tables are which fields; see docs/tables.md."),
    ] = None,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Write flags, rings, accounts and ledger as Parquet as well.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Find the fraud rings in event files, in event order, as if they came live."""
    settings = settings_with(
        {
            "max_false_alerts": max_false_alerts,
            "max_alerts_a_day": max_alerts_a_day,
            "calibration": calibration,
            "rules": rules,
        }
    )
    options = replace(
        DetectOptions.from_settings(settings),
        pseudonym_key=pseudonym_key(settings, pseudonym_key_file),
        candidates=candidates,
        finishing=parquet_results() if parquet else None,
    )
    if batch_size is not None:
        options = replace(options, batch_size=batch_size)
    if window_days is not None:
        options = replace(options, window_days=window_days)
    if model is not None:
        options = replace(options, model=model)
    address = store_address(settings, store) if store or settings.store else None
    with progress_bar("Detecting", "bytes", quiet) as progress:
        summary = run_detection(inputs_of(events, mapping), out, options, progress, address)
    if not quiet:
        output().print(
            f"{summary.events:,} events, {summary.rejected.total:,} rejected, "
            f"{summary.duplicates:,} duplicates: {summary.flags:,} flags, "
            f"{summary.rings:,} open rings in {summary.seconds:.1f} s, "
            f"scored by {summary.model_id}. Results are in {out}",
            markup=False,
            soft_wrap=True,
        )
