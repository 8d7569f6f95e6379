"""What forged GPS tracks show, some of it only where the city is known."""

import math
import random

import pytest

from graph.model.vocabulary import TripReason
from graph.updates.sketches import KNOWN
from tests.unit.graph.drives import drive, legs, length_km, line, noisy, off_at, pings, place, trip_of
from tests.unit.graph.judged_drives import DAY_S, SEEDS, judged, odd


@pytest.mark.parametrize(("metres", "city"), [(0, 0), (5, 0), (0, KNOWN + 5), (20, KNOWN + 5)])
def test_a_line_drawn_with_a_ruler_is_odd_noise_or_not(parts, metres, city):
    found = judged(parts, noisy(line(5, 40), metres), city, claimed=line(5, 40))
    assert found.improbability > (0.9 if metres < 20 else 0.5)
    assert TripReason.RULER in found.reasons


@pytest.mark.parametrize(("interval_s", "city"), [(5, 0), (15, 0), (60, 0), (15, KNOWN + 5)])
def test_one_speed_round_a_corner_is_odd_at_any_interval(parts, interval_s, city):
    found = judged(parts, legs(6, 40, interval_s), city)
    assert found.improbability > (0.9 if city else 0.5)
    assert TripReason.STEADY in found.reasons


@pytest.mark.parametrize("fixes", [6, 7, 12])
def test_two_legs_of_few_fixes_are_odd_once_the_city_is_known(parts, fixes):
    # The corner lies between two fixes: the step across it is short, and the others have one speed.
    drawn = [
        (60.0 * n, min(done, 2.6), max(done - 2.6, 0.0))
        for n, done in enumerate(5 * n / (fixes - 1) for n in range(fixes))
    ]
    trips = parts.trips()
    for n in range(KNOWN + 5):
        told, later = drive(1000 + n, 60), (n - KNOWN - 6) * DAY_S
        trips.ping(pings(told, f"c{n}", later))
        trips.judge(trip_of(told, f"c{n}", later))
    trips.ping(pings(drawn))
    found = trips.judge(trip_of(drawn))
    assert TripReason.STEADY in found.reasons
    assert found.improbability > 0.9
    if fixes == 6:
        assert TripReason.STEADY not in judged(parts, drawn).reasons


def test_a_city_that_is_told_in_legs_calls_none_of_them_odd(parts):
    trips, odd_ones = parts.trips(), 0
    for n in range(2 * KNOWN):
        begins, corner, later = 0.0137 * n, 1.75 + 0.5 * (n % 4), n * DAY_S
        done = [0.5 * k for k in range(11)]
        fixes = [(120 * km, begins + min(km, corner), max(km - corner, 0.0) - begins) for km in done]
        trips.ping(pings(fixes, f"t{n}", later))
        found = trips.judge(trip_of(fixes, f"t{n}", later))
        odd_ones += found.improbability > 0.5 and n >= KNOWN
    assert odd_ones == 0


def test_a_city_of_straight_and_even_drives_calls_none_of_them_odd(parts):
    trips, odd_ones = parts.trips(), 0
    for n in range(2 * KNOWN):
        fixes, later = noisy(line(6, 40), 60, seed=n), n * DAY_S
        trips.ping(pings(fixes, f"t{n}", later))
        odd_ones += trips.judge(trip_of(line(6, 40), f"t{n}", later)).improbability > 0.5
    assert odd_ones == 0


@pytest.mark.parametrize("interval_s", [1, 5, 15])
def test_a_receiver_at_rest_is_odd_while_kilometres_are_claimed(parts, interval_s):
    fixes = [(n * interval_s, 0.0, 0.0) for n in range(round(720 / interval_s))]
    found = judged(parts, noisy(fixes, 10), claimed=drive(3))
    assert found.improbability > 0.9
    assert TripReason.STANDS_STILL in found.reasons
    assert not odd(parts, noisy(fixes, 10), claimed=fixes)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leap_of_three_kilometres_that_lasts_is_odd(parts, seed):
    fixes = drive(seed)
    found = judged(parts, off_at(fixes, 20, 3, len(fixes)), claimed=fixes, ends=False)
    assert found.improbability > 0.5
    assert found.reasons == [TripReason.JUMPS]


@pytest.mark.parametrize("at", [2, 3, -3, -4])
def test_a_leap_soon_after_the_start_or_before_the_end_is_odd(parts, at):
    # A car that waits at first is not told from a receiver that was just switched on.
    drives = [fixes for fixes in map(drive, SEEDS) if length_km(fixes[:2]) >= 0.02]
    assert len(drives) > 6
    for fixes in drives:
        told = off_at(fixes, at % len(fixes), 3, len(fixes))
        assert judged(parts, told, claimed=fixes, ends=False).reasons == [TripReason.JUMPS]


def test_a_leap_two_fixes_before_the_end_is_odd_where_the_car_drives(parts):
    first = drive(1)
    x, y = first[-1][1:]
    fixes = [*first, *((first[-1][0] + 15.0 * n, x + 0.2 * n, y) for n in range(1, 6))]
    told = off_at(fixes, len(fixes) - 2, 3, 2)
    assert judged(parts, told, claimed=fixes, ends=False).reasons == [TripReason.JUMPS]


def test_a_car_that_is_somewhere_else_again_and_again_is_odd(parts):
    hops = [(15.0 * n, 3.0 * (n // 2 % 2), 0.3 * n) for n in range(24)]
    assert TripReason.JUMPS in judged(parts, hops, ends=False).reasons


def test_a_receiver_at_rest_but_for_one_step_is_odd_and_a_gap_in_the_track_is_not(parts):
    rests = [(15.0 * n, 0.0, 0.0) for n in range(20)]
    for gap_s, reasons in ((60, [TripReason.JUMPS]), (600, [])):
        arrives = [(285 + gap_s + 15.0 * n, 2.0, 1.0) for n in range(3)]
        assert judged(parts, rests + arrives, ends=False).reasons == reasons


def test_a_track_that_ends_elsewhere_at_the_end_of_the_trip_is_odd(parts):
    fixes = drive(2)
    found = judged(parts, fixes, dropoff_lat=place(9, 0)[0], dropoff_lon=place(9, 0)[1])
    assert found.improbability > 0.5
    assert found.reasons == [TripReason.ENDS_ELSEWHERE]


@pytest.mark.parametrize("times", [1.5, 2])
def test_claims_beyond_the_track_are_odd_where_the_city_is_known(parts, times):
    found = judged(parts, drive(5), KNOWN + 5, times=times)
    assert found.improbability > 0.5
    assert found.reasons == [TripReason.LONGER_THAN_TRACK, TripReason.SLOWER_THAN_TRACK]


def test_a_distance_is_odd_beside_a_duration_where_distances_alone_are_loose(parts):
    trips, draw = parts.trips(), random.Random(1)
    for n in range(4 * KNOWN):
        told, later = drive(1000 + n), (n - 4 * KNOWN - 1) * DAY_S
        trips.ping(pings(told, f"c{n}", later))
        loose = length_km(told) * math.exp(abs(draw.gauss(0, 0.3)))
        trips.judge(trip_of(told, f"c{n}", later, distance_km=loose))
    for n, (km_times, s_times, found) in enumerate([(1.9, 1, False), (1, 1.5, False), (1.9, 1.5, True)]):
        fixes, later = drive(5 + n), DAY_S * n
        claims = {"distance_km": km_times * length_km(fixes), "duration_s": s_times * fixes[-1][0]}
        trips.ping(pings(fixes, f"t{n}", later))
        judgement = trips.judge(trip_of(fixes, f"t{n}", later, **claims))
        assert (judgement.improbability > 0.5) == found, n


def test_tracks_that_begin_late_do_not_loosen_what_claims_are_usual(parts):
    trips = parts.trips()
    for n in range(4 * KNOWN):
        told, later = drive(1000 + n, minutes=20), (n - 4 * KNOWN - 1) * DAY_S
        trips.ping(pings(told[40:] if n % 2 else told, f"c{n}", later))
        trips.judge(trip_of(told, f"c{n}", later))
    trips.ping(pings(drive(5)))
    assert trips.judge(trip_of(drive(5), times=1.5)).improbability > 0.5


def test_fixes_of_another_time_are_told(parts):
    fixes, trips = drive(5), parts.trips()
    trips.ping(pings(fixes, later_s=-3_600))
    found = trips.judge(trip_of(fixes))
    assert found.reasons == [TripReason.CLOCK_OFF]
    assert found.improbability < 0.5
