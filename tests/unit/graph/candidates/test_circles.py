"""Circles: dense, closed sets of riders and drivers are found whole, and busy zones are none."""

import random

import pytest

from tests.unit.graph.scenes import Scene


def block(scene: Scene, riders: int, drivers: int, times: int = 2, name: str = "in") -> set[str]:
    """Every rider with every driver, so many times."""
    for time in range(times):
        for r in range(riders):
            for d in range(drivers):
                scene.rides(f"{name} r{r}", f"{name} d{d}", 10 + time + r / 100 + d / 1000)
    return {f"{name} r{r}" for r in range(riders)} | {f"{name} d{d}" for d in range(drivers)}


def background(scene: Scene, trips: int = 600, riders: int = 120, drivers: int = 60, seed: int = 1) -> None:
    draw = random.Random(seed)
    for _ in range(trips):
        scene.rides(f"r{draw.randrange(riders)}", f"d{draw.randrange(drivers)}", draw.uniform(0, 30))


@pytest.mark.parametrize(("riders", "drivers"), [(3, 2), (5, 3), (8, 2), (10, 6)])
def test_a_planted_block_is_found_whole_from_every_rider(side, riders, drivers):
    scene = Scene()
    background(scene)
    planted = block(scene, riders, drivers)
    graph = side.of(scene)
    for r in range(riders):
        assert graph.circle(f"in r{r}") == planted


def test_drivers_whom_more_of_a_crew_meets_than_chance_explains_are_of_it(side):
    scene = Scene()
    background(scene)
    planted = block(scene, 12, 2)
    for r in range(12):
        scene.rides(f"in r{r}", f"in turn{r % 3}", 20 + r / 100)
        scene.rides(f"in r{r}", f"d{r}", 21 + r / 100)
    assert side.of(scene).circle("in r0") == planted | {f"in turn{n}" for n in range(3)}


def test_two_blocks_are_two_circles(side):
    scene = Scene()
    background(scene)
    first, second = block(scene, 5, 3, name="one"), block(scene, 4, 4, name="two")
    graph = side.of(scene)
    assert graph.circle("one r0") == first
    assert graph.circle("two r0") == second


def test_trips_bought_with_strangers_do_not_hide_a_block(side):
    scene = Scene()
    background(scene)
    planted = block(scene, 6, 3, times=3)
    for r in range(6):
        for trip in range(5):
            scene.rides(f"in r{r}", f"d{(7 * r + trip) % 60}", 20 + trip / 10)
    graph = side.of(scene)
    for r in range(6):
        assert graph.circle(f"in r{r}") == planted


def circles_of_a_zone(side, trips: int, riders: int, drivers: int, seed: int) -> list[frozenset[str]]:
    scene = Scene()
    background(scene, trips, riders, drivers, seed)
    graph = side.of(scene)
    return [circle for n in range(riders) if (circle := graph.circle(f"r{n}"))]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_busy_zone_without_blocks_holds_no_circle(side, seed):
    assert circles_of_a_zone(side, 900, 60, 150, seed) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chance_makes_few_and_small_circles_where_sixty_drivers_serve_everybody(side, seed):
    circles = circles_of_a_zone(side, 900, 60, 60, seed)
    assert len(circles) <= 3
    assert all(len(circle) <= 15 for circle in circles)


def test_one_pair_of_regulars_is_no_circle(side):
    scene = Scene()
    background(scene)
    for day in range(20):
        scene.rides("child", "driver", 5 + day)
    graph = side.of(scene)
    assert graph.comes_back("child")
    assert graph.circle("child") == set()


def test_riders_who_never_meet_a_driver_twice_form_no_circle(side):
    scene = Scene()
    block(scene, 6, 4, times=1)
    graph = side.of(scene)
    assert not graph.comes_back("in r0")
    assert graph.circle("in r0") == set()


@pytest.mark.parametrize("others", [40, 41])
def test_one_driver_with_regulars_makes_a_circle_when_half_of_its_trips_are_with_them(side, others):
    scene = Scene()
    planted = block(scene, 8, 1, times=5)
    for trip in range(others):
        scene.rides(f"stranger {trip}", "in d0", 13)
    assert side.of(scene).circle("in r0") == (planted if others <= 40 else set())


@pytest.mark.parametrize("others", [20, 1], ids=["rides with everybody", "has a driver of his own"])
def test_an_ordinary_customer_of_the_same_drivers_is_left_out(side, others):
    scene = Scene()
    planted = block(scene, 5, 3, times=3)
    for d in range(3):
        scene.rides("customer", f"in d{d}", 12)
    for trip in range(20):
        scene.rides("customer", f"stranger {trip % others}", 13)
    graph = side.of(scene)
    assert graph.circle("in r0") == planted
    assert graph.circle("customer") == set()


def test_an_account_that_never_rode_is_in_no_circle(side):
    scene = Scene()
    scene.signs_up("ann", 1)
    assert side.of(scene).circle("ann") == set()


def test_a_circle_is_gone_when_its_trips_have_aged_out(side):
    scene = Scene()
    block(scene, 5, 3)
    scene.rides("late", "d0", 110)
    assert side.of(scene).circle("in r0") == set()
