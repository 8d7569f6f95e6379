"""How likely a completed trip is what it says, from its track, its claims and its people. O(1) a trip."""

from __future__ import annotations

from typing import Any

from graph.kernels.kernel import kernel
from graph.model.event_slots import DRIVER_ID, RIDER_ID, TRIP_ID
from graph.state.state import State
from graph.updates.forgeries import judge_track
from graph.updates.habits import judge_claims
from graph.updates.signs import begin_signs, weigh_signs
from graph.updates.tracks import close_track
from graph.updates.whereabouts import judge_company


@kernel
def judge_completed(state: State, event: Any) -> None:
    """Judge the trip of an event of a batch: ``judge_trip`` with the ids and values that it names."""
    ids = event.text_hash
    judge_trip(state, ids[TRIP_ID], ids[RIDER_ID], ids[DRIVER_ID], event.ts, event.values)


@kernel
def judge_trip(state: State, trip_id: Any, rider: Any, driver: Any, ts: int, values: Any) -> None:
    """Judge a completed trip against its track, its people and the city so far, and learn from it.

    ``trip_id``, ``rider`` and ``driver`` are the hashes of ids, 0 for nobody; ``values`` are those of the
    event in a batch, NaN where absent. Leaves in ``state.trip`` the probability that it is not what it says,
    the signs of it, and what was expected.
    """
    trip = state.trip[0]
    begin_signs(trip)
    path_km = 0.0
    number = close_track(state, trip_id)
    if number > 0:
        track = state.tracks[number]
        judge_track(state, track, ts, values)
        path_km = track.path_km
    trip.track = number
    judge_claims(state, ts, values, path_km)
    judge_company(state, rider, driver, ts, values)
    weigh_signs(trip)
