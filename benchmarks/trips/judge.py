"""Judges a stream of trips by the engine's own kernels, without the accounts around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from benchmarks.trips.tracks import Floats, Trip
from graph.engine.engine import DEFAULT_WINDOW_DAYS, LATENESS_MS
from graph.model.event_batch import VALUES
from graph.model.event_slots import (
    DISTANCE_KM,
    DROPOFF_LAT,
    DROPOFF_LON,
    DURATION_S,
    FARE,
    PICKUP_LAT,
    PICKUP_LON,
)
from graph.scoring.features import FEATURES
from graph.state.memory import Memory
from graph.state.sizes import REASONS, Sizes
from graph.state.state import State
from graph.updates.integrity import judge_trip
from graph.updates.sharing import DAY_MS
from graph.updates.tracks import add_ping
from graph.updates.whereabouts import NOBODY_KNOWN


@dataclass(frozen=True)
class Judged:
    """By trip: the probability that it is not what it says, and what each sign added to the log odds."""

    improbability: Floats
    signs: Floats
    prices: tuple[float, ...]
    """Base, per km and per minute, as learnt in the end."""


@njit(error_model="numpy", _nrt=False)
def _judge(
    state: State, trip: Any, ts: Any, lat: Any, lon: Any, values: Any, improbable: Any, signs: Any
) -> None:
    # Not kept on disk: a folder that is no package has no digest of its sources.
    for row in range(len(trip)):
        name = np.uint64(trip[row] + 1) * np.uint64(0x9E3779B97F4A7C15)
        if np.isnan(lat[row]):
            judge_trip(state, name, NOBODY_KNOWN, NOBODY_KNOWN, ts[row], values[trip[row]])
            improbable[trip[row]] = state.trip[0].improbability
            for reason in range(REASONS):
                signs[trip[row], reason] = state.trip[0].signs[reason]
        else:
            add_ping(state, name, ts[row], lat[row], lon[row])


def judged(trips: Sequence[Trip]) -> Judged:
    """What the engine thinks of each trip, all told in the order of time."""
    state = Memory(DEFAULT_WINDOW_DAYS * DAY_MS, LATENESS_MS, Sizes(len(FEATURES))).state
    number: list[npt.NDArray[np.int64]] = []
    ts: list[Floats] = []
    lat: list[Floats] = []
    lon: list[Floats] = []
    values = np.full((len(trips), VALUES), np.nan)
    for n, trip in enumerate(trips):
        lats, lons = trip.degrees()
        number.append(np.full(len(trip.t) + 1, n))
        ts.append(np.append(trip.began_s + trip.t, trip.began_s + trip.seconds))
        lat.append(np.append(lats, np.nan))
        lon.append(np.append(lons, np.nan))
        values[n, [FARE, DISTANCE_KM, DURATION_S]] = trip.fare, trip.km, trip.seconds
        values[n, [PICKUP_LAT, PICKUP_LON, DROPOFF_LAT, DROPOFF_LON]] = *trip.pickup, *trip.dropoff
    when = (1000 * np.concatenate(ts)).astype(np.int64)
    ended = np.isnan(np.concatenate(lat))
    order = np.lexsort((ended, when))
    improbability, signs = np.zeros(len(trips)), np.zeros((len(trips), REASONS))
    _judge(
        state,
        np.concatenate(number)[order],
        when[order],
        np.concatenate(lat)[order],
        np.concatenate(lon)[order],
        values,
        improbability,
        signs,
    )
    return Judged(improbability, signs, tuple(state.habits[0]["coefficients"].tolist()))
