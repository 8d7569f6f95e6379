"""Judged trips as they are told to whoever keeps them, each with a picture of its track of bounded size.

The picture keeps every fix until it is full, then every second, every fourth and so on, and always the last.
O(1) a fix, amortised, and a trip.
"""

from __future__ import annotations

import math
from typing import Any, Final

from graph.kernels.kernel import kernel
from graph.state.sizes import PICTURE
from graph.state.state import State
from graph.updates.signs import told_reasons

UNITS_A_KM: Final = 100.0
"""Places are told in tens of metres."""
FARTHEST: Final = 32_767.0
"""Seconds and units beyond which they are told as these: nine hours, 328 km."""


@kernel
def begin_picture(track: Any) -> None:
    """The first fix."""
    track.stride = 1
    track.pictured = 0
    _put(track.picture, 0, 0.0, 0.0, 0.0)
    track.pictured = 1


@kernel
def add_to_picture(track: Any, seconds: float, x: float, y: float) -> None:
    """Add fix number ``track.pings``, if it is one that the picture shows."""
    if track.pings % track.stride:
        return
    if track.pictured == PICTURE:
        for place in range(PICTURE // 2):
            for column in range(3):
                track.picture[place, column] = track.picture[2 * place, column]
        track.pictured = PICTURE // 2
        track.stride *= 2
        if track.pings % track.stride:
            return
    _put(track.picture, track.pictured, seconds, x, y)
    track.pictured += 1


@kernel
def _put(picture: Any, row: int, seconds: float, x: float, y: float) -> None:
    picture[row, 0] = _fitting(seconds)
    picture[row, 1] = _fitting(UNITS_A_KM * x)
    picture[row, 2] = _fitting(UNITS_A_KM * y)


@kernel
def _fitting(value: float) -> int:
    return math.floor(max(-FARTHEST, min(FARTHEST, value)) + 0.5)


@kernel
def tell_trip(state: State) -> None:
    """Tell the trip judged last, if anybody keeps trips."""
    number = state.cursor[0].told
    if number >= len(state.told_trips):
        return
    state.cursor[0].told += 1
    trip, told = state.trip[0], state.told_trips[number]
    told.integrity = 1 - trip.improbability
    told.surcharge = trip.surcharge
    told.expected_fare = trip.expected_fare
    told.expected_s = trip.expected_s
    told.reasons = told_reasons(trip)
    told.points = 0
    told.lat = told.lon = told.km_a_lon = 0.0
    if trip.track > 0:
        track = state.tracks[trip.track]
        told.lat = track.start_lat
        told.lon = track.start_lon
        told.km_a_lon = track.km_a_lon
        for row in range(track.pictured):
            for column in range(3):
                told.track[row, column] = track.picture[row, column]
        told.points = track.pictured
        if (track.pings - 1) % track.stride or track.pings == 1:
            _put(told.track, told.points, (track.last_ms - track.first_ms) / 1000, track.x, track.y)
            told.points += track.pings > 1
