"""Circles in random rides: what is found is a set of riders and drivers that is dense and closed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.candidates.circles import DENSITY, MIN_CLOSED_SHARE, MIN_DRIVERS, MIN_RIDERS
from graph.model.vocabulary import EntityKind
from tests.twin.circles import circle_around
from tests.unit.graph.scenes import Scene, entity, graph_of

rides = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=90)
sizes = st.tuples(st.integers(MIN_RIDERS, 6), st.integers(MIN_DRIVERS, 4))


def written(pairs) -> Scene:
    scene = Scene()
    for n, (rider, driver) in enumerate(pairs):
        scene.rides(f"r{rider}", f"d{driver}", n / 10)
    return scene


@settings(max_examples=80, deadline=None)
@given(rides)
def test_a_circle_is_dense_and_closed_and_holds_the_rider_it_was_looked_for_from(pairs):
    graph = graph_of(written(pairs))
    for rider in sorted({f"r{r}" for r, _ in pairs}):
        around = entity(graph, EntityKind.ACCOUNT, rider)
        circle = circle_around(graph, around)
        if not circle:
            continue
        riders = [a for a in circle if a in graph.drivers_of]
        drivers = {a for a in circle if a in graph.riders_of}
        assert around in riders
        assert len(riders) + len(drivers) == len(circle)
        assert len(riders) >= MIN_RIDERS
        assert len(drivers) >= MIN_DRIVERS
        for each in riders:
            met = graph.drivers_of[each]
            inside = sum(graph.links.count[link] for d, link in met.items() if d in drivers)
            assert inside >= MIN_CLOSED_SHARE * graph.accounts[each].trips
        met_pairs = sum(d in graph.drivers_of[each] for each in riders for d in drivers)
        assert met_pairs > DENSITY * len(drivers)


@settings(max_examples=60, deadline=None)
@given(sizes, rides)
def test_a_block_that_rides_with_nobody_else_is_found_whole_in_any_background(size, pairs):
    riders, drivers = size
    scene = written(pairs)
    for again in range(2):
        for r in range(riders):
            for d in range(drivers):
                scene.rides(f"in r{r}", f"in d{d}", 10 + again + r / 100 + d / 1000)
    graph = graph_of(scene)
    circle = circle_around(graph, entity(graph, EntityKind.ACCOUNT, "in r0"))
    assert {graph.entities.name(a) for a in circle} == {
        *(f"in r{r}" for r in range(riders)),
        *(f"in d{d}" for d in range(drivers)),
    }
