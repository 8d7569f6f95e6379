"""At what pace accounts are used and for what, worked out by hand."""

import pytest

from tests.unit.graph.scenes import Scene

HOUR = 1 / 24


def measured(side, scene: Scene, *accounts: str):
    return side.of(scene).weighed(set(accounts)).evidence


def test_rides_of_one_outing_follow_each_other_soon(side):
    scene = Scene()
    for name in ("ann", "bob"):
        scene.signs_up(name, 1, "phone")
    for hour in (0, 2, 4.9, 8):
        scene.rides("ann", "dan", 2 + hour * HOUR)
    scene.rides("bob", "dan", 3)
    scene.rides("bob", "eve", 3 + 2 * HOUR)
    e = measured(side, scene, "ann", "bob", "dan")
    assert e.again_inside == 2 / 5  # Bob's second ride was with another driver.
    assert e.rides_again == 3 / 6
    assert e.rides_repeated == 3 / 6


def test_rides_that_come_late_still_follow_each_other_soon(side):
    scene = Scene()
    scene.signs_up("ann", 1, "phone")
    scene.rides("ann", "dan", 2 + 2 * HOUR)
    scene.rides("ann", "dan", 2)
    e = measured(side, scene, "ann", "dan")
    assert (e.again_inside, e.rides_again) == (1 / 2, 1 / 2)
    assert e.ride_lag == pytest.approx((0.5 + 1.0) / 2)  # A day after its first sight; Dan never rode.


def test_days_are_counted_once_however_many_events_they_have(side):
    scene = Scene()
    scene.signs_up("ann", 1.1, "phone")
    scene.logs_in("ann", 1.2, "phone")
    scene.logs_in("ann", 3.9, "phone")
    scene.logs_in("ann", 4.1, "phone")
    scene.signs_up("bob", 4.2, "phone")
    e = measured(side, scene, "ann", "bob")
    assert e.used_days == (3 + 1) / 2
    assert e.days_per_event == pytest.approx((3 / 4 + 1) / 2)
    assert e.login_share == 3 / 5


def test_what_events_are_is_a_share_of_all(side):
    scene = Scene()
    scene.signs_up("ann", 1, "phone")
    scene.adds_card("ann", 1.5, "card")
    scene.is_paid_to("ann", 2, "bank")
    scene.takes("ann", 3, "launch")
    scene.signs_up("bob", 3, "phone")
    e = measured(side, scene, "ann", "bob")
    assert (e.card_share, e.payout_share, e.trip_share) == (1 / 5, 1 / 5, 0)
    assert e.promo_lag == pytest.approx((2 / 3 + 1) / 2)
    assert e.ride_lag == 1
    assert e.silent_days == 0


def test_an_incentive_for_a_ride_counts_whoever_drove(side):
    scene = Scene()
    scene.signs_up("ann", 1, "phone")
    scene.signs_up("bob", 1, "phone")
    scene.rides("ann", "dan", 2, incentive=4.0)
    scene.rides("ann", "eve", 3)
    e = measured(side, scene, "ann", "bob")
    assert e.rides_paid == 1 / 2


def test_one_more_account_like_the_others_changes_nothing(side):
    """What is read here must not make a crew safer as it grows."""
    found = []
    for number in (4, 40):
        scene = Scene()
        names = [f"c{n}" for n in range(number)]
        for n, name in enumerate(names):
            scene.signs_up(name, 1 + n / 1000, "phone")
        for n, name in enumerate(names):
            scene.takes(name, 2 + n / 1000, "launch", device="phone")
        e = measured(side, scene, *names)
        found.append((e.used_days, e.days_per_event, e.promo_lag, e.ride_lag, e.trip_share))
    assert found[0] == pytest.approx(found[1], abs=1e-6)
