"""Trips in which somebody cannot have been: two at once, a driver or a phone elsewhere; and honest ones."""

from collections import defaultdict
from itertools import count

import msgspec
import pytest

from graph.kernels.hashing import bytes_of, hash_bytes
from graph.model.events import AccountLogin, TripCompleted
from graph.model.vocabulary import TripReason
from graph.state.sizes import WHEREABOUTS_SLOTS
from graph.updates.signs import PRIOR, WORTH
from graph.updates.sketches import KNOWN
from tests.unit.graph.drives import NOON, place
from tests.unit.graph.sides.parts import ENGINE_PARTS

QUARTER_H = 900
MIN = 60
DAY_MIN = 1_440
HERE, NEAR, FAR = (0.0, 0.0), (3.0, 0.0), (40.0, 0.0)


def ride(name, begins_min, minutes=10.0, start=HERE, end=NEAR, rider=None, driver="d", **claims):
    """A trip from one place in km to another, of riders of their own unless told."""
    (a, b), (c, d) = place(*start), place(*end)
    told = {"pickup_lat": a, "pickup_lon": b, "dropoff_lat": c, "dropoff_lon": d}
    return TripCompleted(
        event_id=name,
        ts=NOON + round((begins_min + minutes) * MIN * 1000),
        trip_id=name,
        rider_id=rider or f"rider of {name}",
        driver_id=driver,
        fare=8.0,
        distance_km=4.0,
        duration_s=minutes * MIN,
        **(told | claims),
    )


def login(who, at_min, where):
    lat, lon = place(*where)
    return AccountLogin(
        event_id=f"{who} {at_min}",
        ts=NOON + round(at_min * MIN * 1000),
        account_id=who,
        device_id=f"{who}'s phone",
        lat=lat,
        lon=lon,
    )


def last_of(parts, *trips, logins=()):
    told = parts.trips()
    told.login(logins)
    return [told.judge(trip) for trip in trips][-1]


def only(found, reason):
    """Whether this is told, and alone does not make the trip odd."""
    return found.reasons == [reason] and found.improbability < 0.5


def test_no_sign_of_company_makes_a_trip_odd_alone():
    told = list(TripReason)
    for reason in told[told.index(TripReason.OVERLAPS) :]:
        assert WORTH[told.index(reason)] < -PRIOR, reason


# -- at once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["driver", "rider"])
def test_two_trips_at_once_of_one_driver_or_rider_overlap(parts, who):
    drivers = ("d", "d") if who == "driver" else ("d1", "d2")
    rider = None if who == "driver" else "r"
    trips = (
        ride(n, 5 * k, 30, rider=rider, driver=d) for k, (n, d) in enumerate(zip("ab", drivers, strict=True))
    )
    found = last_of(parts, *trips)
    assert only(found, TripReason.OVERLAPS)


def test_trips_one_after_another_do_not_overlap(parts):
    assert last_of(parts, ride("a", 0), ride("b", 12, start=(2.0, 0.3), end=HERE)).reasons == []
    assert last_of(parts, ride("a", 0), ride("b", 9, start=(3.2, 0.3), end=HERE)).reasons == []


def test_clocks_that_tell_quarters_of_an_hour_do_not_make_trips_overlap(parts):
    begins = (-NOON // 1000 % QUARTER_H) / MIN
    first, second = ride("a", begins, 15), ride("b", begins + 15, 15)
    longer = msgspec.structs.replace(second, duration_s=1_500.0)
    assert first.ts % (QUARTER_H * 1000) == 0
    assert last_of(parts, first, longer).reasons == []


def test_a_city_of_shared_rides_knows_overlaps(parts):
    trips = parts.trips()
    shared = [ride(f"c{n}", 20 * (n // 2) + 4 * (n % 2), 20) for n in range(3 * KNOWN)]
    assert TripReason.OVERLAPS in [trips.judge(each) for each in shared[:2]][-1].reasons
    assert [trips.judge(each).reasons for each in shared[2:]][-1] == []


def test_a_clock_that_ran_on_is_slow_and_overlaps_and_is_not_told_twice(parts):
    trips = parts.trips()
    for n in range(KNOWN + 5):
        trips.judge(ride(f"c{n}", (n - KNOWN - 10) * DAY_MIN))
    trips.judge(ride("a", 0, 20))
    found = trips.judge(ride("b", -700, 730))
    assert found.reasons == [TripReason.TOO_SLOW]
    assert found.improbability < 0.5


# -- elsewhere ---------------------------------------------------------------------------------------


def test_a_driver_who_was_elsewhere_minutes_before_is_away(parts):
    assert only(last_of(parts, ride("a", 0, end=FAR), ride("b", 13)), TripReason.DRIVER_AWAY)


@pytest.mark.parametrize(
    ("begins", "changes"),
    [
        (45, {}),
        (200, {}),
        (13, {"pickup_lat": None, "pickup_lon": None}),
        (13, {"pickup_lat": 0.0, "pickup_lon": 0.0}),
        (13, {"pickup_lat": 0.12, "pickup_lon": 0.23}),
    ],
)
def test_a_driver_who_had_the_time_or_whose_place_is_unknown_is_not_away(parts, begins, changes):
    assert last_of(parts, ride("a", 0, end=FAR), ride("b", begins, **changes)).reasons == []


def test_the_middle_of_an_area_puts_nobody_elsewhere(parts):
    trips = parts.trips()
    for n in range(KNOWN):
        trips.judge(ride(f"c{n}", -1000 + 15 * n, start=HERE if n % 2 else FAR, end=FAR, driver=f"d{n}"))
    trips.judge(ride("a", 0, end=FAR))
    assert trips.judge(ride("b", 13)).reasons == []


def test_a_phone_that_logged_in_elsewhere_minutes_before_is_away(parts):
    found = last_of(parts, ride("a", 0, rider="r"), logins=[login("r", -5, FAR)])
    assert only(found, TripReason.PHONE_AWAY)


@pytest.mark.parametrize(
    "logins",
    [
        [login("r", -5, (0.5, 0.5))],
        [login("r", -60, FAR)],
        [login("r", 5, NEAR)],
        [login("r", -5, FAR), login("r", -1, HERE)],
        [login("somebody", -5, FAR)],
    ],
)
def test_a_phone_at_either_end_or_long_before_is_not_away(parts, logins):
    assert last_of(parts, ride("a", 0, rider="r"), logins=logins).reasons == []


def test_who_books_two_rides_for_others_is_not_told_twice(parts):
    trips = ride("a", 0, 30, rider="r", driver="d1"), ride("b", 2, 30, rider="r", driver="d2")
    assert only(last_of(parts, *trips, logins=[login("r", -3, FAR)]), TripReason.OVERLAPS)


# -- already there -----------------------------------------------------------------------------------


def test_a_pick_up_where_the_last_rider_got_out_is_told(parts):
    found = last_of(parts, ride("a", 0), ride("b", 20, start=NEAR, end=HERE))
    assert only(found, TripReason.ALREADY_THERE)
    assert found.improbability < 0.05


def test_a_city_of_ranks_knows_pick_ups_where_the_last_rider_got_out(parts):
    trips = parts.trips()
    for n in range(KNOWN + 5):
        spot = (3.0 + 0.3 * n, 0.0)
        trips.judge(ride(f"c{n}", 100 * n, end=spot))
        trips.judge(ride(f"k{n}", 100 * n + 20, start=spot, end=HERE))
    later = 100 * (KNOWN + 5)
    trips.judge(ride("a", later, end=(2.0, 2.0)))
    assert trips.judge(ride("b", later + 20, start=(2.0, 2.0), end=HERE)).reasons == []


# -- room --------------------------------------------------------------------------------------------


def namesakes(number):
    """So many names that share a set of the table."""
    sets = defaultdict(list)
    for n in count():
        text = bytes_of(f"driver {n}")
        ours = sets[int(hash_bytes(text, 0, len(text))) & WHEREABOUTS_SLOTS - 1 & ~3]
        ours.append(f"driver {n}")
        if len(ours) == number:
            break
    return ours


@pytest.mark.parametrize(("others", "reasons"), [(3, [TripReason.OVERLAPS]), (4, [])])
def test_of_five_in_a_set_the_one_least_lately_heard_of_gives_way(others, reasons):
    first, *more = namesakes(1 + others)
    trips = ENGINE_PARTS.trips()
    trips.judge(ride("a", 0, 30, driver=first))
    for n, each in enumerate(more):
        trips.judge(ride(f"o{n}", 1 + n, 30, driver=each))
    assert trips.judge(ride("b", 10, 30, driver=first)).reasons == reasons
