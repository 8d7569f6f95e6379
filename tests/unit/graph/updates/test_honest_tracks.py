"""Honest drives are not odd, whatever happens to the driver or to the receiver."""

import math
import random

import pytest

from graph.model.vocabulary import TripReason
from graph.updates.sketches import KNOWN
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
from tests.unit.graph.judged_drives import SEEDS, judged, odd


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
