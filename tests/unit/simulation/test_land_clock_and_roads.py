from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from simulation.agenda import Track
from simulation.clock import Clock, weekday_of
from simulation.config import DAY_MS
from simulation.fares import Tariff
from simulation.geography import Land, straight_km
from simulation.habits import CityHabits
from simulation.routes import Routes
from simulation.streams import Dice, Streams

MONDAY = 1_740_960_000_000


def city(seed: int) -> tuple[CityHabits, Land, Clock]:
    streams = Streams(seed)
    habits = CityHabits.draw(streams.dice("habits"))
    return habits, Land(habits, streams.dice("land")), Clock(habits, streams.numbers("clock"))


def test_degrees_and_kilometres_agree():
    habits, land, _ = city(4)
    lat, lon = land.degrees((3.0, 4.0))
    north = (lat - habits.centre_lat) * 110.574
    east = (lon - habits.centre_lon) * 111.320 * math.cos(math.radians(habits.centre_lat))
    assert (east, north) == (pytest.approx(3.0, abs=0.001), pytest.approx(4.0, abs=0.001))


def test_a_zone_is_found_from_its_centre():
    _, land, _ = city(5)
    assert [land.zone_of(centre) for centre in land.zones] == list(range(len(land.zones)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_longer_trip_costs_more_and_none_less_than_the_minimum(seed: int):
    habits, _, clock = city(seed)
    tariff = Tariff(habits, clock)
    dice = Dice(seed)
    assert tariff.fare(MONDAY, 0.0, 0.0, dice) >= 0.94 * habits.least_fare
    short = [tariff.fare(MONDAY, 2.0, 300.0, dice) for _ in range(50)]
    far = [tariff.fare(MONDAY, 30.0, 3_000.0, dice) for _ in range(50)]
    assert max(short) < min(far)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rush_hour_is_the_slowest_and_night_the_fastest(seed: int):
    habits, _, clock = city(seed)
    midnight = MONDAY + DAY_MS - habits.utc_offset_h * 3_600_000
    night, rush, noon = (clock.speed(midnight + h * 3_600_000) for h in (3, 8, 12))
    assert rush < noon < night


def test_moments_stay_in_their_day_and_prefer_the_evening_to_the_small_hours():
    _, _, clock = city(6)
    moments = clock.moments(MONDAY, 20_000, np.random.default_rng(1))
    assert moments.min() >= MONDAY
    assert moments.max() < MONDAY + DAY_MS
    hours = [clock.hour(int(ts)) for ts in moments]
    assert sum(17 <= h < 20 for h in hours) > 3 * sum(2 <= h < 5 for h in hours)


def test_the_week_begins_on_monday():
    assert [weekday_of(MONDAY + day * DAY_MS) for day in range(7)] == list(range(7))


def _length(land: Land, habits: CityHabits, latitudes: list[float], longitudes: list[float]) -> float:
    per_lat, per_lon = land.km_per_degree
    points = [((lon * per_lon), (lat * per_lat)) for lat, lon in zip(latitudes, longitudes, strict=True)]
    return sum(straight_km(a, b) for a, b in pairwise(points))


def test_a_track_is_as_long_as_its_shape_says_and_forged_ones_look_forged():
    habits, land, _ = city(7)
    routes = Routes(habits, land, np.random.default_rng(2))
    a, b = (0.0, 0.0), (40.0, 30.0)
    for shape, ratio in enumerate(routes.ratios[:20]):
        assert ratio >= 1.05
        road = _length(land, habits, *routes.trace(shape, a, b, 120, Track.ROAD, 5))
        assert road == pytest.approx(50.0 * ratio, rel=0.06)
    ruler = _length(land, habits, *routes.trace(0, a, b, 120, Track.RULER, 5))
    assert ruler == pytest.approx(50.0, rel=0.001)
    still = _length(land, habits, *routes.trace(0, a, b, 120, Track.STILL, 5))
    assert still < 1.0
    latitudes, _ = routes.trace(0, a, b, 120, Track.JUMP, 5)
    steps = np.abs(np.diff(latitudes)) * 110.574
    assert sorted(steps > 5.0)[-3:] == [False, True, True]
