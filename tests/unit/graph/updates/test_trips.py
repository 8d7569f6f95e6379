"""What is odd about the claims of a trip, against the city's own trips so far."""

import math
import random
from itertools import count

import pytest

from graph.model.events import TripCompleted
from graph.model.vocabulary import TripReason
from graph.updates.habits import MIN_TRIPS, MOST_SURCHARGE
from graph.updates.places import REPEATED
from graph.updates.sketches import KNOWN
from tests.unit.graph.scenes import KM_LAT, fare_of

PEOPLE = count()
"""A number for everybody: no two trips here have people in common."""


def trip(km=5.0, minutes=12.0, fare=None, crow_km=None, ts=1_700_000_000_000, **more) -> TripCompleted:
    ends = {}
    if crow_km is not None:
        ends = {
            "pickup_lat": 48.123456,
            "pickup_lon": 16.123456,
            "dropoff_lat": 48.123456 + crow_km * KM_LAT,
            "dropoff_lon": 16.123456,
        }
    return TripCompleted(
        event_id="e",
        ts=ts,
        trip_id="t",
        rider_id=f"rider {next(PEOPLE)}",
        driver_id=f"driver {next(PEOPLE)}",
        fare=fare_of(km, minutes) if fare is None else fare,
        distance_km=km,
        duration_s=minutes * 60,
        **(ends | more),
    )


def city(parts, trips: int = 400, noise: float = 0.0, seed: int = 3):
    """A city that has seen trips at its price list and at 20 to 30 km/h."""
    habits, draw = parts.trips(), random.Random(seed)
    for _ in range(trips):
        km = draw.uniform(1, 12)
        minutes = 60 * km / draw.uniform(20, 30)
        habits.judge(trip(km, minutes, fare_of(km, minutes) * (1 + draw.uniform(-noise, noise))))
    return habits


def surcharge(habits, **fields) -> float:
    return habits.judge(trip(**fields)).surcharge


def reasons(habits, **fields) -> list[TripReason]:
    return habits.judge(trip(**fields)).reasons


# -- fares -------------------------------------------------------------------------------------------


def test_the_regression_recovers_the_price_list(parts):
    habits = city(parts)
    surcharge(habits)
    assert habits.prices() == pytest.approx((2.5, 1.1, 0.3), abs=1e-6)


def test_the_regression_recovers_a_noisy_price_list_closely_enough_for_fares(parts):
    habits = city(parts, trips=3000, noise=0.1)
    for km, minutes in ((2.0, 5.0), (6.0, 15.0), (11.0, 26.0)):
        assert abs(surcharge(habits, km=km, minutes=minutes)) < 0.02


def test_clocks_that_run_for_twelve_hours_do_not_teach_fares(parts):
    habits, draw = parts.trips(), random.Random(5)
    for n in range(1000):
        km = draw.uniform(1, 12)
        minutes = 60 * km / draw.uniform(20, 30)
        habits.judge(trip(km, 720 + minutes if n % 20 == 0 else minutes, fare_of(km, minutes)))
    assert habits.prices() == pytest.approx((2.5, 1.1, 0.3), abs=1e-6)


def test_overpriced_trips_do_not_become_the_price_list(parts):
    habits = city(parts)
    for n in range(200):
        km = 2 + n % 10
        minutes = 60 * km / 25
        habits.judge(trip(km, minutes, 2.5 * fare_of(km, minutes)))
    assert habits.prices() == pytest.approx((2.5, 1.1, 0.3), abs=1e-6)


def test_a_surcharge_is_the_logarithm_of_what_was_paid_over_what_is_expected(parts):
    fare = fare_of(5.0, 12.0)
    assert surcharge(city(parts), fare=fare) == pytest.approx(0, abs=1e-6)
    assert surcharge(city(parts), fare=1.3 * fare) == pytest.approx(math.log(1.3), abs=1e-6)
    assert surcharge(city(parts), fare=100 * fare) == MOST_SURCHARGE
    assert surcharge(city(parts), fare=0.0) == -MOST_SURCHARGE


def test_a_tariff_of_the_night_and_of_an_area_is_learnt(parts):
    habits, draw = city(parts), random.Random(8)
    night = 1_700_000_000_000 + 12 * 3_600_000
    airport = {"pickup_lat": 48.543211, "pickup_lon": 16.543211}
    for kind in ({"ts": night}, airport):
        assert surcharge(habits, fare=1.4 * fare_of(5.0, 12.0), **kind) > 0.15
        for _ in range(200):
            km = draw.uniform(4.1, 7.9)
            minutes = 60 * km / draw.uniform(20, 30)
            habits.judge(trip(km, minutes, 1.4 * fare_of(km, minutes), **kind))
        found = habits.judge(trip(fare=1.4 * fare_of(5.0, 12.0), **kind))
        assert abs(found.surcharge) < 0.1
        assert found.expected_fare == pytest.approx(1.4 * fare_of(5.0, 12.0), rel=0.1)


def test_a_fare_far_above_the_citys_is_told_and_one_a_little_above_is_not(parts):
    fare = fare_of(5.0, 12.0)
    assert reasons(city(parts), fare=1.7 * fare) == [TripReason.OVERPRICED]
    assert reasons(city(parts), fare=1.3 * fare) == []


def test_a_city_whose_price_list_is_not_known_calls_no_fare_odd(parts):
    habits = city(parts, trips=MIN_TRIPS - 1)
    found = habits.judge(trip(fare=500))
    assert (found.surcharge, found.expected_fare, found.reasons) == (0.0, None, [])


def test_a_trip_without_distance_or_duration_teaches_nothing_and_is_not_odd(parts):
    habits = city(parts)
    for missing in ({"km": 0.0}, {"minutes": 0.0}):
        found = habits.judge(trip(fare=500.0, **missing))
        assert (found.surcharge, found.reasons) == (0.0, [])
    surcharge(habits)
    assert habits.prices() == pytest.approx((2.5, 1.1, 0.3), abs=1e-6)


def test_trips_of_one_length_give_no_price_list_and_no_surcharge(parts):
    habits = parts.trips()
    for _ in range(300):
        assert surcharge(habits) == 0.0


# -- speeds ------------------------------------------------------------------------------------------


def test_a_trip_too_fast_or_too_slow_for_the_city_is_told(parts):
    assert reasons(city(parts), km=12.0, minutes=5, fare=0) == [TripReason.TOO_FAST]
    assert reasons(city(parts), km=2.0, minutes=60, fare=0) == [TripReason.TOO_SLOW]
    assert reasons(city(parts), km=5.0, minutes=12) == []


def test_the_time_that_a_trip_takes_is_expected(parts):
    found = city(parts).judge(trip())
    assert found.expected_s == pytest.approx(5.0 / 25 * 3600, rel=0.05)


def test_odd_speeds_do_not_become_the_citys_habit(parts):
    habits = city(parts)
    for _ in range(100):
        assert TripReason.TOO_FAST in reasons(habits, km=12.0, minutes=3, fare=0)


@pytest.mark.parametrize("claim", [{"minutes": 720}, {"minutes": 90}, {"fare": 60.0}, {"minutes": 1}])
def test_one_claim_that_may_be_a_broken_clock_a_jam_or_a_flat_fare_does_not_make_a_trip_odd(parts, claim):
    assert city(parts).judge(trip(**claim)).improbability < 0.5


def test_two_claims_that_do_not_hold_make_a_trip_odd(parts):
    found = city(parts).judge(trip(minutes=1, fare=60.0))
    assert found.improbability > 0.5
    assert found.reasons == [TripReason.TOO_FAST, TripReason.OVERPRICED]


# -- places ------------------------------------------------------------------------------------------


def test_a_claim_far_beyond_the_crows_distance_is_told(parts):
    assert reasons(parts.trips(), km=6.0, crow_km=0.1) == [TripReason.SHORTER_THAN_CLAIMED]
    assert reasons(parts.trips(), km=6.0, crow_km=4.5) == []
    assert reasons(parts.trips(), km=0.9, crow_km=0.0) == []


def test_a_round_trip_without_a_track_is_not_odd(parts):
    assert city(parts).judge(trip(km=6.0, minutes=15, crow_km=0.0)).improbability < 0.5


@pytest.mark.parametrize(
    "place", [(0.0, 0.0), (48.12, 16.34), (None, None), (48.5, None)], ids=["zero", "rounded", "none", "half"]
)
def test_coordinates_that_name_no_place_say_nothing(parts, place):
    ends = dict(zip(("dropoff_lat", "dropoff_lon"), place, strict=True))
    assert reasons(parts.trips(), km=6.0, crow_km=0.0, **ends) == []


def test_the_middle_of_an_area_says_nothing_once_it_has_come_up_again(parts):
    habits = parts.trips()
    told = [reasons(habits, km=6.0, crow_km=0.0) for _ in range(REPEATED)]
    assert told[0] == [TripReason.SHORTER_THAN_CLAIMED]
    assert told[-1] == []


def test_what_is_usual_of_a_city_is_not_odd_in_it(parts):
    habits, draw = parts.trips(), random.Random(4)
    for n in range(2 * KNOWN):
        km = draw.uniform(3, 9)
        minutes = 60 * km / draw.uniform(20, 30)
        far = {"dropoff_lat": 48.2 + n * 1.7e-4, "dropoff_lon": 16.2, "pickup_lat": 48.2 + n * 1.7e-4 + 1e-5}
        last = habits.judge(trip(km, minutes, **far, pickup_lon=16.2 + 0.05 * km * KM_LAT))
    assert last.reasons == []


def test_the_incentive_rate_starts_at_one_in_ten_and_follows_the_trips(parts):
    habits = parts.trips()
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
