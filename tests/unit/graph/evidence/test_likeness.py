"""How alike accounts are and how they stand beside the city, worked out by hand."""

import math

import pytest

from tests.unit.graph.scenes import Scene

CREW = [f"c{n}" for n in range(4)]


def measured(side, scene: Scene):
    return side.of(scene).weighed(set(CREW)).evidence


def city(scene: Scene) -> None:
    """Twelve others with four trips each, by two drivers, and a promotion of two for every other."""
    for n in range(12):
        scene.signs_up(f"r{n}", 1, f"phone of r{n}")
        for trip in range(4):
            scene.rides(f"r{n}", f"d{trip % 2}", 2 + n / 100 + trip)
        if n % 2:
            scene.takes(f"r{n}", 3, "launch", 2.0)


def test_accounts_used_alike_have_no_spread(side):
    scene = Scene()
    city(scene)
    for name in CREW:
        scene.signs_up(name, 10, "phone")
        scene.takes(name, 10.5, "launch", 2.0, device="phone")
    e = measured(side, scene)
    spreads = (e.trips_spread, e.events_spread, e.first_spread_days, e.last_spread_days)
    assert spreads == pytest.approx((0, 0, 0, 0), abs=1e-9)
    assert (e.few_trips, e.dormant) == (1, 0)


def test_people_of_one_home_are_used_differently(side):
    scene = Scene()
    city(scene)
    for n, name in enumerate(CREW):
        scene.signs_up(name, 1 + n, "phone")
        for trip in range(2 * n):
            scene.rides(name, f"d{trip % 2}", 6 + n / 100 + trip)
    e = measured(side, scene)
    logs = [math.log(1 + trips) for trips in (0, 2, 4, 6)]
    mean = sum(logs) / 4
    assert e.trips_spread == pytest.approx(math.sqrt(sum((x - mean) ** 2 for x in logs) / 4))
    assert e.first_spread_days == pytest.approx(math.sqrt(1.25))
    assert e.few_trips == 1 / 4


def test_accounts_that_served_lie_still(side):
    scene = Scene()
    for name in CREW:
        scene.signs_up(name, 1, "phone")
    for name in CREW[:3]:
        scene.takes(name, 3, "launch", 2.0, device="phone")
    scene.logs_in("c3", 21, "phone")
    e = measured(side, scene)
    assert e.dormant == 3 / 4
    assert e.used_part == pytest.approx((3 * 2 / 20 + 20 / 20) / 4)
    assert e.event_rate == pytest.approx(math.log(3) - math.log(1 + (3 * 2 + 20) / 4))


def test_what_is_usual_in_the_city_is_one_half(side):
    scene = Scene()
    city(scene)
    for name in CREW:
        scene.signs_up(name, 10, "phone")
    for name in CREW[:2]:
        scene.takes(name, 10.5, "launch", 8.0, device="phone")
    scene.disowns("c0", 11)
    e = measured(side, scene)
    # Fourteen others: six took a promotion, for 12 in all, and none disowned a payment.
    assert e.promos_beside_city == pytest.approx((2 / 4) / (2 / 4 + 6 / 14))
    assert e.promo_worth_beside_city == pytest.approx((16 / 4) / (16 / 4 + 12 / 14))
    assert e.chargebacks_beside_city == 1
    assert e.trips_beside_city == 0


def test_trips_beside_the_city_count_live_ones_of_both_ends(side):
    scene = Scene()
    city(scene)
    for name in CREW:
        scene.signs_up(name, 1, "phone")
        scene.rides(name, "d0", 7)
    e = measured(side, scene)
    assert e.trips_beside_city == pytest.approx(1 / (1 + (2 * 52 - 4) / 14))
