"""Losses: riders whose trips with the same drivers are cancelled again and again, for the fee."""

from graph.model.vocabulary import Role
from tests.unit.graph.scenes import HOUR, Scene

RIDERS = [f"r{n}" for n in range(4)]


def gathered(graph, account: str) -> set[str]:
    """The accounts of the candidate around one."""
    return set(graph.gathered(account)[0])


def losing(times: int, riders: list[str], drivers: tuple[str, ...] = ("dan",)) -> Scene:
    """Riders on phones of their own who cancel so often on each of some drivers."""
    scene = Scene()
    for driver in drivers:
        scene.signs_up(driver, 1, f"phone of {driver}", role=Role.DRIVER)
    for rider in riders:
        scene.signs_up(rider, 1, f"phone of {rider}")
    for place, rider in enumerate(riders):
        for driver in drivers:
            for time in range(times):
                scene.cancels(rider, driver, 2 + time + place * HOUR, Role.RIDER, 4.0)
    return scene


def test_riders_who_lose_trips_to_one_driver_again_and_again_are_tied_to_it(side):
    found = side.of(losing(2, RIDERS))
    assert gathered(found, "r1") == gathered(found, "dan") == {"dan", *RIDERS}


def test_one_cancelled_trip_is_bad_luck(side):
    found = side.of(losing(1, RIDERS))
    assert gathered(found, "dan") == {"dan"}
    assert gathered(found, "r0") == {"r0"}


def test_two_riders_who_cancel_are_not_enough(side):
    assert gathered(side.of(losing(3, RIDERS[:2])), "r0") == {"r0"}


def test_who_rides_with_a_neighbour_every_day_cancels_on_the_neighbour(side):
    scene = losing(2, RIDERS)
    for rider in RIDERS:
        for day in range(3):
            scene.rides(rider, "dan", 6 + day)
    found = side.of(scene)
    assert gathered(found, "r0") == {"r0"}
    assert gathered(found, "dan") == {"dan"}


def test_riders_who_cancel_for_a_living_lose_once_to_each_of_many(side):
    drivers = ("d1", "d2", "d3", "d4")
    found = side.of(losing(1, RIDERS, drivers))
    assert gathered(found, "r3") == gathered(found, "d2") == {*drivers, *RIDERS}
    few = side.of(losing(1, RIDERS, drivers[:3]))
    assert gathered(few, "r3") == {"r3"}
