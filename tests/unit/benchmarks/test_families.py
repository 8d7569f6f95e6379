"""The families of the benchmark are honest, on trips dealt once; what is counted of rings is right."""

import random
from collections import Counter

import numpy as np
import pytest

from benchmarks.families import grounds, in_all, measure
from benchmarks.groups.driver_families import (
    OUTSIDE_A_DRIVER,
    OUTSIDE_A_RIDER,
    closed_family,
    open_family,
    rides_inside,
    rides_outside,
)
from benchmarks.groups.real_trips import FEWEST, MOST, WAY, RealTrip, deal, read_trips
from benchmarks.groups.stream import DAY_MS, START_MS, Stream, in_order
from graph.model.events import AccountCreated, CardAdded, PromoRedeemed, TripCompleted
from graph.model.results import Reason, Ring
from graph.model.vocabulary import RingKind


def some_trips(number):
    """Trips that can be told apart by their fare."""
    return [RealTrip(n / 100, float(n), dict.fromkeys(WAY, 1.0)) for n in range(number)]


def told(habit, families=5):
    """Families of one habit among strangers, and the events."""
    draw, stream = random.Random(1), Stream("")
    inside, others = deal(some_trips(400), families, draw)
    homes = [habit(stream, draw, f"family {n}") for n in range(families)]
    for home, ours in zip(homes, inside, strict=True):
        rides_inside(stream, draw, home, ours)
    rides_outside(stream, draw, homes, others)
    return homes, in_order(stream)


HABITS = pytest.mark.parametrize("habit", [closed_family, open_family], ids=lambda habit: habit.__name__)


def test_trips_are_dealt_once_and_eight_to_ten_to_a_family():
    trips = some_trips(500)
    inside, others = deal(trips, 40, random.Random(3))
    assert {len(ours) for ours in inside} == set(range(FEWEST, MOST + 1))
    assert sorted(trip.fare for ours in [*inside, others] for trip in ours) == [t.fare for t in trips]


def test_too_few_trips_are_refused():
    with pytest.raises(ValueError, match="found 20"):
        deal(some_trips(20), 3, random.Random(3))


def test_a_file_is_read_in_the_order_of_time_and_what_is_missing_is_none(tmp_path):
    columns = {name: np.array([1.5, np.nan], np.float32) for name in WAY}
    path = tmp_path / "trips.npz"
    np.savez(path, ts_ms=np.array([DAY_MS * 3, DAY_MS]), fare=np.array([7.0, 8.0], np.float32), **columns)
    assert read_trips(path) == [
        RealTrip(0.0, 8.0, dict.fromkeys(WAY)),
        RealTrip(2.0, 7.0, dict.fromkeys(WAY, 1.5)),
    ]


@HABITS
def test_every_trip_is_ridden_once_by_people_who_signed_up_and_nothing_is_granted(habit):
    _, events = told(habit)
    created = {event.account_id: event.ts for event in events if isinstance(event, AccountCreated)}
    ridden = [event for event in events if isinstance(event, TripCompleted)]
    assert sorted(event.fare for event in ridden) == [float(n) for n in range(400)]
    assert all(created[event.rider_id] < START_MS for event in ridden)
    assert all(created[event.driver_id] < START_MS for event in ridden)
    assert all(event.incentive is None for event in ridden)
    assert not any(isinstance(event, PromoRedeemed) for event in events)


@HABITS
def test_a_family_has_three_or_four_riders_and_one_card(habit):
    homes, events = told(habit, families=20)
    assert {len(home.riders) for home in homes} == {3, 4}
    for home in homes:
        cards = {e.card_id for e in events if isinstance(e, CardAdded) and e.account_id in home.accounts}
        assert len(cards) == 1


def test_a_closed_family_rides_with_itself_and_an_open_one_meets_strangers_as_often_as_said():
    for habit, of_driver, of_rider in (
        (closed_family, 0, 0),
        (open_family, OUTSIDE_A_DRIVER, OUTSIDE_A_RIDER),
    ):
        homes, events = told(habit)
        home_of = {account: n for n, home in enumerate(homes) for account in home.accounts}
        outside = Counter()
        for event in events:
            if isinstance(event, TripCompleted) and home_of.get(event.rider_id) != home_of.get(
                event.driver_id
            ):
                outside.update({event.rider_id, event.driver_id} & home_of.keys())
        for home in homes:
            assert outside[home.driver.account] == of_driver
            assert {outside[rider.account] for rider in home.riders} == {of_rider}


def test_trips_without_facts_keep_their_time_and_fare():
    assert some_trips(4)[3].without_facts() == RealTrip(0.03, 3.0, dict.fromkeys(WAY))


def ring(score, *rules):
    """A ring with a score and reasons."""
    reasons = [Reason(rule=rule, detail="", strength=1.0) for rule in rules]
    return Ring(
        ring_id="r",
        kind=RingKind.FAKE_RIDES,
        score=score,
        accounts=[],
        drivers=[],
        riders=[],
        entities=[],
        first_ts=0,
        flagged_ts=0,
        exposure=0.0,
        reasons=reasons,
        innocent_reasons=[],
    )


def test_grounds_count_rings_by_tenth_of_the_score_and_each_rule_once_a_ring():
    found = grounds([ring(0.97, "fake_rides", "fake_rides"), ring(0.61, "fake_rides", "takeover"), ring(1.0)])
    assert found == {
        "median_score": 0.97,
        "scores": {"0.6": 1, "0.9": 2},
        "kinds": {"fake_rides": 3},
        "rules": {"fake_rides": 2, "takeover": 1},
    }
    assert grounds([])["median_score"] is None


def test_what_is_said_of_all_seeds_is_the_sum():
    one = {"families": 5, "false_rings": 2, "of_families": 1, "families_ever_flagged": 3, "rules": {"a": 2}}
    other = one | {"false_rings": 4, "rules": {"a": 1, "b": 4}}
    assert in_all([one, other]) == {
        "families": 10,
        "false_rings": 6,
        "of_families": 2,
        "families_ever_flagged": 6,
        "by_seed": [2, 4],
        "rules": {"b": 4, "a": 3},
    }


def test_measuring_twice_says_the_same():
    trips = some_trips(400)
    first, second = (measure(trips, closed_family, 5, 1) for _ in range(2))
    assert first | {"seconds": 0} == second | {"seconds": 0}
