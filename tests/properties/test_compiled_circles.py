"""The compiled search for a circle by peeling gives what a plain one gives, around every rider."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.peeling.around import (
    DENSITY,
    MAX_NEIGHBOURS,
    MIN_CLOSED_SHARE,
    MIN_DRIVERS,
    MIN_REPEAT_SHARE,
    MIN_REPEATS,
    MIN_RIDERS,
    SHARED_DRIVERS,
    SHARED_SHARE,
    circle_around,
    work_for,
)
from benchmarks.peeling.changes import add
from benchmarks.peeling.state import empty

RIDERS, NODES = 10, 16
rides = st.lists(st.tuples(st.integers(0, RIDERS - 1), st.integers(RIDERS, NODES - 1)), max_size=90)


def plain_circle(count, usual_riders, rider):
    """The circle around a rider, from the trips of each pair, with dictionaries."""
    met, of_driver = {}, {}
    for (one, driver), trips in sorted(count.items()):
        met.setdefault(one, {})[driver] = trips
        of_driver.setdefault(driver, []).append(one)

    def again(one):
        return sum(met[one].values()) - len(met[one])

    if rider not in met or again(rider) < max(MIN_REPEATS, MIN_REPEAT_SHARE * sum(met[rider].values())):
        return []
    shared = {one: len(met[one].keys() & met[rider].keys()) for one in met}
    near = [
        one
        for one in met
        if shared[one] >= max(SHARED_DRIVERS, SHARED_SHARE * len(met[one])) and again(one) > 0
    ]
    near = sorted(near, key=lambda one: (one != rider, -shared[one], one))[:MAX_NEIGHBOURS]
    drivers = {d for d, who in of_driver.items() if len({*who} & {*near}) >= SHARED_DRIVERS}
    if len(near) < MIN_RIDERS:
        return []

    def weight(one, driver):
        if driver not in met[one]:
            return 0.0
        halves = 2 if met[one][driver] > 1 else 1
        if usual_riders == 0:
            return halves / 2
        part = math.log(5 + usual_riders) / math.log(5 + len(of_driver[driver]))
        return halves * round(1024 * part) / 2048

    inside, best, kept = (set(near), set(drivers)), 0.0, (set(), set())
    while inside[0] and inside[1]:
        by_rider = {one: sum(weight(one, driver) for driver in inside[1]) for one in inside[0]}
        by_driver = {driver: sum(weight(one, driver) for one in inside[0]) for driver in inside[1]}
        surplus = sum(by_rider.values()) - DENSITY * len(inside[0]) * len(inside[1])
        if surplus > best:
            best, kept = surplus, (set(inside[0]), set(inside[1]))
        one = min(by_rider, key=lambda each: (by_rider[each], each))
        driver = min(by_driver, key=lambda each: (by_driver[each], each))
        rider_gain = by_rider[one] - DENSITY * len(inside[1])
        if rider_gain <= by_driver[driver] - DENSITY * len(inside[0]):
            inside[0].remove(one)
        else:
            inside[1].remove(driver)
    closed = {
        one
        for one in kept[0]
        if sum(t for d, t in met[one].items() if d in kept[1]) >= MIN_CLOSED_SHARE * sum(met[one].values())
    }
    if rider not in closed or len(closed) < MIN_RIDERS or len(kept[1]) < MIN_DRIVERS:
        return []
    return sorted(closed | kept[1])


@settings(max_examples=150, deadline=None)
@given(rides, st.sampled_from([0.0, 2.0, 5.0]))
def test_the_circle_is_that_of_the_plain_search_around_every_rider(pairs, usual_riders):
    count, trips = {}, np.zeros(NODES, np.int32)
    for rider, driver in pairs:
        count[rider, driver] = count.get((rider, driver), 0) + 1
        trips[rider] += 1
    peeling = empty(NODES, max(len(count), 1))
    for edge, (rider, driver) in enumerate(count):
        add(peeling, edge, rider, driver, 1)
    edge_trips, work = np.array([*count.values()], np.int32), work_for(NODES)
    for rider in range(RIDERS):
        size = circle_around(peeling, edge_trips, trips, usual_riders, rider, work)
        assert sorted(work.found[:size].tolist()) == plain_circle(count, usual_riders, rider)
        assert not work.shared.any()
        assert not work.weight.any()
        assert (work.place == -1).all()
