"""The forest against networkx, on every prefix of random streams of joins, parts and ageing."""

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.graph.joined_links import CARD, DEVICE, JoinedLinks

ACCOUNTS, IDENTIFIERS = 7, 5
NODES = ACCOUNTS + IDENTIFIERS
steps = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "join", "part", "wait"]),
        st.integers(0, ACCOUNTS - 1),
        st.integers(ACCOUNTS, NODES - 1),
        st.sampled_from([DEVICE, CARD]),
    ),
    max_size=80,
)


def judge(ours):
    """The graph of all links that join."""
    graph = nx.Graph()
    graph.add_nodes_from(range(NODES))
    graph.add_edges_from(
        (int(row["source"]), int(row["target"])) for row in ours.links if row["count"] and row["joins"]
    )
    return graph


def assert_equal(ours, graph):
    found = list(nx.connected_components(graph))
    assert len(ours.forest) == sum(len(component) > 1 for component in found)
    labels = set()
    for component in found:
        assert len({ours.label(node) for node in component}) == 1
        labels.add(ours.label(min(component)) if len(component) > 1 else None)
        for node in component:
            assert (ours.label(node) == -1) == (len(component) == 1)
            assert sorted(ours.circle(node)) == sorted(component)
            assert ours.size(node) == len(component)
    assert len(labels - {None}) == len(ours.forest)


@settings(max_examples=120)
@given(steps)
def test_components_equal_those_of_networkx_on_every_prefix(stream):
    ours, now = JoinedLinks(window_ms=40, lateness_ms=5, accounts=ACCOUNTS, identifiers=IDENTIFIERS), 0
    for n, (verb, account, identifier, kind) in enumerate(stream):
        now += 15 if verb == "wait" else 1
        ours.age(now)
        before = nx.number_connected_components(judge(ours))
        if verb == "join":
            link, _ = ours.touch(account, identifier, now, kind=kind)
            changed = ours.add_edge(link)
        else:
            link = ours.find(account, identifier, kind)
            changed = link >= 0 and ours.remove_edge(link)
        graph = judge(ours)
        assert changed == (nx.number_connected_components(graph) != before)
        assert_equal(ours, graph)
        if n % 25 == 24:
            ours.restart()


@settings(max_examples=60)
@given(st.permutations(range(12)), st.permutations(range(12)))
def test_a_ring_of_joins_comes_apart_in_any_order(laid, cut):
    """Every identifier joins two neighbours of a ring, so each first cut in a component has a replacement."""
    ours = JoinedLinks(accounts=6, identifiers=6)
    links = {}
    for edge in laid:
        links[edge] = ours.tie((edge + 1) // 2 % 6, 6 + edge // 2)
    for edge in cut:
        ours.remove_edge(links[edge])
        assert_equal_nodes(ours)


def assert_equal_nodes(ours):
    graph = nx.Graph()
    graph.add_nodes_from(range(12))
    graph.add_edges_from(
        (int(row["source"]), int(row["target"])) for row in ours.links if row["count"] and row["joins"]
    )
    for component in nx.connected_components(graph):
        assert sorted(ours.circle(min(component))) == sorted(component)
