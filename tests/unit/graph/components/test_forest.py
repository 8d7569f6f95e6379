"""Which component keeps its label, what replaces a cut join, and that large ones do not stall."""

import random

import networkx as nx
import pytest

from graph.components.forest import add_edge, label, remove_edge, size
from graph.kernels.kernel import kernel
from graph.links.store import find, touch
from tests.unit.graph.joined_links import JoinedLinks


def chain(ours, accounts, identifiers):
    """Joins a0 - i0 - a1 - i1 ... and returns the links in order."""
    links = []
    for n, identifier in enumerate(identifiers):
        links += [ours.tie(accounts[n], identifier), ours.tie(accounts[n + 1], identifier)]
    return links


def test_a_lone_node_has_no_label():
    ours = JoinedLinks()
    assert ours.label(3) == -1
    assert ours.size(3) == 1
    assert ours.circle(3) == [3]


def test_a_join_makes_one_component_and_a_part_two_lone_nodes():
    ours = JoinedLinks()
    link = ours.tie(0, 10)
    assert ours.label(0) == ours.label(10) == 0
    assert ours.remove_edge(link)
    assert ours.label(0) == ours.label(10) == -1
    assert len(ours.forest) == 0


def test_joining_twice_and_parting_twice_change_nothing():
    ours = JoinedLinks()
    link = ours.tie(0, 10)
    assert not ours.add_edge(link)
    assert ours.remove_edge(link)
    assert not ours.remove_edge(link)


def test_the_larger_component_keeps_its_label_when_two_merge():
    ours = JoinedLinks()
    ours.tie(0, 10)
    chain(ours, [1, 2], [11])
    larger = ours.label(1)
    ours.tie(0, 11)
    assert {ours.label(node) for node in (0, 1, 2, 10, 11)} == {larger}


def test_of_two_equal_components_the_older_keeps_its_label():
    ours = JoinedLinks()
    ours.tie(5, 15)
    older = ours.label(5)
    ours.tie(6, 16)
    ours.tie(6, 15)
    assert ours.label(6) == older


def test_the_larger_side_keeps_its_label_when_a_component_falls_apart():
    ours = JoinedLinks()
    links = chain(ours, [0, 1, 2], [10, 11])
    before = ours.label(2)
    ours.remove_edge(links[1])
    assert ours.label(1) == ours.label(2) == before
    assert ours.label(0) == ours.label(10) not in (before, -1)
    assert sorted(ours.circle(0)) == [0, 10]
    assert sorted(ours.circle(1)) == [1, 2, 11]


def test_a_join_inside_a_component_is_taken_when_the_tree_loses_one():
    ours = JoinedLinks()
    first = ours.tie(0, 10)
    chain(ours, [0, 1], [11])
    ours.tie(1, 10)
    assert not ours.remove_edge(first)
    assert sorted(ours.circle(0)) == [0, 1, 10, 11]


def test_of_several_replacements_the_one_seen_last_is_taken():
    """So that what ages out of the window next is not in the tree."""
    ours = JoinedLinks(window_ms=1000)
    tree = [ours.tie(0, 10), ours.tie(1, 10), ours.tie(0, 11)]
    early = ours.tie(1, 11, ts=5)
    late = ours.tie(2, 11, ts=6)
    closing = ours.tie(2, 10, ts=7)
    assert [int(ours.links[link]["joins"]) for link in (*tree, early, late, closing)] == [2, 2, 2, 1, 2, 1]
    ours.remove_edge(tree[2])
    assert [int(ours.links[link]["joins"]) for link in (*tree, early, late, closing)] == [2, 2, 0, 1, 2, 2]


def test_a_replacement_is_found_behind_many_edges_that_lead_nowhere_else():
    """A half with sixteen spare edges inside it, and one at its last node that leads out."""
    ours = JoinedLinks(accounts=20, identifiers=20)
    for account in range(5, 20):
        ours.tie(account, 39)
    for identifier in range(20, 25):
        for account in range(5):
            ours.tie(account, identifier)
    bridge, spare = ours.tie(0, 39), ours.tie(4, 39)
    assert not ours.remove_edge(bridge)
    assert ours.label(0) == ours.label(19)
    assert ours.remove_edge(spare)
    assert ours.label(0) != ours.label(19)
    assert (ours.size(0), ours.size(19)) == (10, 16)


def test_a_link_that_falls_out_of_the_window_no_longer_joins():
    ours = JoinedLinks(window_ms=20)
    ours.tie(0, 10, ts=0)
    ours.tie(1, 10, ts=10)
    assert ours.size(1) == 3
    ours.age(25)
    assert ours.label(0) == -1
    assert sorted(ours.circle(1)) == [1, 10]


def test_labels_are_used_again():
    ours = JoinedLinks(window_ms=10)
    for n in range(50):
        ours.tie(n % 10, 10 + n % 10, ts=20 * n)
        ours.age(20 * n + 15)
    assert len(ours.forest) == 0
    assert ours.forest.arrays()["groups"].shape == (1, 2)


@pytest.mark.parametrize("joins", [400, 500, 900])
@pytest.mark.parametrize("seed", range(4))
def test_large_components_fall_apart_as_networkx_says(joins, seed):
    """Both halves of a cut are often too long for one short walk."""
    draw = random.Random(seed)
    ours = JoinedLinks(accounts=200, identifiers=200)
    pairs = [(n, 200 + n) for n in range(200)] + [(n + 1, 200 + n) for n in range(199)]
    while len(pairs) < joins:
        pairs.append((draw.randrange(200), draw.randrange(200, 400)))
    judge = nx.Graph()
    judge.add_nodes_from(range(400))
    links = {}
    for pair in pairs:
        links[pair] = ours.tie(*pair)
        judge.add_edge(*pair)
    for pair in draw.sample(sorted(links), 150):
        before = nx.number_connected_components(judge)
        judge.remove_edge(*pair)
        assert ours.remove_edge(links[pair]) == (nx.number_connected_components(judge) != before)
        found = {}
        for component in nx.connected_components(judge):
            assert {ours.size(node) for node in component} == {len(component)}
            found.update(dict.fromkeys(component, min(component)))
        assert all(found[node] == min(ours.circle(node)) for node in range(0, 400, 40))
        by_label = {}
        for node in range(400):
            if ours.label(node) >= 0:
                by_label.setdefault(ours.label(node), set()).add(found[node])
        assert all(len(roots) == 1 for roots in by_label.values())
        assert len(by_label) == len(ours.forest)
    assert {key[1:] for key in ours.joins()} == set(judge.edges)


@kernel
def cut_all(s, f, source_first, source_last, target):
    """Part every account from one identifier, in order; returns how many components fell apart."""
    fell = 0
    for source in range(source_first, source_last):
        fell += remove_edge(s, f, find(s, 0, source, target))
    return fell


@kernel
def touch_all(s, crowd, identifier):
    """Link accounts 0 to crowd - 1 with one identifier at time 0."""
    for source in range(crowd):
        touch(s, 0, source, identifier, 0, 0)


@kernel
def join_all(s, f, first, last):
    """Join every link of a range; returns how many merged."""
    merged = 0
    for link in range(first, last):
        merged += add_edge(s, f, link)
    return merged


def test_a_kiosk_of_a_hundred_thousand_accounts_comes_apart():
    """At each cut the smaller side is one account: were it the whole star, this test would not end."""
    crowd = 100_000
    ours = JoinedLinks(accounts=crowd, identifiers=2)
    ours.store.reserve(links=2 * crowd)
    state = ours.store.state
    ours.age(0)
    for identifier in (crowd, crowd + 1):
        touch_all(state, crowd, identifier)
    assert join_all(state, ours.forest.state, 0, 2 * crowd) == crowd + 1
    assert size(ours.forest.state, 0) == crowd + 2
    assert cut_all(state, ours.forest.state, 0, crowd, crowd) == 1
    assert size(ours.forest.state, 0) == crowd + 1
    assert label(ours.forest.state, crowd) == -1
