"""``ringfence calibrate``: answered alerts of a run, as a file that alert contracts are kept by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import Fatal
from ringfence.terminal import output


def command(
    *,
    results: Annotated[Path, typer.Argument(metavar="OUT", help="A folder written by detect.")],
    to: Annotated[Path, typer.Option(metavar="FILE", help="The calibration file to write.")],
    events: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Its events with verdicts on alerts; without, none is answered."),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The truth, in place of the verdicts.")
    ] = None,
) -> None:
    """Gather the alerts of a run with their answers, for --calibration of detect and run."""
    from gnn.alerts import Calibration, city_alerts, days_of
    from gnn.alerts.calibration import encoded
    from ringfence.alert_terms import policy_in
    from ringfence.history import known_about
    from ringfence.judgement import answered_alerts, read_summary

    summary = read_summary(results)
    known = None
    if events or truth is not None:
        known = known_about(events or [], truth, None if truth is not None else results)
    alerts = answered_alerts(results, known)
    city = city_alerts(alerts)
    calibration = Calibration(
        model_id=summary.model_id,
        made_by="ringfence calibrate",
        review=policy_in(summary).review,
        days=days_of(alerts, summary.last_ts),
        cities=[city],
    )
    try:
        to.write_bytes(encoded(calibration))
    except OSError as error:
        raise Fatal(f"expected to write {to}, found: {error.strerror}; choose another --to") from error
    output().print(
        f"{len(city.right):,} right, {len(city.false):,} false and {len(city.unanswered):,} unanswered "
        f"alerts in {calibration.days:.1f} days, scored by "
        f"{calibration.model_id}, from {calibration.review:.4g} on. Written to {to}",
        markup=False,
        soft_wrap=True,
    )
