"""The rooted trees under the components: whole after every change, and shallow."""

import random

import pytest

from graph.components.trees import deeper_by, parent_of, root_of, tree_size
from graph.links.records import TREE_EDGE
from tests.unit.graph.joined_links import JoinedLinks

ACCOUNTS = IDENTIFIERS = 120
NODES = ACCOUNTS + IDENTIFIERS


def assert_whole(ours):
    """Parents lead to one root of each component along tree edges, and sizes are those of the subtrees."""
    forest, links = ours.forest.state, ours.links
    below, ends = [0] * ours.entities, {}
    for node in range(ours.entities):
        edge, parent = int(forest.nodes[node]["parent_edge"]), parent_of(forest, node)
        assert (edge < 0) == (parent < 0)
        if edge >= 0:
            assert int(links[edge]["joins"]) == TREE_EDGE
            assert {int(links[edge]["source"]), int(links[edge]["target"])} == {node, parent}
        while parent >= 0:
            below[parent] += 1
            parent = parent_of(forest, parent)
        ends.setdefault(ours.label(node), set()).add(root_of(forest, node))
    assert [int(each) for each in forest.trees["below"][: ours.entities]] == below
    assert all(len(roots) == 1 for own, roots in ends.items() if own >= 0)
    trees = sum(int(row["count"] > 0 and row["joins"] == TREE_EDGE) for row in links)
    assert trees == ours.entities - len(ends.pop(-1, set())) - len(ends)


def depth_of(forest, node):
    """How many edges lead from the node to its root."""
    return deeper_by(forest, node, root_of(forest, node))


@pytest.mark.parametrize("seed", range(3))
def test_trees_are_whole_while_edges_come_and_go(seed):
    draw = random.Random(seed)
    ours = JoinedLinks(accounts=ACCOUNTS, identifiers=IDENTIFIERS)
    links = {}
    for _ in range(8):
        for _ in range(80):
            pair = draw.randrange(ACCOUNTS), draw.randrange(ACCOUNTS, NODES)
            links[pair] = ours.tie(*pair)
        assert_whole(ours)
        for pair in draw.sample(sorted(links), 40):
            ours.remove_edge(links.pop(pair))
        assert_whole(ours)
    ours.restart()
    assert_whole(ours)


def test_a_chain_is_hung_at_its_middle():
    """The root of a large tree moves to a centroid: no path to it is longer than half of the chain."""
    ours = JoinedLinks(accounts=ACCOUNTS, identifiers=IDENTIFIERS)
    for n in range(ACCOUNTS - 1):
        ours.tie(n, ACCOUNTS + n)
        ours.tie(n + 1, ACCOUNTS + n)
    forest = ours.forest.state
    assert tree_size(forest, root_of(forest, 0)) == 2 * ACCOUNTS - 1
    assert max(depth_of(forest, node) for node in range(2 * ACCOUNTS - 1)) <= ACCOUNTS
    assert_whole(ours)


def test_depths_are_compared_wherever_the_two_paths_meet():
    """A root with a chain of three below it, and one of two that begins at the chain's first node."""
    ours = JoinedLinks(accounts=ACCOUNTS, identifiers=IDENTIFIERS)
    for account, identifier in ((0, 120), (1, 120), (1, 121), (2, 120), (0, 122), (3, 122), (4, 122)):
        ours.tie(account, identifier)
    forest = ours.forest.state
    nodes = [0, 1, 2, 3, 4, 120, 121, 122]
    depth = dict.fromkeys(nodes, 0)
    for node in nodes:
        above = parent_of(forest, node)
        while above >= 0:
            depth[node] += 1
            above = parent_of(forest, above)
    assert len(set(depth.values())) > 2
    for left in nodes:
        for right in nodes:
            assert deeper_by(forest, left, right) == depth[left] - depth[right]


def test_an_edge_between_unlike_depths_takes_the_place_of_one_above_the_deeper():
    ours = JoinedLinks(accounts=ACCOUNTS, identifiers=IDENTIFIERS)
    for n in range(ACCOUNTS - 1):
        ours.tie(n, ACCOUNTS + n)
        ours.tie(n + 1, ACCOUNTS + n)
    forest = ours.forest.state
    top = root_of(forest, 0)
    other = next(n for n in (0, ACCOUNTS) if (n < ACCOUNTS) != (top < ACCOUNTS))
    before = depth_of(forest, other)
    link = ours.tie(min(top, other), max(top, other))
    assert int(ours.links[link]["joins"]) == TREE_EDGE
    assert depth_of(forest, other) == 1 < before
    assert_whole(ours)
