"""Trips judged by tracks, claims and people alone, as the engine judges them, without the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.engine.engine import DEFAULT_WINDOW_DAYS, LATENESS_MS
from graph.kernels.kernel import kernel
from graph.model.event_batch import ACCOUNT_LOGIN, GPS_PING, TRIP_COMPLETED, EventBatch, KernelBatch
from graph.model.event_slots import ACCOUNT_ID, LAT, LON, TRIP_ID
from graph.scoring.features import FEATURES
from graph.state.memory import Memory
from graph.state.sizes import REASONS, Sizes
from graph.state.state import State
from graph.updates.integrity import judge_completed
from graph.updates.sharing import DAY_MS
from graph.updates.tracks import add_ping
from graph.updates.whereabouts import note_login

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReviewedTrips:
    """The completed trips of a batch: their rows (n,), the probability that each is not what it says (n,).

    ``signs`` (n, reasons) is what each sign added to the log odds of that, by its place in ``TripReason``.
    """

    rows: npt.NDArray[np.int64]
    improbability: Floats
    signs: Floats


class TripReview:
    """Follows positions, logins and completed trips, and gives what the engine makes of each trip.

    >>> from graph.model.events import TripCompleted
    >>> ride = {"rider_id": "r", "driver_id": "d", "fare": 9.0, "distance_km": 5.0, "ts": 1_760_000_000_000}
    >>> slow = TripCompleted(event_id="a", trip_id="a", duration_s=900.0, **ride)
    >>> fast = TripCompleted(event_id="b", trip_id="b", duration_s=20.0, **ride)
    >>> TripReview().review(EventBatch.of([slow, fast])).improbability.round(2).tolist()
    [0.01, 0.31]
    """

    def __init__(self) -> None:
        self._memory = Memory(DEFAULT_WINDOW_DAYS * DAY_MS, LATENESS_MS, Sizes(len(FEATURES)))

    def review(self, batch: EventBatch) -> ReviewedTrips:
        """Judge the trips of a batch in their order. A few microseconds a trip or position."""
        rows = np.flatnonzero(batch.records["kind"] == TRIP_COMPLETED)
        improbability, signs = np.zeros(len(rows)), np.zeros((len(rows), REASONS))
        _review(self._memory.state, batch.for_kernels(), improbability, signs)
        return ReviewedTrips(rows, improbability, signs)


@kernel
def _review(state: State, batch: KernelBatch, improbability: Any, signs: Any) -> None:
    trips = 0
    for row in range(len(batch.events)):
        event = batch.events[row]
        if event.kind == GPS_PING:
            add_ping(state, event.text_hash[TRIP_ID], event.ts, event.values[LAT], event.values[LON])
        elif event.kind == ACCOUNT_LOGIN:
            note_login(state, event.text_hash[ACCOUNT_ID], event.ts, event.values[LAT], event.values[LON])
        elif event.kind == TRIP_COMPLETED:
            judge_completed(state, event)
            improbability[trips] = state.trip[0].improbability
            for reason in range(REASONS):
                signs[trips, reason] = state.trip[0].signs[reason]
            trips += 1
