"""Circles in random rides: what is found is a closed set of riders and drivers."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.candidates.circles import MIN_CLOSED_SHARE, MIN_DRIVERS, MIN_INSIDE, MIN_LIVING_SHARE, MIN_RIDERS
from tests.unit.graph.scenes import Scene

rides = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=90)
sizes = st.tuples(st.integers(MIN_RIDERS, 6), st.integers(MIN_DRIVERS, 4))


def written(pairs) -> Scene:
    scene = Scene()
    for n, (rider, driver) in enumerate(pairs):
        scene.rides(f"r{rider}", f"d{driver}", n / 10)
    return scene


@settings(max_examples=80, deadline=None)
@given(rides)
def test_a_circle_is_closed_and_holds_the_rider_it_was_looked_for_from(side, pairs):
    graph, met = side.of(written(pairs)), Counter((f"r{rider}", f"d{driver}") for rider, driver in pairs)
    for rider in sorted({rider for rider, _ in met}):
        circle = graph.circle(rider)
        if not circle:
            continue
        riders, drivers = ({name for name in circle if name[0] == role} for role in "rd")
        assert rider in riders
        assert len(riders) + len(drivers) == len(circle)
        assert len(riders) >= MIN_RIDERS
        if len(drivers) < MIN_DRIVERS:
            (driver,) = drivers
            trips = {one: count for (one, other), count in met.items() if other == driver}
            inside = sum(count for one, count in trips.items() if one in riders)
            assert inside >= MIN_LIVING_SHARE * sum(trips.values())
        for each in riders:
            trips = {driver: count for (one, driver), count in met.items() if one == each}
            inside = sum(count for driver, count in trips.items() if driver in drivers)
            assert inside >= max(MIN_INSIDE, MIN_CLOSED_SHARE * sum(trips.values()))
        for driver in drivers:
            assert any(met[each, driver] > 1 for each in {one for one, _ in met})


@settings(max_examples=60, deadline=None)
@given(sizes, rides)
def test_a_block_that_rides_with_nobody_else_is_found_whole_in_any_background(side, size, pairs):
    riders, drivers = size
    scene = written(pairs)
    for again in range(2):
        for r in range(riders):
            for d in range(drivers):
                scene.rides(f"in r{r}", f"in d{d}", 10 + again + r / 100 + d / 1000)
    block = {f"in r{r}" for r in range(riders)} | {f"in d{d}" for d in range(drivers)}
    assert side.of(scene).circle("in r0") == block
