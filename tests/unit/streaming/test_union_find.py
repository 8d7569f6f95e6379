"""Components by union-find: networkx is the judge, and the kernels do what they say in Python too."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.backfill.union_find import components_of, join_pairs, root_of, roots, settle

NAMES = st.text(st.sampled_from("ab\u00e9\uffff\U0001f600"), min_size=1, max_size=3)


def named_by_networkx(pairs: list[tuple[str, str]]) -> dict[str, str]:
    graph = nx.Graph()
    graph.add_edges_from(pairs)
    # The order of Python's texts is that of their UTF-8.
    return {name: min(component) for component in nx.connected_components(graph) for name in component}


def found(pairs: list[tuple[str, str]], cut: int = 2) -> dict[str, str]:
    columns = [
        pa.chunked_array([pa.array(side[:cut], pa.string()), pa.array(side[cut:], pa.string())])
        for side in ([left for left, _ in pairs], [right for _, right in pairs])
    ]
    table = components_of(*columns)
    accounts = table.column("account").to_pylist()
    assert accounts == sorted(set(accounts))
    return dict(zip(accounts, table.column("component").to_pylist(), strict=True))


@given(st.lists(st.tuples(NAMES, NAMES), max_size=40))
def test_a_component_is_named_by_its_smallest_account(pairs: list[tuple[str, str]]) -> None:
    assert found(pairs) == named_by_networkx(pairs)


@given(st.integers(1, 30), st.data())
def test_kernels_are_their_plain_functions(nodes: int, data: st.DataObject) -> None:
    node = st.integers(0, nodes - 1)
    pairs = np.array(data.draw(st.lists(st.tuples(node, node), max_size=60)), np.int64).reshape(-1, 2)
    plain = list(range(nodes))
    for left, right in pairs.tolist():
        one, other = plain[left], plain[right]
        plain = [min(one, other) if each in (one, other) else each for each in plain]
    assert roots(nodes, pairs[:, 0], pairs[:, 1]).tolist() == plain


@pytest.mark.parametrize("step", [1, -1])
def test_a_long_path_is_one_component(step: int) -> None:
    nodes = 100_000
    left = np.arange(nodes - 1)[::step]
    assert not roots(nodes, left, left + 1).any()


def test_a_climb_halves_the_path_behind_it() -> None:
    parents = np.array([0, 0, 1, 2, 3])
    assert root_of(parents, 4) == 0
    assert parents.tolist() == [0, 0, 0, 2, 2]
    settle(parents)
    join_pairs(parents, np.array([4]), np.array([0]))
    assert parents.tolist() == [0, 0, 0, 0, 0]
