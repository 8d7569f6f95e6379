"""Alerts whose answers are known, by score: what thresholds are chosen from, and the file that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from gnn.alerts.alert import Alert
from graph.model.errors import BadCall, Fatal

SHIPPED: Final = "alerts.json"
DECIMALS: Final = 6
"""Of scores, as in flags."""


class CityAlerts(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of the alerts of one city by their answers, each list descending."""

    right: list[float]
    false: list[float]
    unanswered: list[float]


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of alerts raised at a threshold of ``review`` by the model ``model_id``, city by city.

    ``days`` is how long they were gathered, in the one city that the scores then tell the daily number of
    alerts of; 0 when they come from many cities.
    """

    model_id: str
    made_by: str
    review: float
    days: float
    cities: list[CityAlerts]

    @property
    def right(self) -> list[float]:
        """The scores of all alerts that were right, descending."""
        return sorted((score for city in self.cities for score in city.right), reverse=True)

    @property
    def false(self) -> list[float]:
        """The scores of all false alerts, descending."""
        return sorted((score for city in self.cities for score in city.false), reverse=True)

    @property
    def answered(self) -> list[float]:
        """The scores of all alerts with an answer, descending."""
        return sorted([*self.right, *self.false], reverse=True)

    @property
    def scores(self) -> list[float]:
        """The scores of all alerts, descending."""
        unanswered = (score for city in self.cities for score in city.unanswered)
        return sorted([*self.right, *self.false, *unanswered], reverse=True)


def city_alerts(alerts: Iterable[tuple[Alert, bool | None]]) -> CityAlerts:
    """The alerts of one city, each given with whether it was false (None: nobody has answered)."""
    scores: dict[bool | None, list[float]] = {True: [], False: [], None: []}
    for alert, was_false in alerts:
        scores[was_false].append(round(alert.score, DECIMALS))
    right, false, unanswered = (sorted(scores[key], reverse=True) for key in (False, True, None))
    return CityAlerts(right=right, false=false, unanswered=unanswered)


def encoded(calibration: Calibration) -> bytes:
    """The bytes of a calibration file; equal calibrations give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(calibration), indent=1) + b"\n"


def load_calibration(path: Path | None, model_id: str) -> Calibration:
    """The calibration in a file, or the one that ships, for the scores of a model.

    Raises ``BadCall`` when it cannot be read or belongs to another model, ``Fatal`` when it is no such file.
    """
    source = files("gnn").joinpath("weights", SHIPPED) if path is None else path
    try:
        calibration = msgspec.json.decode(source.read_bytes(), type=Calibration)
    except OSError as error:
        raise BadCall(
            f"expected a calibration file at {source}, found {error.strerror}; make one with "
            "`ringfence calibrate`"
        ) from error
    except msgspec.DecodeError as error:
        raise Fatal(
            f"expected {source} to be a calibration file, found {error}; make one with `ringfence calibrate`"
        ) from error
    if calibration.model_id != model_id:
        raise BadCall(
            f"expected alerts scored by {model_id}, found those of {calibration.model_id} in {source}; "
            "make a calibration for this model with `ringfence calibrate` and give it as --calibration"
        )
    return calibration
