"""What was made of trips, for people."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from graph.kernels.geometry import EARTH_KM_PER_DEGREE
from graph.model.results import TripIntegrity
from graph.model.vocabulary import TripReason
from graph.state.records import TOLD_TRIP
from graph.state.state import State
from graph.updates.signs import TOLD
from graph.updates.told_trips import UNITS_A_KM

ODD: Final = 0.5
"""A trip whose integrity is below this is odd."""


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


def told_trips(state: State) -> list[bytes]:
    """Trips of the batch as they were judged, each as a record of ``TOLD_TRIP``."""
    told, size = state.told_trips[: int(state.cursor["told"][0])].tobytes(), TOLD_TRIP.itemsize
    return [told[start : start + size] for start in range(0, len(told), size)]


def is_odd(told: bytes) -> bool:
    """Whether a trip that was told is more likely not what it says."""
    return len(told) > 0 and float(np.frombuffer(told, TOLD_TRIP)["integrity"][0]) < ODD


def integrity_of(told: bytes) -> TripIntegrity | None:
    """The judgement of a trip that was told, with its track; None for one that was not."""
    if not told:
        return None
    record = np.frombuffer(told, TOLD_TRIP)[0]
    reasons, km_a_lon = int(record["reasons"]), float(record["km_a_lon"])
    lat, lon = float(record["lat"]), float(record["lon"])
    return TripIntegrity(
        integrity=float(record["integrity"]),
        reasons=[reason for place, reason in enumerate(TripReason) if reasons >> place & 1],
        surcharge=float(record["surcharge"]),
        expected_fare=_known(float(record["expected_fare"])),
        expected_s=_known(float(record["expected_s"])),
        track=[
            (
                float(seconds),
                round(lat + north / UNITS_A_KM / EARTH_KM_PER_DEGREE, 5),
                round(lon + east / UNITS_A_KM / km_a_lon, 5),
            )
            for seconds, east, north in record["track"][: int(record["points"])].tolist()
        ],
    )


def without_places(told: bytes) -> bytes:
    """The same trip with no trace of where it was."""
    if not told:
        return told
    record = np.frombuffer(told, TOLD_TRIP).copy()
    for name in ("lat", "lon", "km_a_lon", "points", "track"):
        record[name] = 0
    return record.tobytes()


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
