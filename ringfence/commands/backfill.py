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
    replay: Annotated[bool, typer.Option(help="Replay each region to its results and its state.")] = True,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Also write every judgement with its evidence, as Parquet.")
    ] = False,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of region=NAME/truth.json, which label judgements."),
    ] = None,
    components: Annotated[
        bool, typer.Option("--components", help="Also find components over all regions, as Parquet.")
    ] = False,
    most_users: Annotated[
        int | None, typer.Option(metavar="N", min=2, help="What more accounts used joins none of them.")
    ] = None,
    union_find_links: Annotated[
        int, typer.Option(metavar="N", min=0, help="Shared links up to which one process joins, not Spark.")
    ] = 20_000_000,
    most_rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Rounds of joining in Spark before it gives up.")
    ] = 50,
) -> None:
    """Replay a history region by region, in the order of (time, id), one task each.

    Each region=NAME below --out holds results, as detect writes them, and state, which run starts from;
    evidence holds every judgement of every region, as training reads them;
    components holds which accounts hang together through identifiers, over all regions and all of the time.
    Prints one JSON object a region, and one for the components.
    """
    from ringfence import backfill_wiring as wiring

    if not (replay or components):
        raise BadCall("expected something to do, found --no-replay alone: give --components with it")
    if evidence and not replay:
        raise BadCall("expected a replay with --evidence, found --no-replay: judgements come of it")
    if truth is not None and not evidence:
        raise BadCall("expected --evidence with --truth, found none: give it")
    if mapping is not None and format is not HistoryFormat.PARQUET:
        raise BadCall("expected --format parquet with --mapping, found ndjson: give it")
    settings = settings_with({"window_days": window_days, "model": model})
    config = wiring.history_of(
        history,
        is_parquet=format is HistoryFormat.PARQUET,
        mapping=mapping,
        positions=positions,
        master=master,
        options=named_values([("--spark-option", line) for line in spark_option or []]),
        max_line_bytes=settings.max_line_bytes,
    )
    if replay:
        terms = AlertTerms.from_settings(settings)
        for summary in wiring.backfill(
            config,
            out,
            window_days=settings.window_days,
            model=settings.model,
            terms=terms,
            evidence=evidence,
            truth=truth,
        ):
            _say(summary)
    if components:
        found = wiring.components(
            config, out, most_users=most_users, most_links_here=union_find_links, most_rounds=most_rounds
        )
        _say(found)


def _say(summary: msgspec.Struct) -> None:
    print(msgspec.json.encode(summary).decode())
