"""Completion of rings on small literal graphs, against a plain twin and networkx."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.completion.controls import drawn_anew
from gnn.completion.crossfit import Lesson, fit_completion
from gnn.completion.diffusion import channel_names, channels_of, reach
from gnn.completion.features import Pool, feature_names, features
from gnn.completion.likeness import likeness, own_of, population
from gnn.completion.metrics import r_precision
from gnn.completion.queries import share_given, strangers_given, three_given
from gnn.completion.relations import RelationGraph, relation_graph
from gnn.completion.rounds import Completion, complete, completes_to_itself, grown_marks, marks_of
from gnn.completion.training import HeadConfig, Query, train_head

Tie = tuple[int, int, int]
RELATIONS = 2
NAMES = channel_names(RELATIONS)
TIES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 1)), max_size=24, unique=True)


def graph_of(ties: list[Tie], nodes: int, silent: tuple[int, ...] = ()) -> RelationGraph:
    columns = np.array(ties, np.int64).reshape(-1, 3)
    quiet = np.zeros(nodes, bool)
    quiet[list(silent)] = True
    return relation_graph(nodes, RELATIONS, *columns.T, np.ones(len(columns)), quiet)


def reached(graph: RelationGraph, marked: int) -> np.ndarray:
    everyone = np.arange(graph.nodes)
    return reach(graph, np.array([marked]), everyone).toarray().reshape(graph.nodes, channels_of(RELATIONS))


def channel(graph: RelationGraph, marked: int, candidate: int, name: str) -> float:
    return float(reached(graph, marked)[candidate, NAMES.index(name)])


def simple(ties: list[Tie], nodes: int) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from((a, b) for a, b, _ in ties if a != b)
    return graph


def plain_twin(ties: list[Tie], nodes: int, s: int) -> np.ndarray:
    """The channels by their definitions, one pair of ties at a time; PageRank apart."""
    degree = dict(simple(ties, nodes).degree())
    ends = [(a, b, r) for a, b, r in ties if a != b]
    table = np.zeros((nodes, channels_of(RELATIONS)))
    for a, b, r in ends:
        if a == s:
            table[b, r] += np.log(2.0)
        if b == s:
            table[a, RELATIONS + r] += np.log(2.0)
    for a, b, r in ends:
        for x, y, q in ends:
            if s not in (a, b):
                continue
            v, away = (b, True) if a == s else (a, False)
            if v not in (x, y):
                continue
            c, arrives = (y, True) if x == v else (x, False)
            if c == s:
                continue
            share = 1 / degree[v]
            if away and arrives:
                table[c, 4 * RELATIONS] += share
            elif not away and not arrives:
                table[c, 4 * RELATIONS + 1] += share
            elif q != r:
                table[c, 4 * RELATIONS + 2] += share
            else:
                table[c, (2 if away else 3) * RELATIONS + r] += share
    return table


def test_two_senders_to_one_receiver_share_it_by_its_degree() -> None:
    graph = graph_of([(0, 4, 0), (1, 4, 0), (2, 4, 1), (4, 3, 0)], 5)
    found = {name: channel(graph, 0, 1, name) for name in NAMES[:-2]}
    expected = dict.fromkeys(NAMES[:-2], 0.0) | {
        "both to, 0": 0.25, "adamic adar": 1 / np.log(5.0), "resource allocation": 0.25, "common": 1.0,
    }  # fmt: skip
    assert found == pytest.approx(expected)
    assert channel(graph, 0, 2, "across relations") == 0.25
    assert channel(graph, 0, 3, "through") == 0.25
    assert channel(graph, 3, 0, "back through") == 0.25
    assert channel(graph, 0, 4, "to 0") == pytest.approx(np.log(2.0))
    assert channel(graph, 4, 0, "from 0") == pytest.approx(np.log(2.0))


@settings(max_examples=60, deadline=None)
@given(TIES, st.integers(0, 7))
def test_marks_spread_as_in_the_plain_twin_and_networkx(ties: list[Tie], marked: int) -> None:
    graph, twin = graph_of(ties, 8), simple(ties, 8)
    found = reached(graph, marked)
    at = 4 * RELATIONS + 3
    assert found[:, :at] == pytest.approx(plain_twin(ties, 8, marked)[:, :at], abs=1e-6)
    for other in range(8):
        if other == marked:
            assert not found[other].any()
            continue
        shared = list(nx.common_neighbors(twin, marked, other))
        assert found[other, at + 2] == len(shared)
        [(_, _, allocated)] = nx.resource_allocation_index(twin, [(marked, other)])
        assert found[other, at + 1] == pytest.approx(allocated, abs=1e-6)
        damped = sum(1 / np.log(1 + twin.degree[v]) for v in shared)
        assert found[other, at] == pytest.approx(damped, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(TIES, st.integers(0, 7))
def test_pushed_pagerank_is_that_of_networkx(ties: list[Tie], marked: int) -> None:
    graph, twin = graph_of(ties, 8), simple(ties, 8)
    if not twin.degree[marked]:
        return
    sure = nx.pagerank(twin, alpha=0.85, personalization={marked: 1.0}, tol=1e-10, max_iter=500)
    found = reach(graph, np.array([marked]), np.arange(8), tolerance=1e-7).toarray().reshape(8, -1)
    for other in range(8):
        if other != marked:
            assert found[other, -2] == pytest.approx(sure[other], abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(TIES, st.permutations(range(8)))
def test_renumbering_nodes_renumbers_the_features(ties: list[Tie], new: list[int]) -> None:
    behaviour = np.random.default_rng(3).normal(size=(8, 2))
    moved = np.empty_like(behaviour)
    moved[new] = behaviour
    before = features_of(graph_of(ties, 8), behaviour, [0, 1])
    after = features_of(graph_of([(new[a], new[b], r) for a, b, r in ties], 8), moved, [new[0], new[1]])
    assert after[new] == pytest.approx(before, abs=2e-4)


def features_of(graph: RelationGraph, behaviour: np.ndarray, given_to: list[int]) -> np.ndarray:
    people = population(graph, behaviour)
    pool = Pool(graph, people, np.arange(len(behaviour)))
    return features(pool, marks_of(pool, np.array(given_to, np.int64)))


def test_a_hub_adds_almost_nothing() -> None:
    quiet = [(0, 2, 0), (1, 2, 0)]
    through_hub = [(n, 3, 0) for n in range(1_000) if n != 3]
    small, large = graph_of(quiet, 4), graph_of(through_hub, 1_000)
    assert channel(small, 0, 1, "resource allocation") == 0.5
    assert channel(large, 0, 1, "resource allocation") == pytest.approx(1 / 999)
    assert channel(large, 0, 1, "pagerank") < 0.01 < channel(small, 0, 1, "pagerank")


def test_nothing_spreads_through_a_silent_node() -> None:
    ties = [(0, 2, 0), (1, 2, 0)]
    assert not reached(graph_of(ties, 3, silent=(2,)), 0)[1].any()
    assert reached(graph_of(ties, 3), 0)[1].any()


def test_features_have_names_and_no_mark_gives_nothing_but_what_is_ones_own() -> None:
    graph = graph_of([(0, 1, 0), (1, 2, 1)], 4)
    behaviour = np.arange(8.0).reshape(4, 2)
    names = feature_names(RELATIONS, ("age", "volume"))
    found = features_of(graph, behaviour, [])
    assert found.shape == (4, len(names))
    own = [at for at, name in enumerate(names) if name.startswith("own")]
    assert not np.delete(found, own, axis=1).any()
    assert found[:, own].any()


def test_a_mean_counts_every_mark_and_ones_own_mark_not_for_oneself() -> None:
    graph = graph_of([(0, 3, 0), (1, 3, 0)], 4)
    names = feature_names(RELATIONS, ("age",))
    found = features_of(graph, np.zeros((4, 1)), [0, 1, 2])
    assert found[3, names.index("mean to 0")] == pytest.approx(np.log(2.0) * 2 / 3)
    assert found[3, names.index("tied to")] == pytest.approx(2 / 3)
    assert found[0, names.index("mean both to, 0")] == pytest.approx(0.5 / 2)


def test_surprise_counts_who_lies_as_close_and_an_unknown_behaviour_says_nothing() -> None:
    behaviour = np.array([[0.0], [0.1], [5.0], [9.0], [np.nan]])
    people = population(graph_of([], 5), behaviour)
    found = likeness(people, np.array([0]), np.arange(5))[0, :, 0]
    assert found == pytest.approx([0.0, np.log(4 / 2), np.log(4 / 3), 0.0, 0.0])
    assert own_of(people, graph_of([], 5), np.array([0, 4]))[:, 0].tolist() == [0.0, 0.5]


def test_a_rare_service_in_common_says_more_than_a_common_one() -> None:
    ties = [(0, 8, 0), (1, 8, 0), *((n, 9, 0) for n in range(8))]
    people = population(graph_of(ties, 10, silent=(8, 9)), np.zeros((8, 1)))
    services = likeness(people, np.array([0]), np.arange(8))[0, :, -1]
    assert services[1] == pytest.approx(1.0, abs=1e-6)
    assert 0.0 < services[2] < 0.6


def test_r_precision_is_the_mean_over_orders_of_equals() -> None:
    assert r_precision(np.zeros(4), np.array([True, False, False, False])) == 0.25
    assert r_precision(np.array([3.0, 2.0, 1.0]), np.array([True, False, True])) == 0.5
    with pytest.raises(ValueError, match="at least one"):
        r_precision(np.zeros(2), np.zeros(2, bool))


def test_ties_drawn_anew_keep_how_many_a_node_has_of_each_kind() -> None:
    draw = np.random.default_rng(0)
    target, relation = draw.integers(0, 30, 200), draw.integers(0, 3, 200)
    mixed = drawn_anew(target, relation, seed=1)
    assert (mixed != target).mean() > 0.5
    assert sorted(zip(relation, mixed, strict=True)) == sorted(zip(relation, target, strict=True))


def test_the_second_round_marks_the_confident_by_their_probability() -> None:
    marks = np.array([1.0, 0.0, 0.0])
    assert grown_marks(marks, np.array([5.0, 2.0, -1.0])) == pytest.approx([1.0, 1 / (1 + np.exp(-2.0)), 0.0])


Rings = tuple[Pool, list[np.ndarray], Callable[[list[Tie]], Pool], list[Tie]]


def city() -> Rings:
    """Twelve rings of six that pay into one account of their own, and 100 strangers who pay anywhere."""
    draw = np.random.default_rng(5)
    ties: list[Tie] = [(ring * 6 + member, 172 + ring, 0) for ring in range(12) for member in range(6)]
    ties += [(int(n), int(draw.integers(184, 260)), 0) for n in range(172) for _ in range(2)]
    behaviour = draw.normal(size=(172, 1))

    def pool(kept: list[Tie]) -> Pool:
        graph = graph_of(kept, 260)
        return Pool(graph, population(graph, behaviour), np.arange(172))

    return pool(ties), [np.arange(ring * 6, ring * 6 + 6) for ring in range(12)], pool, ties


@pytest.fixture(scope="module")
def trained() -> tuple[Completion, Rings]:
    rings = city()
    pool, members, _, _ = rings
    lessons = [
        Lesson(pool, question, features(pool, marks_of(pool, question.given)), at % 2, np.ones(172, bool))
        for at, ring in enumerate(members[:10])
        for ask in (three_given, share_given, strangers_given)
        for question in [ask(pool, ring, (at,))]
    ]
    config = HeadConfig(widths=(16,), epochs=25, rate=1e-2, queries=5, candidates=60)
    return fit_completion(lessons, 1, config, second_heads=1), rings


def found_of(model: Completion, pool: Pool, ring: np.ndarray) -> float:
    scores = complete(model, pool, ring[:3])
    asked = np.setdiff1d(np.arange(pool.size), ring[:3])
    return r_precision(scores[asked], np.isin(asked, ring))


def test_a_ring_never_seen_is_completed_and_not_without_its_ties(
    trained: tuple[Completion, Rings],
) -> None:
    model, (pool, members, pool_with, ties) = trained
    assert [found_of(model, pool, ring) for ring in members[10:]] == [1.0, 1.0]
    bare = pool_with([tie for tie in ties if tie[1] not in range(172, 184)])
    assert max(found_of(model, bare, ring) for ring in members[10:]) <= 0.34


def test_given_no_one_no_one_belongs(trained: tuple[Completion, Rings]) -> None:
    model, (pool, _, _, _) = trained
    assert (complete(model, pool, np.zeros(0, np.int64)) == -np.inf).all()


def test_a_grown_ring_completes_to_itself(trained: tuple[Completion, Rings]) -> None:
    model, (pool, members, _, _) = trained
    inside, stands = completes_to_itself(model, pool, members[11][:3])
    assert stands
    assert set(members[11]) <= set(np.flatnonzero(inside))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    draw = np.random.default_rng(0)
    queries = [Query(draw.random((20, 3), np.float32), np.arange(20) < 4) for _ in range(3)]
    config = HeadConfig(widths=(4,), epochs=2, queries=2, candidates=8)
    one, two, other = (train_head(queries, seed, config)(queries[0].features) for seed in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()


def test_one_group_of_rings_is_refused(trained: tuple[Completion, Rings]) -> None:
    _, (pool, members, _, _) = trained
    question = three_given(pool, members[0], (0,))
    lesson = Lesson(pool, question, features(pool, marks_of(pool, question.given)), 0, np.ones(172, bool))
    with pytest.raises(ValueError, match="two groups"):
        fit_completion([lesson], 1)
