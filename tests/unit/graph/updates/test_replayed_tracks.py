"""The same fixes again: odd at another time, and not among people who ride together."""

import pytest

from graph.model.vocabulary import TripReason
from graph.updates.replays import ANOTHER_TIME_MIN
from tests.unit.graph.drives import drive, pings, trip_of
from tests.unit.graph.judged_drives import DAY_S


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
