"""What was made of the trip that completed last, for people."""

from __future__ import annotations

import math

from graph.model.results import TripIntegrity
from graph.model.vocabulary import TripReason
from graph.state.state import State
from graph.updates.signs import TOLD


def last_trip(state: State) -> TripIntegrity | None:
    """The judgement of the newest completed trip; None before the first, and after loading until the next."""
    trip = state.trip[0]
    if trip["improbability"] == 0:
        return None
    return TripIntegrity(
        integrity=1 - float(trip["improbability"]),
        reasons=[reason for reason, sign in zip(TripReason, trip["signs"], strict=True) if sign >= TOLD],
        surcharge=float(trip["surcharge"]),
        expected_fare=_known(float(trip["expected_fare"])),
        expected_s=_known(float(trip["expected_s"])),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
