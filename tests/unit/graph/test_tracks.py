"""GPS tracks of running trips: what is odd about them, and how few are kept."""

import pytest

import tests.twin.trips
from graph.model.events import GpsPing
from graph.updates.tracks import TRACK_LIFE_MS
from tests.twin.trips import Tracks
from tests.unit.graph.scenes import KM_LAT

NOON = 1_700_000_000_000


def ping(km_north: float, seconds: float, km_east: float = 0.0, trip: str = "t") -> GpsPing:
    return GpsPing(
        event_id="e",
        ts=NOON + round(seconds * 1000),
        trip_id=trip,
        driver_id="d",
        lat=km_north * KM_LAT,
        lon=km_east * KM_LAT,
    )


def closed(pings, claimed_km=None) -> list[str]:
    tracks = Tracks()
    for one in pings:
        tracks.ping(one)
    return tracks.close("t", claimed_km)


def bent(steps: int = 12) -> list[GpsPing]:
    """A drive of about 6 km that turns at every corner."""
    return [ping(n // 2 * 0.5, 60 * n, (n + 1) // 2 * 0.5) for n in range(steps)]


def test_an_ordinary_track_is_not_odd():
    assert closed(bent(), claimed_km=5.5) == []


def test_a_jump_is_odd():
    assert closed([ping(0, 0), ping(0.3, 60), ping(9, 90)]) == ["gps_jumps"]


def test_a_fast_flicker_over_a_few_metres_is_no_jump():
    assert closed([ping(0, 0), ping(0.1, 1), ping(0, 2), ping(0.1, 3)]) == []


def test_a_phone_that_stands_still_while_kilometres_are_claimed_is_odd():
    still = [ping(0.001 * (n % 2), 60 * n) for n in range(8)]
    assert closed(still, claimed_km=8) == ["gps_stands_still"]
    assert closed(still, claimed_km=0.9) == []
    assert closed(still) == []


def test_a_track_drawn_with_a_ruler_is_odd():
    straight = [ping(0.5 * n, 60 * n) for n in range(8)]
    assert closed(straight, claimed_km=3.5) == ["gps_ruler"]
    assert closed(straight[:5], claimed_km=2) == []


def test_two_pings_say_nothing():
    assert closed([ping(0, 0), ping(50, 1)], claimed_km=50) == []


def test_a_ping_that_comes_late_or_twice_is_left_out():
    once = [ping(0, 0), ping(0.5, 60), ping(1.0, 120, 0.5)]
    again = [ping(0, 0), ping(0.5, 60), ping(0.5, 60), ping(9, 30), ping(1.0, 120, 0.5)]
    assert closed(again, 1.2) == closed(once, 1.2) == []


def test_a_trip_without_a_track_is_not_odd_and_a_track_is_closed_once():
    tracks = Tracks()
    for one in [ping(0, 0), ping(0.3, 60), ping(9, 90)]:
        tracks.ping(one)
    assert tracks.close("another", 5.0) == []
    assert tracks.close("t", 5.0) == ["gps_jumps"]
    assert tracks.close("t", 5.0) == []


def test_tracks_that_never_close_are_dropped_when_they_are_old():
    tracks = Tracks()
    hours = TRACK_LIFE_MS // 3_600_000
    for n in range(1000):
        tracks.ping(ping(0, 3600 * n, trip=f"t{n}"))
        assert len(tracks._tracks) <= hours + 1


def test_the_memory_of_running_trips_is_bounded(monkeypatch):
    monkeypatch.setattr(tests.twin.trips, "MAX_TRACKS", 50)
    tracks = Tracks()
    for n in range(500):
        tracks.ping(ping(0, n / 10, trip=f"t{n}"))
        assert len(tracks._tracks) <= 50
    assert "t499" in tracks._tracks
    assert "t0" not in tracks._tracks


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_tracks_of_two_trips_do_not_mix(order):
    tracks = Tracks()
    jump, calm = [ping(0, 0), ping(0.3, 60), ping(9, 90)], [ping(0, 0), ping(0.3, 60), ping(0.5, 90)]
    for a, b in zip(jump, calm, strict=True):
        both = (a, GpsPing(event_id="e", ts=b.ts, trip_id="u", driver_id="d", lat=b.lat, lon=b.lon))
        for n in order:
            tracks.ping(both[n])
    assert tracks.close("t", None) == ["gps_jumps"]
    assert tracks.close("u", None) == []
