"""GPS tracks of running trips: what is odd about them, and how few are kept."""

import pytest

from graph.model.events import GpsPing
from graph.updates.tracks import TRACK_LIFE_MS
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


def odd(parts, pings, claimed_km=None) -> bool:
    """Whether the track is odd. Which of three oddities it is, the engine does not keep."""
    tracks = parts.tracks()
    tracks.ping(pings)
    return tracks.is_odd("t", claimed_km)


def bent(steps: int = 12) -> list[GpsPing]:
    """A drive of about 6 km that turns at every corner."""
    return [ping(n // 2 * 0.5, 60 * n, (n + 1) // 2 * 0.5) for n in range(steps)]


def test_an_ordinary_track_is_not_odd(parts):
    assert not odd(parts, bent(), claimed_km=5.5)


def test_a_jump_is_odd(parts):
    assert odd(parts, [ping(0, 0), ping(0.3, 60), ping(9, 90)])


def test_a_fast_flicker_over_a_few_metres_is_no_jump(parts):
    assert not odd(parts, [ping(0, 0), ping(0.1, 1), ping(0, 2), ping(0.1, 3)])


def test_a_phone_that_stands_still_while_kilometres_are_claimed_is_odd(parts):
    still = [ping(0.001 * (n % 2), 60 * n) for n in range(8)]
    assert odd(parts, still, claimed_km=8)
    assert not odd(parts, still, claimed_km=0.9)
    assert not odd(parts, still)


def test_a_track_drawn_with_a_ruler_is_odd(parts):
    straight = [ping(0.5 * n, 60 * n) for n in range(8)]
    assert odd(parts, straight, claimed_km=3.5)
    assert not odd(parts, straight[:5], claimed_km=2)


def test_two_pings_say_nothing(parts):
    assert not odd(parts, [ping(0, 0), ping(50, 1)], claimed_km=50)


def test_a_ping_that_comes_late_or_twice_is_left_out(parts):
    once = [ping(0, 0), ping(0.5, 60), ping(1.0, 120, 0.5)]
    again = [ping(0, 0), ping(0.5, 60), ping(0.5, 60), ping(9, 30), ping(1.0, 120, 0.5)]
    assert not odd(parts, once, 1.2)
    assert not odd(parts, again, 1.2)


def test_a_trip_without_a_track_is_not_odd_and_a_track_is_closed_once(parts):
    tracks = parts.tracks()
    tracks.ping([ping(0, 0), ping(0.3, 60), ping(9, 90)])
    assert not tracks.is_odd("another", 5.0)
    assert tracks.running() == 1
    assert tracks.is_odd("t", 5.0)
    assert tracks.running() == 0
    assert not tracks.is_odd("t", 5.0)


def test_tracks_that_never_close_are_dropped_when_they_are_old(parts):
    tracks = parts.tracks()
    hours = TRACK_LIFE_MS // 3_600_000
    for n in range(1000):
        tracks.ping([ping(0, 3600 * n, trip=f"t{n}")])
        assert tracks.running() == min(n, hours) + 1


def test_the_memory_of_running_trips_is_bounded_and_the_oldest_gives_way(parts):
    tracks = parts.tracks()
    jump = ((0, 0), (0.3, 60), (9, 90))
    tracks.ping([ping(km, seconds, trip="old") for km, seconds in jump])
    tracks.ping([ping(0, 100, trip=f"t{n}") for n in range(tracks.room - 1)])
    assert tracks.running() == tracks.room
    tracks.ping([ping(km, 100 + seconds, trip="new") for km, seconds in jump])
    assert tracks.running() == tracks.room
    assert not tracks.is_odd("old", None)
    assert tracks.is_odd("new", None)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_tracks_of_two_trips_do_not_mix(parts, order):
    tracks = parts.tracks()
    jump, calm = ((0, 0), (0.3, 60), (9, 90)), ((0, 0), (0.3, 60), (0.5, 90))
    for a, b in zip(jump, calm, strict=True):
        both = ping(*a), ping(*b, trip="u")
        tracks.ping([both[n] for n in order])
    assert tracks.is_odd("t", None)
    assert not tracks.is_odd("u", None)
