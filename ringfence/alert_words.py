"""Options of the alert contract that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FalseAlerts = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="Largest share of false alerts, 0.05 for 5 %; thresholds follow."),
]
AlertsADay = Annotated[
    float | None,
    typer.Option(metavar="NUMBER", help="Most alerts a day; needs --calibration of the same city."),
]
CalibrationFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Answered alerts, written by calibrate [default: simulated ones]."),
]
