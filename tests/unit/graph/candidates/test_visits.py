"""Visits: settled accounts that turn up on one phone that is not theirs, and who is looked at with them."""

import pytest

from graph.model.vocabulary import EntityKind, Role
from tests.unit.graph.scenes import HOUR, Scene, moment

VICTIMS = ("ann", "bob", "cat")


def theft(victims=VICTIMS, settled: float = 10.0, gap: float = HOUR) -> Scene:
    """People with phones of their own, logged in on a thief's phone so many days later, one after another."""
    scene = Scene()
    for n, name in enumerate(victims):
        scene.signs_up(name, 1, f"{name}s phone", ip=f"{name}s home")
        scene.logs_in(name, 1 + settled + n * gap, "thiefs phone")
    return scene


def crowd(scene: Scene, trips: int = 60) -> None:
    """A city in which everybody rides with somebody else."""
    for n in range(trips):
        scene.rides(f"citizen{n}", f"driver{n % 20}", 2 + n / 10)


def assert_visit(side, scene: Scene, expected: set[str], *accounts: str) -> None:
    graph = side.of(scene)
    assert {graph.visit(account) for account in accounts or expected} == {frozenset(expected)}


def test_settled_accounts_on_one_foreign_phone_are_a_visit(side):
    assert_visit(side, theft(), set(VICTIMS))


def test_one_settled_account_on_a_foreign_phone_is_none(side):
    scene = theft(("ann",))
    scene.signs_up("thief", 1, "thiefs phone")
    assert_visit(side, scene, set(), "ann", "thief")


def test_whoever_is_at_home_on_the_phone_is_taken_in_and_is_no_arrival(side):
    scene = theft()
    scene.signs_up("thief", 9, "thiefs phone")
    assert_visit(side, scene, {*VICTIMS, "thief"})


@pytest.mark.parametrize(("days", "found"), [(3 - 3 * HOUR, set()), (3, set(VICTIMS))])
def test_an_account_has_settled_after_three_days_elsewhere(side, days, found):
    assert_visit(side, theft(settled=days), found, *VICTIMS)


def in_one_car(names) -> Scene:
    scene = Scene()
    for name in names:
        scene.signs_up(name, 1, f"{name}s tablet", role=Role.DRIVER)
        scene.logs_in(name, 11, "car")
    return scene


def test_three_drivers_in_one_car_are_looked_at_together_and_two_are_not(side):
    assert_visit(side, in_one_car(VICTIMS[:2]), set(), *VICTIMS[:2])
    assert_visit(side, in_one_car(VICTIMS), set(VICTIMS))


def test_newcomers_a_settled_rider_and_a_driver_on_one_phone_are_looked_at_together(side):
    """The phone joins the newcomers alone: one settled rider is no crowd, and drivers change phones."""
    scene = Scene()
    scene.signs_up("old", 1, "olds phone")
    scene.signs_up("driver", 1, "tablet", role=Role.DRIVER)
    scene.logs_in("old", 11, "common phone")
    scene.logs_in("driver", 11, "common phone")
    assert_visit(side, scene, set(), "old", "driver")
    for name in ("first", "second"):
        scene.signs_up(name, 12, "common phone")
    assert_visit(side, scene, {"old", "driver", "first", "second"})


def test_who_are_all_joined_by_their_phone_are_a_cluster_and_no_visit(side):
    scene = Scene()
    for name in VICTIMS:
        scene.signs_up(name, 1, "one phone")
    assert_visit(side, scene, set(), *VICTIMS)


def test_visitors_of_a_kiosk_that_is_public_are_no_visit_and_however_many_who_stay_are(side):
    many = [f"v{n:02}" for n in range(25)]
    assert_visit(side, theft(many, gap=0.5), set(many), "v00", "v24")
    kiosk = theft(many, gap=0.5)
    for name in many:
        kiosk.logs_in(name, 24, f"{name}s phone")
    assert_visit(side, kiosk, set(), "v00", "v24")


def test_a_batch_that_was_tried_on_one_phone_in_a_day_is_a_visit_though_the_phone_is_public(side):
    many = [f"v{n:02}" for n in range(25)]
    batch = theft(many, gap=HOUR / 2)
    for name in many:
        batch.logs_in(name, 24, f"{name}s phone")
    assert_visit(side, batch, set(many), "v00", "v24")


@pytest.mark.parametrize(
    ("takers", "later", "found"), [(13, HOUR, True), (12, HOUR, False), (25, 1.1, False), (25, -1.0, False)]
)
def test_most_who_come_to_a_public_phone_for_their_first_promotion_are_a_visit(side, takers, later, found):
    """Within a day of coming, and not before; they came over twelve days, and live on phones of their own."""
    many = [f"v{n:02}" for n in range(25)]
    scene = theft(many, gap=0.5)
    for n, name in enumerate(many):
        if n < takers:
            scene.takes(name, 11 + n * 0.5 + later, "offer", 10.0)
        scene.logs_in(name, 24, f"{name}s phone")
    assert_visit(side, scene, set(many) if found else set(), "v00", "v24")


def wanderers(weeks: dict[str, str]) -> Scene:
    """People who were settled, and are then together on other phones; phone to those who come to it."""
    scene = Scene()
    for name in sorted(set("".join(weeks.values()))):
        scene.signs_up(name, 1, f"{name}s phone", ip=f"{name}s home")
    for week, (phone, names) in enumerate(weeks.items()):
        for n, name in enumerate(names):
            scene.logs_in(name, 11 + 4 * week + n * HOUR, phone)
    return scene


def test_accounts_that_wander_from_phone_to_phone_lead_from_one_visit_to_the_next(side):
    scene = wanderers({"first": "abc", "second": "def", "third": "abde", "fourth": "cf"})
    assert_visit(side, scene, set("abcdef"), *"abcdef")


def test_a_phone_to_which_one_wanderer_came_among_others_is_left_out(side):
    scene = wanderers({"first": "abc", "second": "axyz"})
    graph = side.of(scene)
    assert graph.visit("b") == frozenset("abc")
    assert graph.visit("x") == frozenset("axyz")


def test_a_driver_whom_two_arrivals_rode_with_since_they_came_is_taken_in(side):
    scene = theft()
    crowd(scene)
    for name in ("ann", "bob"):
        scene.rides(name, "accomplice", 12)
    assert_visit(side, scene, {*VICTIMS, "accomplice"}, *VICTIMS)


def test_a_driver_of_one_arrival_or_from_before_they_came_is_not(side):
    scene = theft()
    crowd(scene)
    for trip in range(4):
        scene.rides("ann", "regular", 12 + trip * HOUR)
    for name in ("ann", "bob"):
        scene.rides(name, "earlier", 5)
    assert_visit(side, scene, set(VICTIMS))


def test_a_driver_whom_the_whole_city_rides_with_is_not(side):
    scene = theft()
    crowd(scene, trips=20)
    for n in range(100):
        scene.rides(f"citizen{n}", "everybodys", 9 + n / 100)
    for name in VICTIMS:
        scene.rides(name, "everybodys", 12)
    assert_visit(side, scene, set(VICTIMS))


def test_who_uses_the_visits_own_address_is_taken_in(side):
    scene = theft()
    for name in ("ann", "bob"):
        scene.logs_in(name, 12, "thiefs phone", ip="hideout")
    scene.signs_up("helper", 12, "helpers phone", ip="hideout")
    assert_visit(side, scene, {*VICTIMS, "helper"}, *VICTIMS)


def test_who_uses_an_address_mostly_used_by_others_is_not(side):
    scene = theft()
    for name in ("ann", "bob"):
        scene.logs_in(name, 12, "thiefs phone", ip="cafe")
    for n in range(3):
        scene.signs_up(f"guest{n}", 12, f"guest phone {n}", ip="cafe")
    assert_visit(side, scene, set(VICTIMS))


def test_of_two_foreign_phones_the_larger_visit_counts(side):
    scene = theft()
    for name in ("ann", "dot", "eve", "fay"):
        if name != "ann":
            scene.signs_up(name, 1, f"{name}s phone")
        scene.logs_in(name, 13, "second phone")
    graph = side.of(scene)
    assert graph.visit("bob") == set(VICTIMS)
    assert graph.visit("ann") == {"ann", "dot", "eve", "fay"}


def test_a_phone_from_which_an_analyst_cut_somebody_gathers_nobody(side):
    scene = Scene()
    for name in VICTIMS:
        scene.signs_up(name, 1, "one phone")
    graph = side.of(scene)
    graph.cut("ann", EntityKind.DEVICE, "one phone", moment(2, "cut"))
    assert {graph.visit(name) for name in VICTIMS} == {frozenset()}
