"""The twin's components against networkx; the engine's forest is judged in ``test_forest.py``."""

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.components import Components

steps = st.lists(
    st.tuples(st.booleans(), st.integers(0, 11), st.integers(0, 11)).filter(lambda s: s[1] != s[2]),
    max_size=120,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_components_equal_those_of_networkx_on_every_prefix(stream):
    ours, multiplicity = Components(), {}
    for insert, a, b in stream:
        edge = (min(a, b), max(a, b))
        if insert:
            multiplicity[edge] = multiplicity.get(edge, 0) + 1
            ours.connect(a, b)
        elif multiplicity.get(edge, 0):
            multiplicity[edge] -= 1
            ours.disconnect(a, b)
        judge = nx.Graph([e for e, n in multiplicity.items() if n])
        expected = sorted(sorted(c) for c in nx.connected_components(judge))
        assert sorted(ours.members(label) for label in ours.labels()) == expected
        assert all(ours.label(node) is not None for node in judge)
        assert all(ours.label(node) is None for node in range(12) if node not in judge)


def test_the_larger_side_keeps_its_label():
    ours = Components()
    for node in range(4):
        ours.connect(node, node + 1)
    label = ours.label(0)
    split = ours.disconnect(1, 2)
    assert split is not None
    assert ours.label(4) == split.kept == label or ours.label(2) == label
    assert ours.members(ours.label(0)) == [0, 1]
