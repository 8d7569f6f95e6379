"""Trips reviewed by themselves are judged as the engine judges them, in batches of any size."""

from __future__ import annotations

import numpy as np
import pytest

from graph.engine.trip_review import TripReview
from graph.model.event_batch import EventBatch
from graph.model.events import EventBase
from graph.model.vocabulary import TripReason
from graph.updates.signs import TOLD
from tests.unit.graph.drives import drive, legs, noisy, pings, trip_of
from tests.unit.graph.fakes import new_engine


def stream() -> list[EventBase]:
    """Honest drives, one replayed later, one drawn with a ruler, one that claims three times its way."""
    events: list[EventBase] = []
    drives = [noisy(drive(seed), 5, seed) for seed in range(12)]
    drives += [drives[0], legs(6.0, 40), drives[3]]
    for n, fixes in enumerate(drives):
        later_s = n * 7200.0
        events += pings(fixes, f"t{n}", later_s)
        events.append(trip_of(fixes, f"t{n}", later_s, times=3.0 if n == 14 else 1.0))
    return events


@pytest.mark.parametrize("size", [10_000, 7])
def test_a_review_says_what_the_engine_says_of_each_trip(size: int) -> None:
    events = stream()
    engine, expected = new_engine(), []
    for event in events:
        engine.apply([event])
        if not event.event_id.startswith("trip"):
            continue
        told = engine.last_trip()
        assert told is not None
        expected.append((1 - told.integrity, told.reasons))
    review, found = TripReview(), []
    for start in range(0, len(events), size):
        reviewed = review.review(EventBatch.of(events[start : start + size]))
        for improbability, signs in zip(reviewed.improbability, reviewed.signs, strict=True):
            found.append(
                (improbability, [r for r, sign in zip(TripReason, signs, strict=True) if sign >= TOLD])
            )
    assert [reasons for _, reasons in found] == [reasons for _, reasons in expected]
    assert np.allclose([p for p, _ in found], [p for p, _ in expected])
    assert found[12][0] > 0.5
    assert found[13][0] > 0.5
