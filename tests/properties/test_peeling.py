"""After every random change the peeling is the peeling from scratch, worked out by plain Python."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.peeling.changes import add, lower, remove
from benchmarks.peeling.dense import dense_sets
from benchmarks.peeling.grade import grade
from benchmarks.peeling.scratch import load, peel, rebuild, shift
from benchmarks.peeling.state import LEVEL_SHIFT, arrays, empty, from_arrays
from benchmarks.peeling.weights import trip_weight

RIDERS = 7
DRIVERS = 5
NODES = RIDERS + DRIVERS
DAY_MS = 86_400_000

weights = st.one_of(st.integers(1, 3), st.integers(1, 5000))
changes = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "lower", "remove"]),
        st.integers(0, RIDERS - 1),
        st.integers(RIDERS, NODES - 1),
        weights,
    ),
    max_size=60,
)


def number_of(rider, driver):
    return rider * DRIVERS + driver - RIDERS


def plain_peeling(pairs):
    """Rank and peeling weight of every node, by taking rounds away from a dictionary."""
    around = {}
    for (rider, driver), weight in pairs.items():
        around.setdefault(rider, {})[driver] = weight
        around.setdefault(driver, {})[rider] = weight
    found = {}
    while around:
        level = min(grade(sum(near.values())) for near in around.values())
        turn = 0
        while True:
            leaves = [n for n, near in around.items() if grade(sum(near.values())) <= level]
            if not leaves:
                break
            for node in leaves:
                found[node] = ((level << LEVEL_SHIFT) + turn, sum(around[node].values()))
            for node in leaves:
                for other in around.pop(node):
                    if other in around:
                        del around[other][node]
            turn += 1
    return found


def apply(peeling, pairs, change):
    """One change to the peeling and to the dictionary of pairs."""
    verb, rider, driver, weight = change
    edge, known = number_of(rider, driver), pairs.get((rider, driver), 0)
    if verb == "add":
        add(peeling, edge, rider, driver, weight)
        pairs[rider, driver] = known + weight
    elif verb == "lower" and known > weight:
        lower(peeling, edge, weight)
        pairs[rider, driver] = known - weight
    elif verb == "remove":
        remove(peeling, edge)
        pairs.pop((rider, driver), None)


def shown(peeling):
    return {
        node: (int(each["rank"]), int(each["left"]))
        for node, each in enumerate(peeling.node)
        if each["degree"]
    }


def loaded(pairs):
    ends = sorted(pairs)
    return (
        np.array([rider for rider, _ in ends], np.int32),
        np.array([driver for _, driver in ends], np.int32),
        np.array([pairs[pair] for pair in ends], np.int64),
    )


@settings(max_examples=300, deadline=None)
@given(changes)
def test_after_every_change_the_peeling_is_that_from_scratch(stream):
    peeling, pairs = empty(NODES, RIDERS * DRIVERS), {}
    for change in stream:
        apply(peeling, pairs, change)
        assert shown(peeling) == plain_peeling(pairs)


@settings(max_examples=100, deadline=None)
@given(changes)
def test_the_order_of_changes_leaves_no_trace(stream):
    peeling, pairs = empty(NODES, RIDERS * DRIVERS), {}
    for change in stream:
        apply(peeling, pairs, change)
    again = empty(NODES, RIDERS * DRIVERS)
    load(again, *loaded(pairs))
    for field in ("rank", "left", "before", "degree"):
        assert peeling.node[field].tolist() == again.node[field].tolist()


@settings(max_examples=100, deadline=None)
@given(changes)
def test_peeling_from_scratch_is_what_plain_python_says(stream):
    pairs = {(rider, driver): weight for _, rider, driver, weight in stream}
    ranks, left = peel(NODES, *loaded(pairs))
    plain = plain_peeling(pairs)
    assert [(int(r), int(w)) for r, w in zip(ranks, left, strict=True)] == [
        plain.get(node, (0, 0)) for node in range(NODES)
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, RIDERS - 1), st.integers(RIDERS, NODES - 1)), max_size=60))
def test_decaying_trips_keep_it_exact_across_a_shift_of_the_landmark(trips):
    peeling, pairs, half_life = empty(NODES, RIDERS * DRIVERS), {}, 7 * DAY_MS
    for turn, (rider, driver) in enumerate(trips):
        if turn and turn % 20 == 0:
            shift(peeling, 3)
            pairs = {pair: max(weight >> 3, 1) for pair, weight in pairs.items()}
        age = (turn % 20) * 2 * DAY_MS + turn
        apply(peeling, pairs, ("add", rider, driver, trip_weight(turn, age, half_life)))
        if turn % 3 == 2:
            first = next(iter(pairs))
            apply(peeling, pairs, ("remove", *first, 1))
        assert shown(peeling) == plain_peeling(pairs)


@settings(max_examples=60, deadline=None)
@given(changes, changes)
def test_a_peeling_taken_from_a_snapshot_goes_on_the_same(before, after):
    peeling, pairs = empty(NODES, RIDERS * DRIVERS), {}
    for change in before:
        apply(peeling, pairs, change)
    restored = from_arrays(arrays(peeling))
    for change in after:
        apply(restored, pairs, change)
    assert shown(restored) == plain_peeling(pairs)


@settings(max_examples=60, deadline=None)
@given(changes)
def test_working_it_out_anew_changes_nothing(stream):
    peeling, pairs = empty(NODES, RIDERS * DRIVERS), {}
    for change in stream:
        apply(peeling, pairs, change)
    before = shown(peeling)
    rebuild(peeling)
    assert shown(peeling) == before


def plain_dense_sets(pairs, density, least_riders, least_drivers):
    """The chosen parts of all cores, from networkx and a search of every part's inner parts."""
    graph = nx.Graph()
    for (rider, driver), weight in pairs.items():
        graph.add_edge(rider, driver, weight=weight)
    parts, core = {}, graph.copy()
    while core:
        for part in nx.connected_components(core):
            parts[frozenset(part)] = None
        level = min(grade(int(weight)) for _, weight in core.degree(weight="weight"))
        while light := [n for n, w in core.degree(weight="weight") if grade(int(w)) <= level]:
            core.remove_nodes_from(light)

    def surplus(part):
        riders = sum(node < RIDERS for node in part)
        drivers = len(part) - riders
        if riders < least_riders or drivers < least_drivers:
            return 0.0
        return graph.subgraph(part).size(weight="weight") - density * riders * drivers

    worth, chosen = {}, {}
    for part in sorted(parts, key=len):
        inner = [each for each in worth if each < part]
        inner = [each for each in inner if not any(each < other for other in inner)]
        worth[part], chosen[part] = (
            sum(worth[each] for each in inner),
            [part for each in inner for part in chosen[each]],
        )
        if surplus(part) > worth[part]:
            worth[part], chosen[part] = surplus(part), [sorted(part)]
    outer = [part for part in parts if not any(part < other for other in parts)]
    return sorted(each for part in outer for each in chosen[part])


@settings(max_examples=150, deadline=None)
@given(changes, st.sampled_from([0.5, 8.0, 300.0, 1000.0]))
def test_the_dense_sets_are_the_parts_of_the_cores_that_are_worth_most(stream, density):
    peeling, pairs = empty(NODES, RIDERS * DRIVERS), {}
    for change in stream:
        apply(peeling, pairs, change)
    assert dense_sets(peeling, density, 2, 2) == plain_dense_sets(pairs, density, 2, 2)
