"""Which trips are kept as evidence."""

import numpy as np

from graph.engine.kept_trips import TripKeeper
from graph.model.changes import JudgedTrip
from graph.model.events import TripCompleted
from graph.state.records import TOLD_TRIP


def trip(number: int, rider: str, driver: str, integrity: float = 0.99) -> JudgedTrip:
    told = np.zeros(1, TOLD_TRIP)
    told["integrity"] = integrity
    return JudgedTrip(
        TripCompleted(
            event_id=f"e{number}",
            ts=1_700_000_000_000 + number,
            trip_id=f"t{number}",
            rider_id=rider,
            driver_id=driver,
            fare=9.0,
        ),
        told.tobytes(),
    )


def ids(trips):
    return [each.trip.trip_id for each in trips]


def test_an_odd_trip_is_kept_whoever_took_it():
    trips = [trip(1, "ann", "dan", 0.49), trip(2, "ann", "dan", 0.5)]
    assert ids(TripKeeper().keep(trips, ())) == ["t1"]


def test_a_trip_is_kept_when_either_end_stands_in_a_ring():
    keeper = TripKeeper()
    trips = [trip(1, "ann", "dan"), trip(2, "bob", "dan"), trip(3, "cid", "eve")]
    assert ids(keeper.keep(trips, {"bob", "eve"})) == ["t2", "t3"]


def test_a_trip_from_before_the_ring_is_kept_once_its_account_joins():
    keeper = TripKeeper()
    assert keeper.keep([trip(1, "ann", "dan"), trip(2, "bob", "eve")], ()) == []
    assert ids(keeper.keep([trip(3, "ann", "dan")], {"ann"})) == ["t1", "t3"]
    assert keeper.keep([], {"ann"}) == []


def test_what_waits_is_bounded_and_the_oldest_goes_first():
    keeper = TripKeeper(waiting=2)
    keeper.keep([trip(n, "ann", "dan") for n in range(5)], ())
    assert ids(keeper.keep([], {"dan"})) == ["t3", "t4"]


def test_a_member_that_left_keeps_no_more():
    keeper = TripKeeper()
    keeper.keep([], {"ann"})
    assert keeper.keep([trip(1, "ann", "dan")], ()) == []
