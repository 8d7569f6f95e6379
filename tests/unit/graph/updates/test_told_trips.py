"""Trips told to whoever keeps them: a picture of bounded size, and nothing unless somebody asks."""

import itertools

import pytest

from graph.engine import Engine, EngineConfig
from graph.engine.trips import integrity_of, is_odd, without_places
from graph.model.vocabulary import TripReason
from graph.state.records import TOLD_TRIP
from graph.state.sizes import PICTURE
from tests.unit.graph.drives import drive, line, pings, place, trip_of
from tests.unit.graph.fakes import StrongestSign


def told(events, asked=True):
    engine = Engine(EngineConfig(), StrongestSign())
    if asked:
        engine.tell_trips()
    return engine.apply(events).trips


def test_nothing_is_told_unless_somebody_asks():
    assert told([trip_of(drive(1))], asked=False) == []


@pytest.mark.parametrize("fixes", [1, 2, PICTURE, PICTURE + 1, 2 * PICTURE, 2 * PICTURE + 1, 1_000])
def test_the_picture_of_a_track_is_even_bounded_and_has_both_ends(fixes):
    ways = line(30, max(fixes, 2), 15)[:fixes]
    (one,) = told([*pings(ways), trip_of(line(30, max(fixes, 2), 15))])
    track = integrity_of(one).track
    assert len(one) == TOLD_TRIP.itemsize
    assert len(track) <= PICTURE + 1
    assert len(track) >= min(fixes, PICTURE // 2)
    assert [seconds for seconds, _, _ in (track[0], track[-1])] == [0, 15 * (fixes - 1)]
    for seconds, lat, lon in track:
        there = place(*ways[round(seconds / 15)][1:])
        assert (lat, lon) == pytest.approx(there, abs=0.00011)
    steps = {round(b[0] - a[0]) for a, b in itertools.pairwise(track[:-1])}
    assert len(steps) <= 1


def test_what_was_made_of_a_trip_is_told_as_the_engine_says_it():
    engine = Engine(EngineConfig(), StrongestSign())
    engine.tell_trips()
    trips = engine.apply([*pings(line(6, 40)), trip_of(line(6, 40)), trip_of(drive(2), "u", 9_000)]).trips
    first, last = map(integrity_of, trips)
    assert TripReason.RULER in first.reasons
    assert (is_odd(trips[0]), is_odd(trips[1])) == (True, False)
    newest = engine.last_trip()
    assert (last.integrity, last.reasons, last.expected_s) == (
        newest.integrity,
        newest.reasons,
        newest.expected_s,
    )
    assert last.track == []


def test_trips_are_told_batch_by_batch_as_at_once():
    events = []
    for n in range(5):
        events += [*pings(drive(n), f"t{n}", 4_000 * n), trip_of(drive(n), f"t{n}", 4_000 * n)]
    engine = Engine(EngineConfig(), StrongestSign())
    engine.tell_trips()
    parts = [engine.apply(events[start : start + 7]).trips for start in range(0, len(events), 7)]
    assert [each for part in parts for each in part] == told(events)
    assert len(told(events)) == 5


def test_a_trip_without_places_keeps_what_was_made_of_it():
    (one,) = told([*pings(line(6, 40)), trip_of(line(6, 40))])
    before, after = integrity_of(one), integrity_of(without_places(one))
    assert after.track == []
    assert (after.integrity, after.reasons) == (before.integrity, before.reasons)
    assert (without_places(b""), integrity_of(b""), is_odd(b"")) == (b"", None, False)
