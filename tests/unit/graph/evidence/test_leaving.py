"""What came late to accounts and was left again, worked out by hand."""

from graph.model.vocabulary import Role
from tests.unit.graph.scenes import Scene

DRIVERS = [f"d{n}" for n in range(4)]


def crew() -> Scene:
    scene = Scene()
    for driver in DRIVERS:
        scene.signs_up(driver, 1, f"phone of {driver}", role=Role.DRIVER)
        scene.is_paid_to(driver, 1.5, f"bank of {driver}")
    return scene


def measured(side, scene: Scene):
    return side.of(scene).weighed(set(DRIVERS)).evidence


def test_who_stays_with_what_there_was_leaves_nothing(side):
    e = measured(side, crew())
    assert (e.late_payouts, e.payouts_left, e.payouts_moved, e.devices_left) == (0, 0, 0, 0)


def test_payout_accounts_that_came_late_and_were_left_for_the_first(side):
    scene = crew()
    for driver in DRIVERS[:3]:
        scene.is_paid_to(driver, 9, "the thief's")
    for driver in DRIVERS[:2]:
        scene.is_paid_to(driver, 12, f"bank of {driver}")
    e = measured(side, scene)
    assert (e.late_payouts, e.payouts_left) == (3 / 4, 2 / 4)


def test_one_that_came_within_days_is_not_late(side):
    scene = crew()
    scene.is_paid_to("d0", 3, "another")
    scene.is_paid_to("d0", 5, "bank of d0")
    e = measured(side, scene)
    assert (e.late_payouts, e.payouts_left) == (0, 0)


def test_phones_that_owners_got_back_from(side):
    scene = crew()
    for driver in DRIVERS[:2]:
        scene.logs_in(driver, 9, "the thief's phone")
    scene.logs_in("d0", 10, "phone of d0")
    assert measured(side, scene).devices_left == 1 / 4


def test_payout_accounts_that_came_with_a_phone(side):
    """Within a day after one; not before it, not days later, not with the first phone."""
    scene = crew()
    scene.logs_in("d0", 9, "the thief's phone")
    scene.is_paid_to("d0", 9.5, "the thief's")
    scene.logs_in("d1", 9, "the thief's phone")
    scene.is_paid_to("d1", 10.5, "the thief's")
    scene.is_paid_to("d2", 9, "the thief's")
    scene.logs_in("d2", 9.5, "the thief's phone")
    scene.logs_in("d3", 2, "an early phone")
    scene.is_paid_to("d3", 2.5, "the thief's")
    assert measured(side, scene).payouts_moved == 1 / 4
