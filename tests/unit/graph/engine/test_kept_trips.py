"""Which trips are kept as evidence."""

from graph.engine.kept_trips import TripKeeper
from graph.model.events import TripCompleted


def trip(number: int, rider: str, driver: str) -> TripCompleted:
    return TripCompleted(
        event_id=f"e{number}",
        ts=1_700_000_000_000 + number,
        trip_id=f"t{number}",
        rider_id=rider,
        driver_id=driver,
        fare=9.0,
    )


def ids(trips):
    return [each.trip_id for each in trips]


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
