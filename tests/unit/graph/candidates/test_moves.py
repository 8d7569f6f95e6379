"""Moves: settled accounts on new phones of their own, and the few new drivers that they ride with then."""

import pytest

from graph.model.shapes import Shape
from tests.unit.graph.scenes import HOUR, Scene

VICTIMS = ("ann", "bob", "cat", "dan")


def owners(names=VICTIMS) -> Scene:
    """People with phones of their own who have ridden with whoever came."""
    scene = Scene()
    for n, name in enumerate(names):
        scene.signs_up(name, 1, f"{name}s phone", ip=f"{name}s home")
        scene.rides(name, f"driver{n}", 2)
        scene.rides(name, f"driver{n + 3}", 3)
    return scene


def taken_over(names=VICTIMS, driver: str = "mallory") -> Scene:
    """Each of them on a phone that nobody else has, from day 11 on, and driven by one driver."""
    scene = owners(names)
    for n, name in enumerate(names):
        scene.logs_in(name, 11 + n * HOUR, f"phone {n}")
    for n, name in enumerate(names):
        scene.rides(name, driver, 11.5 + n * HOUR)
    return scene


def test_moved_accounts_with_one_new_driver_are_a_candidate_with_it(side):
    assert side.of(taken_over()).moves("ann", "mallory") == {*VICTIMS, "mallory"}


def test_three_are_too_few(side):
    assert side.of(taken_over(VICTIMS[:3])).moves("ann", "mallory") == frozenset()


def test_who_moved_five_days_before_did_not_move_together_with_them(side):
    scene = taken_over()
    scene.signs_up("eve", 1, "eves phone")
    scene.logs_in("eve", 6, "eves new phone")
    scene.rides("eve", "mallory", 6.5)
    assert side.of(scene).moves("ann", "mallory") == {*VICTIMS, "mallory"}


def test_new_phones_alone_are_none_where_everybody_rides_with_whoever_comes(side):
    scene = owners()
    for n, name in enumerate(VICTIMS):
        scene.logs_in(name, 11 + n * HOUR, f"phone {n}")
        for k in range(3):
            scene.rides(name, f"stranger{3 * n + k}", 11.5 + n * HOUR + k)
        scene.rides(name, "busy driver", 12 + n * HOUR)
    assert side.of(scene).moves("ann", "busy driver") == frozenset()


def test_a_driver_whom_they_had_before_is_none(side):
    scene = owners()
    for name in VICTIMS:
        scene.rides(name, "school run", 5)
    for n, name in enumerate(VICTIMS):
        scene.logs_in(name, 11 + n * HOUR, f"phone {n}")
        scene.rides(name, "school run", 11.5 + n * HOUR)
    assert side.of(scene).moves("ann", "school run") == frozenset()


def test_who_met_the_driver_long_after_the_move_is_left_out(side):
    scene = taken_over()
    scene.signs_up("eve", 1, "eves phone")
    scene.logs_in("eve", 10, "eves new phone")
    scene.rides("eve", "mallory", 14)
    assert side.of(scene).moves("ann", "mallory") == {*VICTIMS, "mallory"}
    assert side.of(scene).moves("eve", "mallory") == frozenset()


def test_guests_of_a_house_who_kept_their_phones_are_none(side):
    scene = owners()
    scene.logs_in("ann", 11, "travel phone")
    for n, name in enumerate(VICTIMS):
        scene.rides(name, "house driver", 11.5 + n * HOUR)
    assert side.of(scene).moves("ann", "house driver") == frozenset()


def test_a_crew_of_two_drivers_is_found_from_either(side):
    scene = taken_over()
    for n, name in enumerate(VICTIMS[:3]):
        scene.rides(name, "trent", 12 + n * HOUR)
    graph = side.of(scene)
    assert graph.moves("ann", "mallory") == graph.moves("ann", "trent") == {*VICTIMS, "mallory", "trent"}


@pytest.mark.parametrize(("shape", "arrivals"), [(Shape.VISIT, 4), (Shape.CLUSTERS, 0)])
def test_moves_count_as_arrivals_of_a_visit_only(side, shape, arrivals):
    evidence = side.of(taken_over()).weighed([*VICTIMS, "mallory"], shape).evidence
    told = evidence.arrivals if isinstance(evidence.arrivals, int) else evidence.arrivals.count
    assert told == arrivals
