"""GPS tracks: what forged ones show, what honest ones may look like, and how few are kept."""

import math
import random

import pytest

from graph.model.vocabulary import TripReason
from graph.updates.replays import ANOTHER_TIME_MIN
from graph.updates.sketches import KNOWN
from graph.updates.tracks import TRACK_LIFE_MS
from tests.unit.graph.drives import (
    drive,
    legs,
    length_km,
    line,
    noisy,
    off_at,
    pings,
    place,
    trip_of,
    without,
)

SEEDS = range(12)
DAY_S = 86_400


def judged(parts, fixes, city=0, claimed=None, **claims):
    """What is made of a trip with these fixes and the claims of ``claimed``, after so many honest trips."""
    trips = parts.trips()
    for n in range(city):
        told, later = drive(1000 + n), (n - city - 1) * DAY_S
        trips.ping(pings(told, f"c{n}", later))
        trips.judge(trip_of(told, f"c{n}", later))
    trips.ping(pings(fixes))
    return trips.judge(trip_of(claimed or fixes, **claims))


def odd(parts, fixes, city=0, **more) -> bool:
    return judged(parts, fixes, city, **more).improbability > 0.5


# -- forged ------------------------------------------------------------------------------------------


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


def replay(parts, later_s, skip=0, digits=6):
    """The same fixes again, so much later, without the first few."""
    trips, fixes = parts.trips(), drive(4)
    trips.ping(pings(fixes, "first", digits=digits))
    trips.judge(trip_of(fixes, "first"))
    trips.ping(pings(fixes[skip:], "again", later_s, digits))
    return trips.judge(trip_of(fixes, "again", later_s))


@pytest.mark.parametrize("later_s", [3_600, 40 * DAY_S])
def test_the_same_fixes_at_another_time_are_odd(parts, later_s):
    found = replay(parts, later_s)
    assert found.improbability > 0.9
    assert TripReason.REPLAYED in found.reasons


def test_the_same_fixes_are_odd_without_the_first_few(parts):
    assert TripReason.REPLAYED in replay(parts, DAY_S, skip=4).reasons


def test_fixes_of_another_time_are_told(parts):
    fixes, trips = drive(5), parts.trips()
    trips.ping(pings(fixes, later_s=-3_600))
    found = trips.judge(trip_of(fixes))
    assert found.reasons == [TripReason.CLOCK_OFF]
    assert found.improbability < 0.5


# -- honest ------------------------------------------------------------------------------------------


def waiting(fixes):
    """The same drive, over a minute before its end."""
    return [(t, *fixes[min(n, len(fixes) - 5)][1:]) for n, (t, _, _) in enumerate(fixes)]


def slowly_off(fixes, place, km):
    """Off to the east in two steps, and back in two."""
    away = {place: km / 2, place + 1: km, place + 2: km, place + 3: km / 2}
    return [(t, x + away.get(n, 0.0), y) for n, (t, x, y) in enumerate(fixes)]


HONEST = {
    "an ordinary drive": lambda fixes: fixes,
    "one fix off by a kilometre": lambda fixes: off_at(fixes, 20, 1),
    "one fix off by three kilometres": lambda fixes: off_at(fixes, 20, 3),
    "the first fix off": lambda fixes: off_at(fixes, 0, 3),
    "the first fixes where it was switched off": lambda fixes: [
        *((t, 3.0, 3.0) for t, _, _ in fixes[:3]),
        *fixes[3:],
    ],
    "the first fixes off, one here and one there": lambda fixes: [
        (t, x + (3.0, 4.5, 3.0)[n] if n < 3 else x, y) for n, (t, x, y) in enumerate(fixes)
    ],
    "the last two fixes off where the car waits": lambda fixes: off_at(waiting(fixes), len(fixes) - 2, 3, 2),
    "the last fix off": lambda fixes: off_at(fixes, len(fixes) - 1, 3),
    "two fixes off": lambda fixes: off_at(fixes, 20, 5, 2),
    "off and back in two steps each": lambda fixes: slowly_off(fixes, 20, 4),
    "off and back in two steps each, soon after the start": lambda fixes: slowly_off(fixes, 5, 5),
    "off for a minute and a half": lambda fixes: off_at(fixes, 20, 3, 6),
    "the last place told again and again": lambda fixes: [
        (t, *fixes[n // 4 * 4][1:]) for n, (t, _, _) in enumerate(fixes)
    ],
    "between high houses": lambda fixes: noisy(fixes, 200),
    "a tunnel of a minute": lambda fixes: without(fixes, 200, 60),
    "a tunnel of five minutes": lambda fixes: without(fixes, 200, 300),
    "rounded to a grid": lambda fixes: [(t, round(x, 1), round(y, 1)) for t, x, y in fixes],
    "a fix each second minute": lambda fixes: fixes[::8],
}


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("what", HONEST)
def test_an_honest_drive_is_not_odd_whatever_happens_to_its_receiver(parts, what, ends):
    for seed in SEEDS:
        fixes = drive(seed)
        assert not odd(parts, HONEST[what](fixes), claimed=fixes, ends=ends), seed


@pytest.mark.parametrize("late_s", [-240, 240])
def test_a_clock_that_is_minutes_off_loses_an_end_and_is_not_odd(parts, late_s):
    for seed in SEEDS:
        fixes, trips = drive(seed), parts.trips()
        trips.ping(pings([fix for fix in fixes if fix[0] + late_s <= fixes[-1][0]], later_s=late_s))
        assert trips.judge(trip_of(fixes)).improbability < 0.5, seed


def test_a_track_that_begins_with_the_way_to_the_rider_is_not_odd(parts):
    for seed in SEEDS:
        fixes = drive(seed, minutes=20)
        rides = [fix for fix in fixes if fix[0] >= 480]
        claims = {"distance_km": length_km(rides), "duration_s": rides[-1][0] - rides[0][0]}
        start = place(*rides[0][1:])
        claims |= {"pickup_lat": start[0], "pickup_lon": start[1]}
        assert not odd(parts, fixes, **claims), seed


def test_a_track_whose_beginning_is_missing_on_a_short_way_does_not_make_claims_odd(parts):
    for seed in SEEDS:
        fixes = drive(seed, minutes=5)
        third = len(fixes) // 3
        if math.dist(fixes[0][1:], fixes[third][1:]) > 0.4:
            assert not odd(parts, fixes[third:], KNOWN + 5, claimed=fixes), seed


def test_fixes_so_far_apart_that_no_light_shows_are_neither_ruler_nor_steady(parts):
    assert TripReason.RULER in judged(parts, line(8, 14, 60)).reasons
    assert judged(parts, line(30, 14, 400)).reasons == []
    assert judged(parts, legs(30, 14, 400)).reasons == []


def test_a_round_trip_is_not_odd(parts):
    there = drive(6, minutes=8)
    back = [(2 * there[-1][0] - t + 5, x, y) for t, x, y in reversed(there)]
    assert not odd(parts, there + back)


def test_round_and_round_the_block_is_not_at_rest(parts):
    turns = [n / 4 + n % 5 / 20 for n in range(90)]
    fixes = [(15.0 * n, 0.35 - 0.35 * math.cos(turn), 0.35 * math.sin(turn)) for n, turn in enumerate(turns)]
    assert length_km(fixes) > 7
    assert TripReason.STANDS_STILL not in judged(parts, fixes).reasons


def cruise(seed):
    """A fix a second on a road out of town, of six minutes that a long tunnel may hide most of."""
    draw, x, y, fixes = random.Random(seed), 0.0, 0.0, []
    for t in range(360):
        if t % 10 == 0:
            kmh, turn = draw.choice([40, 60, 80, 100]), draw.choice([-0.4, 0, 0.4])
        x += kmh / 3600 * math.cos(turn)
        y += kmh / 3600 * math.sin(turn)
        fixes.append((float(t), x, y))
    return fixes


def test_half_a_minute_of_road_on_both_sides_of_a_long_tunnel_is_no_ruler(parts):
    for seed in SEEDS:
        assert judged(parts, without(cruise(seed), 30, 300), claimed=cruise(seed)).reasons == [], seed


def test_a_long_wait_on_the_way_is_not_odd(parts):
    first, rest = drive(7, minutes=5), drive(8, minutes=5)
    x, y = first[-1][1:]
    waits = [(first[-1][0] + 15 * n, x, y) for n in range(1, 60)]
    goes_on = [(waits[-1][0] + 15 + t, x + east, y + north) for t, east, north in rest]
    assert not odd(parts, noisy(first + waits + goes_on, 5))


def test_a_straight_road_with_lights_is_neither_ruler_nor_steady(parts):
    for seed in SEEDS:
        gone, fixes = 0.0, []
        for t, x, y in drive(seed):
            gone += length_km([fixes[-1][1], (t, x, y)]) if fixes else 0.0
            fixes.append(((t, gone, 0.0), (t, x, y)))
        assert not odd(parts, [fix for fix, _ in fixes]), seed


def test_a_phone_that_dies_half_way_says_nothing_about_the_rest(parts):
    drives = [drive(seed, minutes=20) for seed in SEEDS]
    went_on = [fixes for fixes in drives if math.dist(fixes[45][1:], fixes[-1][1:]) > 1]
    assert len(went_on) > 6
    for fixes in went_on:
        assert not odd(parts, fixes[:45], KNOWN + 5, claimed=fixes)


def test_two_passengers_in_one_car_share_their_fixes_at_the_same_time(parts):
    trips, fixes = parts.trips(), drive(4)
    trips.ping(pings(fixes, "one"))
    trips.ping(pings(fixes, "other"))
    trips.judge(trip_of(fixes, "one"))
    assert trips.judge(trip_of(fixes, "other")).reasons == []


def test_fixes_told_again_within_minutes_are_no_replay(parts):
    assert replay(parts, 60 * (ANOTHER_TIME_MIN - 1)).reasons == []


def test_fixes_rounded_to_ten_metres_meet_again_on_the_same_street(parts):
    assert replay(parts, DAY_S, digits=4).reasons == []


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


# -- kept --------------------------------------------------------------------------------------------


def leap(trip="t", later_s=0.0):
    fixes = drive(1)
    return pings(off_at(fixes, 20, 3, len(fixes)), trip, later_s), trip_of(fixes, trip, later_s, ends=False)


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
