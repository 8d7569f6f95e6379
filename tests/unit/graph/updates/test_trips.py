"""What is odd about a trip, against the city's own trips so far."""

import math
import random

import pytest

from graph.model.events import TripCompleted
from graph.updates.habits import MIN_TRIPS
from tests.unit.graph.scenes import KM_LAT, fare_of


def trip(km=5.0, minutes=12.0, fare=None, crow_km=None, **more) -> TripCompleted:
    ends = {}
    if crow_km is not None:
        ends = {
            "pickup_lat": 48.0,
            "pickup_lon": 16.0,
            "dropoff_lat": 48 + crow_km * KM_LAT,
            "dropoff_lon": 16.0,
        }
    return TripCompleted(
        event_id="e",
        ts=1_700_000_000_000,
        trip_id="t",
        rider_id="r",
        driver_id="d",
        fare=fare_of(km, minutes) if fare is None else fare,
        distance_km=km,
        duration_s=minutes * 60,
        **ends,
        **more,
    )


def city(parts, trips: int = 400, noise: float = 0.0, seed: int = 3):
    """The habits of a city that has seen trips at its price list and at 20 to 30 km/h."""
    habits, draw = parts.habits(), random.Random(seed)
    for _ in range(trips):
        km = draw.uniform(1, 12)
        minutes = 60 * km / draw.uniform(20, 30)
        habits.judge(trip(km, minutes, fare_of(km, minutes) * (1 + draw.uniform(-noise, noise))))
    return habits


def surcharge(habits, **fields) -> float:
    return habits.judge(trip(**fields))[0]


def odd(habits, **fields) -> bool:
    """Whether a claim of the trip does not hold. Which one, the engine does not keep."""
    return habits.judge(trip(**fields))[1]


def test_the_regression_recovers_the_price_list(parts):
    habits = city(parts)
    surcharge(habits)
    assert habits.prices() == pytest.approx((2.5, 1.1, 0.3), abs=1e-6)


def test_the_regression_recovers_a_noisy_price_list_closely_enough_for_fares(parts):
    habits = city(parts, trips=3000, noise=0.1)
    for km, minutes in ((2.0, 5.0), (6.0, 15.0), (11.0, 26.0)):
        assert abs(surcharge(habits, km=km, minutes=minutes)) < 0.02


def test_a_surcharge_is_the_logarithm_of_what_was_paid_over_what_the_city_charges(parts):
    fare = fare_of(5.0, 12.0)
    assert surcharge(city(parts), fare=fare) == pytest.approx(0, abs=1e-6)
    assert surcharge(city(parts), fare=1.3 * fare) == pytest.approx(math.log(1.3), abs=1e-6)
    assert surcharge(city(parts), fare=100 * fare) == 1.5
    assert surcharge(city(parts), fare=0.0) == -1.5


def test_a_fare_far_above_the_citys_is_odd_and_one_a_little_above_is_not(parts):
    fare = fare_of(5.0, 12.0)
    assert odd(city(parts), fare=1.7 * fare)
    assert not odd(city(parts), fare=1.5 * fare)


def test_a_trip_too_fast_or_too_slow_for_the_city_is_odd(parts):
    assert odd(city(parts), km=12.0, minutes=5, fare=0)
    assert odd(city(parts), km=1.0, minutes=20, fare=0)
    assert not odd(city(parts), km=5.0, minutes=12)


def test_odd_speeds_do_not_become_the_citys_habit(parts):
    habits = city(parts)
    for _ in range(400):
        assert odd(habits, km=12.0, minutes=3, fare=0)


def test_a_claim_of_three_times_the_crows_distance_is_odd(parts):
    assert odd(parts.habits(), km=6.0, crow_km=1.5)
    assert not odd(parts.habits(), km=6.0, crow_km=4.5)
    assert not odd(parts.habits(), km=0.9, crow_km=0.0)


def test_a_city_not_yet_known_calls_nothing_odd_by_comparison(parts):
    habits = city(parts, trips=MIN_TRIPS - 1)
    assert not odd(habits, km=12.0, minutes=1, fare=500)


def test_a_trip_without_distance_or_duration_teaches_nothing_and_is_not_odd(parts):
    habits = city(parts)
    for missing in ({"km": 0.0}, {"minutes": 0.0}):
        assert habits.judge(trip(fare=500.0, **missing)) == (0.0, False)
    surcharge(habits)
    assert habits.prices() == pytest.approx((2.5, 1.1, 0.3), abs=1e-6)


def test_trips_of_one_length_give_no_price_list_and_no_surcharge(parts):
    habits = parts.habits()
    for _ in range(300):
        assert surcharge(habits) == 0.0


def test_an_odd_track_makes_its_trip_odd(parts):
    assert parts.habits().judge(trip(), odd_track=True) == (0.0, True)


def test_the_incentive_rate_starts_at_one_in_ten_and_follows_the_trips(parts):
    habits = parts.habits()
    assert habits.incentive_rate() == 0.1
    for n in range(90):
        surcharge(habits, incentive=5.0 if n < 9 else None)
    assert habits.incentive_rate() == 0.1
    surcharge(habits, incentive=0.0)
    assert habits.incentive_rate() == 10 / 101


def test_distances_agree_with_the_great_circle(parts):
    assert parts.distance_km(0, 0, 1, 0) == pytest.approx(111.195, rel=1e-6)
    vienna, airport = (48.2082, 16.3738), (48.1103, 16.5697)
    assert parts.distance_km(*vienna, *airport) == pytest.approx(18.15, rel=5e-3)
    assert parts.distance_km(*vienna, *vienna) == 0
