"""``ringfence backfill``: histories of many regions in parallel, with Spark."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from graph.model.errors import BadCall
from ringfence.alert_terms import AlertTerms
from ringfence.settings import named_values, settings_with


class HistoryFormat(StrEnum):
    """How a history lies in its folders."""

    NDJSON = "ndjson"
    PARQUET = "parquet"


def command(
    *,
    history: Annotated[
        str,
        typer.Argument(metavar="HISTORY", help="Folder with region=NAME folders, as Spark reads."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for results and states, one region each.")],
    format: Annotated[
        HistoryFormat, typer.Option(help="Lines of JSON, or Parquet with a column value or a mapping.")
    ] = HistoryFormat.NDJSON,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Which columns are which fields; see docs/tables.md."),
    ] = None,
    positions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where services read on: by region and partition the offset."),
    ] = None,
    master: Annotated[str, typer.Option(help="Where Spark runs.")] = "local[*]",
    spark_option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Handed on to Spark.")
    ] = None,
    window_days: Annotated[float | None, typer.Option(min=0.01, help="Days a link lives unseen.")] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Model that scores: what train wrote, or a registry.")
    ] = None,
) -> None:
    """Replay a history region by region, in the order of (time, id), one task each.

    Each region=NAME below --out holds results, as detect writes them, and state, which run starts from.
    Prints one JSON object a region.
    """
    from ringfence.backfill_wiring import backfill

    if mapping is not None and format is not HistoryFormat.PARQUET:
        raise BadCall("expected --format parquet with --mapping, found ndjson: give it")
    settings = settings_with({"window_days": window_days, "model": model})
    done = backfill(
        history,
        out,
        is_parquet=format is HistoryFormat.PARQUET,
        mapping=mapping,
        positions=positions,
        master=master,
        options=named_values([("--spark-option", line) for line in spark_option or []]),
        window_days=settings.window_days,
        model=settings.model,
        terms=AlertTerms.from_settings(settings),
        max_line_bytes=settings.max_line_bytes,
    )
    for summary in done:
        print(msgspec.json.encode(summary).decode())
