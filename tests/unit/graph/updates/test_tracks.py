"""GPS tracks of running trips: which fixes are taken, and how few tracks are kept."""

import pytest

from graph.model.vocabulary import TripReason
from graph.updates.tracks import TRACK_LIFE_MS
from tests.unit.graph.drives import drive, off_at, pings, trip_of


def leap(trip="t", later_s=0.0):
    fixes = drive(1)
    return pings(off_at(fixes, 20, 3, len(fixes)), trip, later_s), trip_of(fixes, trip, later_s, ends=False)


def test_zeros_stand_for_no_position(parts):
    trips, fixes = parts.trips(), drive(9)
    for ping in pings(fixes):
        nowhere = {field: getattr(ping, field) for field in ("event_id", "ts", "trip_id", "driver_id")}
        trips.ping([ping, type(ping)(lat=0.0, lon=0.0, **nowhere)])
    assert trips.judge(trip_of(fixes)).reasons == []


def test_a_ping_that_comes_late_or_twice_is_left_out(parts):
    trips, fixes = parts.trips(), drive(10)
    told = pings(fixes)
    late = [pings(off_at(fixes, n - 3, 9))[n - 3] for n in range(5, len(told))]
    trips.ping(told[:5])
    for ping, stale in zip(told[5:], late, strict=True):
        trips.ping([ping, ping, stale])
    assert trips.judge(trip_of(fixes)).reasons == []


def test_two_fixes_say_nothing(parts):
    trips = parts.trips()
    trips.ping(pings([(0, 0, 0), (1, 50, 0)]))
    assert trips.judge(trip_of(drive(1))).reasons == []


def test_a_trip_without_a_track_is_not_odd_and_a_track_is_closed_once(parts):
    trips = parts.trips()
    told, trip = leap()
    trips.ping(told)
    assert trips.judge(trip_of(drive(2), "another")).reasons == []
    assert trips.running() == 1
    assert trips.judge(trip).reasons == [TripReason.JUMPS]
    assert trips.running() == 0
    assert TripReason.JUMPS not in trips.judge(trip).reasons


def test_tracks_that_never_close_are_dropped_when_they_are_old(parts):
    trips = parts.trips()
    hours = TRACK_LIFE_MS // 3_600_000
    for n in range(1000):
        trips.ping(pings([(3600 * n, 0, 0)], f"t{n}"))
        assert trips.running() == min(n, hours) + 1


def test_the_memory_of_running_trips_is_bounded_and_the_oldest_gives_way(parts):
    trips = parts.trips()
    old, old_trip = leap("old")
    trips.ping(old)
    trips.ping([pings([(800, 0, 0)], f"t{n}")[0] for n in range(trips.room - 1)])
    assert trips.running() == trips.room
    new, new_trip = leap("new", 900)
    trips.ping(new)
    assert trips.running() == trips.room
    assert trips.judge(old_trip).reasons == []
    assert trips.judge(new_trip).reasons == [TripReason.JUMPS]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_tracks_of_two_trips_do_not_mix(parts, order):
    trips = parts.trips()
    told, trip = leap()
    calm = pings(drive(1), "u", 0.0)
    for pair in zip(told, calm, strict=True):
        trips.ping([pair[n] for n in order])
    assert trips.judge(trip).reasons == [TripReason.JUMPS]
    assert trips.judge(trip_of(drive(1), "u")).reasons == []
