"""An evaluation report as tables for people, readable from 80 columns on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from gnn.alerts import Kept, Week
from gnn.evaluation import KindFigures, MethodFigures, Report, SizeFigures
from gnn.evaluation.trips import TripFigures

NOT_AVAILABLE = "n/a"
BASELINES_EXPLAINED = (
    "components: accounts joined by any shared device or card, looked up afterwards; <=30: without devices "
    "and cards that more than 30 share."
)


def percent(value: float | None) -> str:
    """A share as a percentage, ``n/a`` for None."""
    return NOT_AVAILABLE if value is None else f"{100 * value:.1f} %"


def decimal(value: float | None, digits: int = 3) -> str:
    """A number with ``digits`` decimals, ``n/a`` for None."""
    return NOT_AVAILABLE if value is None else f"{value:.{digits}f}"


def number(value: float | None) -> str:
    """A count or a median without needless decimals, ``n/a`` for None."""
    return NOT_AVAILABLE if value is None else f"{value:,.1f}".removesuffix(".0")


Row = tuple[str, Callable[[MethodFigures], str]]

ROWS: tuple[Row, ...] = (
    ("rings reported", lambda m: number(m.rings.reported)),
    ("ring recall, Jaccard 0.5", lambda m: percent(m.rings.recall_at_50)),
    ("ring recall, Jaccard 0.8", lambda m: percent(m.rings.recall_at_80)),
    ("ceiling of recall, Jaccard 0.5", lambda m: percent(m.ceiling.recall_at_50 if m.ceiling else None)),
    ("ceiling of recall, Jaccard 0.8", lambda m: percent(m.ceiling.recall_at_80 if m.ceiling else None)),
    ("ring precision, half fraudulent", lambda m: percent(m.rings.precision)),
    ("ring precision, Jaccard 0.5", lambda m: percent(m.rings.precision_at_50)),
    ("ring precision, Jaccard 0.8", lambda m: percent(m.rings.precision_at_80)),
    ("true rings merged with others", lambda m: number(m.grouping.merged)),
    ("true rings in pieces", lambda m: number(m.grouping.split)),
    ("account AUPRC", lambda m: decimal(m.accounts.auprc)),
    ("account AUROC", lambda m: decimal(m.accounts.auroc)),
    ("precision of flagged accounts", lambda m: percent(m.accounts.flagged_precision)),
    ("recall of flagged accounts", lambda m: percent(m.accounts.flagged_recall)),
    ("prevented money", lambda m: percent(m.timeliness.prevented if m.timeliness else None)),
    (
        "fraud events before first flag",
        lambda m: number(m.timeliness.events_before_flag if m.timeliness else None),
    ),
    ("false rings", lambda m: number(m.false_alarms.rings)),
    ("false rings per 10,000 honest", lambda m: number(m.false_alarms.per_10k_honest)),
    ("false rings on look-alikes", lambda m: number(m.false_alarms.on_decoys)),
    ("honest accounts ever flagged", lambda m: number(m.accused.accounts if m.accused else None)),
    ("  of these at the end", lambda m: number(m.accused.still if m.accused else None)),
    ("  days flagged, median", lambda m: number(m.accused.median_days if m.accused else None)),
    ("  days flagged, longest", lambda m: number(m.accused.longest_days if m.accused else None)),
    ("calibration error (ECE)", lambda m: decimal(m.calibration.expected_error)),
    ("Brier score", lambda m: decimal(m.calibration.brier)),
)
"""The rows of the main table: what each is called and how it is read off a method's figures."""


HEADLINE = tuple(
    row
    for row in ROWS
    if row[0]
    in {
        "rings reported",
        "ring recall, Jaccard 0.5",
        "ring precision, half fraudulent",
        "account AUPRC",
        "prevented money",
        "fraud events before first flag",
        "false rings",
    }
)
"""The rows that tell most, for a short table."""


def print_report(console: Console, report: Report) -> None:
    """Print the whole report: methods, kinds, sizes, confusion, look-alikes, calibration and notes."""
    console.print(
        f"{report.accounts:,} accounts, {report.fraudulent_accounts:,} of them in {report.true_rings:,} "
        f"true rings that take {report.fraud_money:,.2f}."
    )
    console.print(methods_table(report))
    if len(report.methods) > 1:
        console.print(BASELINES_EXPLAINED, style="dim")
    if report.kinds:
        console.print(kinds_table(report))
    if report.true_rings:
        console.print(recall_table(report))
    if report.confusion:
        console.print("What true rings of each kind were reported as:")
    for row in report.confusion:
        taken = ", ".join(f"{count} {name}" for name, count in row.reported_as)
        console.print(f"  {row.kind:16}{taken}", markup=False)
    ours = report.methods[0]
    console.print()
    if any(row.false_rings or row.ever_flagged for row in report.look_alikes):
        console.print(look_alikes_table(report))
    console.print(reliability_table(ours))
    for note in report.notes:
        console.print(f"n/a: {note}.")


def methods_table(report: Report, rows: Sequence[Row] = ROWS) -> Table:
    """One column per method, the evaluated one first."""
    table = Table("", title="Against the truth", box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for method in report.methods:
        table.add_column(method.method, justify="right", no_wrap=True)
    for label, read in rows:
        table.add_row(label, *(read(method) for method in report.methods))
    return table


def kinds_table(report: Report) -> Table:
    """One row per kind of ring, for the evaluated method."""
    table = Table(title="By kind", box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("kind", no_wrap=True)
    for heading in (
        "true",
        "found\n0.5",
        "found\n0.8",
        "reported",
        "right",
        "events\nbefore",
        "prevented",
    ):
        table.add_column(heading, justify="right")
    for row in report.kinds:
        table.add_row(
            row.kind,
            number(row.true),
            number(row.found_at_50),
            number(row.found_at_80),
            number(row.reported),
            number(row.right),
            number(row.events_before_flag),
            percent(row.prevented),
        )
    return table


def recall_table(report: Report) -> Table:
    """One row per size and per kind: true rings, those found, and those that some candidate reached."""
    table = Table(title="Found, and the ceiling", box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("true rings", no_wrap=True)
    for heading in ("true", "found\n0.5", "found\n0.8", "ceiling\n0.5", "ceiling\n0.8"):
        table.add_column(heading, justify="right")
    rows: list[tuple[str, SizeFigures | KindFigures]] = [
        *((f"{row.size} accounts", row) for row in report.sizes),
        *((row.kind, row) for row in report.kinds if row.true),
    ]
    for name, row in rows:
        figures = (row.true, row.found_at_50, row.found_at_80, row.reached_at_50, row.reached_at_80)
        table.add_row(name, *map(number, figures))
    return table


def look_alikes_table(report: Report) -> Table:
    """One row per kind of look-alike of which somebody was accused, for the evaluated method."""
    table = Table(title="Look-alikes accused", box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("kind", no_wrap=True)
    for heading in ("groups", "accounts", "false\nrings", "groups\nhit", "ever\nflagged"):
        table.add_column(heading, justify="right")
    for row in report.look_alikes:
        if row.false_rings or row.ever_flagged:
            figures = (row.groups, row.accounts, row.false_rings, row.hit, row.ever_flagged)
            table.add_row(row.kind, *map(number, figures))
    return table


def reliability_table(method: MethodFigures) -> Table:
    """Mean score beside the share that is fraudulent, per tenth of the score."""
    table = Table(title=f"Calibration of {method.method}", box=SIMPLE_HEAD, title_justify="left")
    for heading in ("score", "accounts", "mean score", "fraudulent"):
        table.add_column(heading, justify="right")
    for each in method.calibration.bins:
        table.add_row(
            f"{each.low:.1f} to {each.high:.1f}",
            number(each.accounts),
            decimal(each.mean_score),
            decimal(each.fraudulent_share),
        )
    return table


def print_kept(console: Console, kept: Kept) -> None:
    """Print what was promised of alerts beside what was kept, in all and week by week."""
    console.print(alerts_table(kept))
    if kept.promised is not None:
        console.print(f"Promised: at most {percent(kept.promised)} of the alerts false.")
    if kept.promised_a_day is not None:
        console.print(
            f"Promised: at most {number(kept.promised_a_day)} alerts a day; there were {number(kept.a_day)}."
        )


def alerts_table(kept: Kept) -> Table:
    """One row per week with alerts, and one for all: raised, answered, false, and the share of these."""
    table = Table(title="Alerts by week", box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("week of", no_wrap=True)
    for heading in ("alerts", "answered", "false", "false share"):
        table.add_column(heading, justify="right")
    weeks = [(f"{datetime.fromtimestamp(week.begins_ms / 1000, UTC):%Y-%m-%d}", week) for week in kept.weeks]
    rows: list[tuple[str, Week | Kept]] = [*weeks, ("all", kept)]
    for name, row in rows:
        counts = map(number, (row.alerts, row.answered, row.false))
        table.add_row(name, *counts, percent(row.false_share))
    return table


def print_trips(console: Console, figures: TripFigures) -> None:
    """Every trip held against the truth, and what each detector does alone and at the margin."""
    console.print(
        f"{figures.trips:,} trips, {figures.fake:,} of them fake: recall {percent(figures.recall)}, "
        f"precision {percent(figures.precision)}, honest ones called fake {percent(figures.honest)}",
        markup=False,
        soft_wrap=True,
    )
    table = Table(box=SIMPLE_HEAD, title="Detectors of trips: alone, and what the whole gains by each")
    for name in ("detector", "recall", "precision", "honest", "+ recall", "+ precision"):
        table.add_column(name, justify="left" if name == "detector" else "right")
    for each in figures.detectors:
        shares = (each.recall_alone, each.precision_alone, each.honest_alone)
        gains = (each.recall_gain, each.precision_gain)
        table.add_row(each.detector, *map(percent, shares), *map(percent, gains))
    console.print(table)
