"""``ringfence evaluate``: results against the truth, beside plain components; alerts against the contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from ringfence.terminal import output, progress_bar


def command(
    *,
    results: Annotated[Path, typer.Argument(metavar="OUT", help="A folder written by detect.")],
    truth: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The truth about the same events [default: the verdicts among them]."
        ),
    ] = None,
    events: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="The events themselves, for timing and baselines; repeatable."),
    ] = None,
    trips: Annotated[
        bool, typer.Option("--trips", help="Judge every trip of the events too, by each detector.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Compare results with the truth: rings, accounts, money, timing, calibration, false alarms.

    Without a truth only the alerts are judged, by the verdicts among the events.
    """
    import msgspec

    if trips and (truth is None or not events):
        raise BadCall("expected --truth and --events with --trips, found one missing; give both")
    from ringfence.evaluation_tables import print_kept, print_report, print_trips
    from ringfence.history import known_about
    from ringfence.judgement import judge, judge_alerts, read_truth
    from ringfence.trip_judgement import judge_trips

    if truth is None:
        if not events:
            raise BadCall(
                "expected --truth in the call, or --events with verdicts among them, found neither; give one"
            )
        kept = judge_alerts(results, known_about(events, None, results))
        if as_json:
            sys.stdout.write(msgspec.json.encode({"alerts": kept}).decode() + "\n")
        else:
            print_kept(output(), kept)
        return
    with progress_bar("Reading", "bytes", quiet) as progress:
        report = judge(results, truth, events or [], progress)
    known = read_truth(truth)
    kept = judge_alerts(results, known)
    judged_trips = judge_trips(known, events or []) if trips else None
    if as_json:
        told = msgspec.to_builtins(report) | {"alerts": kept}
        if judged_trips is not None:
            told["trips"] = judged_trips
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    else:
        print_report(output(), report)
        print_kept(output(), kept)
        if judged_trips is not None:
            print_trips(output(), judged_trips)
