"""The peeling of small graphs, with room, snapshots and weights."""

import numpy as np
import pytest

from benchmarks.peeling.around import circle_around, work_for
from benchmarks.peeling.changes import add, lower, remove
from benchmarks.peeling.dense import dense_sets
from benchmarks.peeling.grade import grade, least_weight
from benchmarks.peeling.state import EDGES, LEVEL_SHIFT, NODES, arrays, empty, from_arrays, room_for
from benchmarks.peeling.weights import MAX_HALVINGS, ONE, halvings_to_shift, trip_weight
from graph.model.errors import BadCall

DAY_MS = 86_400_000


def peeling_of(pairs, nodes=40):
    """Edges numbered in the order given."""
    made = empty(nodes, max(len(pairs), 1))
    for edge, (rider, driver, weight) in enumerate(pairs):
        add(made, edge, rider, driver, weight)
    return made


def levels(peeling, nodes):
    return [int(peeling.node[node]["rank"]) >> LEVEL_SHIFT for node in nodes]


def everybody_with_everybody(riders, drivers, weight):
    return [(rider, driver, weight) for rider in riders for driver in drivers]


def test_a_star_is_taken_leaf_by_leaf_in_one_round_and_its_middle_after_them():
    star = peeling_of([(0, 9, 5), (1, 9, 5), (2, 9, 5)])
    assert levels(star, [0, 1, 2, 9]) == [grade(5)] * 4
    assert [int(star.node[n]["rank"]) & 0xFFFFFFFF for n in (0, 1, 2, 9)] == [0, 0, 0, 1]
    assert [int(star.node[n]["left"]) for n in (0, 1, 2, 9)] == [5, 5, 5, 0]


def test_the_level_of_a_closed_set_is_that_of_its_lightest_member_inside():
    peeling = peeling_of(everybody_with_everybody(range(4), range(10, 13), 8))
    assert levels(peeling, [0, 3, 10, 12]) == [grade(24)] * 4


def test_an_edge_is_one_pair_however_often_it_gets_weight():
    peeling = empty(4, 1)
    add(peeling, 0, 1, 3, 10)
    add(peeling, 0, 1, 3, 5)
    lower(peeling, 0, 7)
    assert (int(peeling.counts[NODES]), int(peeling.counts[EDGES])) == (2, 1)
    assert int(peeling.node[1]["left"]) == 8


def test_a_removed_edge_leaves_nothing_behind_and_may_be_removed_twice():
    peeling = peeling_of([(0, 9, 5), (1, 9, 5)])
    remove(peeling, 0)
    remove(peeling, 0)
    assert (int(peeling.counts[NODES]), int(peeling.counts[EDGES])) == (2, 1)
    assert peeling.node[0]["rank"] == peeling.node[0]["left"] == peeling.node[0]["degree"] == 0


def test_chunks_of_neighbours_are_used_again():
    peeling = empty(60, 50)
    for turn in range(100):
        for edge in range(50):
            add(peeling, edge, edge, 59, 1 + turn)
        for edge in range(50):
            remove(peeling, edge)
    assert int(peeling.counts[EDGES]) == 0
    assert (peeling.node["rank"] == 0).all()


def test_room_is_doubled_and_what_was_there_stays():
    peeling = peeling_of([(0, 3, 5), (1, 3, 5)], nodes=4)
    larger = room_for(peeling, 5, 3)
    assert (len(larger.node), len(larger.edge)) == (8, 4)
    add(larger, 2, 7, 3, 5)
    assert levels(larger, [0, 1, 7, 3]) == [grade(5)] * 4
    assert room_for(larger, 8, 4) is larger


@pytest.mark.parametrize(("nodes", "edges"), [(0, 1), (1, 0), (1 << 28, 1)])
def test_room_for_nothing_or_too_much_is_refused(nodes, edges):
    with pytest.raises(BadCall, match=f"found {nodes} and {edges}"):
        empty(nodes, edges)


def test_a_snapshot_of_other_arrays_is_refused():
    kept = arrays(empty(2, 1))
    with pytest.raises(BadCall, match="expected the arrays node, edge, chunk, heap, counts"):
        from_arrays({"node": kept["node"]})
    with pytest.raises(BadCall, match="expected the records of this version"):
        from_arrays(kept | {"node": np.zeros(2, np.int64)})


def test_camouflage_does_not_lower_the_level_of_a_ring():
    ring = everybody_with_everybody(range(5), range(20, 23), 100)
    alone = peeling_of(ring)
    popular = [(rider, driver, 100) for rider in range(6, 18) for driver in (30, 31)]
    rides_elsewhere = [(rider, driver, 100) for rider in range(5) for driver in (30, 31)]
    hidden = peeling_of(ring + popular + rides_elsewhere)
    for before, after in zip(levels(alone, range(5)), levels(hidden, range(5)), strict=True):
        assert after >= before


def test_two_circles_apart_are_both_found_and_the_thin_crowd_is_not():
    crowd = [(rider, 24 + rider % 10, 1) for rider in range(10, 20)]
    bridges = [(10, 20, 1), (11, 22, 1)]
    one = everybody_with_everybody((0, 1, 2), (20, 21), 9)
    other = everybody_with_everybody((3, 4, 5, 6), (22, 23), 6)
    peeling = peeling_of(one + other + crowd + bridges)
    assert dense_sets(peeling, 3.0, 3, 2) == [[0, 1, 2, 20, 21], [3, 4, 5, 6, 22, 23]]


def test_a_set_below_the_least_size_is_not_given():
    peeling = peeling_of(everybody_with_everybody((0, 1), (20, 21), 9))
    assert dense_sets(peeling, 3.0, 3, 2) == []


def test_grades_stand_in_the_order_of_weights_and_move_by_one_step_when_doubled():
    grades = [grade(weight) for weight in range(1, 200)]
    assert grades == sorted(grades)
    assert {grade(2 * weight) - grade(weight) for weight in range(1, 200)} == {2}
    assert [least_weight(grade(weight)) for weight in (1, 4, 7, 96, 100)] == [1, 4, 6, 96, 96]


def test_a_trip_weighs_less_with_a_popular_driver_and_more_when_it_is_newer():
    month = 30 * DAY_MS
    assert trip_weight(0, 0, month) == ONE
    assert trip_weight(20, 0, month) == 32_768
    assert trip_weight(0, month, month) == 2 * ONE
    assert trip_weight(0, month // 2, month) == 92_681
    assert trip_weight(0, 5 * month, 0) == ONE
    assert trip_weight(10**9, -1, month) == trip_weight(1 << 14, 0, month) == 10_869


def test_the_landmark_moves_when_weights_have_doubled_often_enough():
    assert halvings_to_shift(MAX_HALVINGS * DAY_MS - 1, DAY_MS) == 0
    assert halvings_to_shift(MAX_HALVINGS * DAY_MS, DAY_MS) == MAX_HALVINGS - 1
    assert halvings_to_shift(10**15, 0) == 0


def found_around(pairs, rider, usual_riders, nodes=200):
    """The circle around a rider, every pair with two trips."""
    peeling = peeling_of([(r, d, 1) for r, d in pairs], nodes)
    trips = np.zeros(nodes, np.int32)
    for each, _ in pairs:
        trips[each] += 2
    work = work_for(nodes)
    size = circle_around(peeling, np.full(len(pairs), 2, np.int32), trips, usual_riders, rider, work)
    return sorted(work.found[:size].tolist())


def test_the_compiled_search_finds_the_circle_and_leaves_out_who_rides_elsewhere():
    circle = [(rider, driver) for rider in range(4) for driver in (100, 101, 102)]
    passer_by = [(5, 100), (5, 101), *((5, driver) for driver in range(110, 115))]
    assert found_around(circle + passer_by, 0, 0.0) == [0, 1, 2, 3, 100, 101, 102]
    assert found_around(circle + passer_by, 5, 0.0) == []


def test_a_driver_whom_everybody_rides_with_ties_less_than_drivers_with_few_riders():
    circle = [(rider, driver) for rider in range(3) for driver in (100, 101)]
    popular = [(rider, 102) for rider in (0, 1, *range(10, 70))]
    assert found_around(circle + popular, 0, 0.0) == [0, 1, 2, 100, 101, 102]
    assert found_around(circle + popular, 0, 2.0) == [0, 1, 2, 100, 101]
