"""The forest against networkx, on every prefix of random streams of joins, parts and ageing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.graph.joined_links import CARD, DEVICE, JoinedLinks
from tests.unit.graph.kept_edges import KeptEdges

ACCOUNTS, IDENTIFIERS = 7, 5
NODES = ACCOUNTS + IDENTIFIERS
WINDOW_MS = 40
steps = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "join", "part", "wait"]),
        st.integers(0, ACCOUNTS - 1),
        st.integers(ACCOUNTS, NODES - 1),
        st.sampled_from([DEVICE, CARD]),
    ),
    max_size=80,
)


def assert_equal(ours: JoinedLinks, kept: KeptEdges) -> None:
    """The same edges, and of every node the same component."""
    assert ours.joins() == kept.joins
    found = kept.components()
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
    ours, now = JoinedLinks(WINDOW_MS, lateness_ms=5, accounts=ACCOUNTS, identifiers=IDENTIFIERS), 0
    kept = KeptEdges(NODES, WINDOW_MS)
    for n, (verb, account, identifier, kind) in enumerate(stream):
        key = (kind, account, identifier)
        now += 15 if verb == "wait" else 1
        ours.age(now)
        kept.age(now)
        if verb == "join":
            link, _ = ours.touch(account, identifier, now, kind=kind)
            kept.touch(key, now)
            assert ours.add_edge(link) == kept.join(key)
        else:
            link = ours.find(account, identifier, kind)
            assert (link >= 0 and ours.remove_edge(link)) == kept.part(key)
        assert_equal(ours, kept)
        if n % 25 == 24:
            ours.restart()


@settings(max_examples=60)
@given(st.permutations(range(12)), st.permutations(range(12)))
def test_a_ring_of_joins_comes_apart_in_any_order(laid, cut):
    """Every identifier joins two neighbours of a ring, so each first cut in a component has a replacement."""
    ours, kept = JoinedLinks(accounts=6, identifiers=6), KeptEdges(12, window_ms=20)
    keys = {edge: (DEVICE, (edge + 1) // 2 % 6, 6 + edge // 2) for edge in range(12)}
    links = {}
    for edge in laid:
        links[edge] = ours.tie(*keys[edge][1:])
        kept.touch(keys[edge], 0)
        kept.join(keys[edge])
        assert_equal(ours, kept)
    for edge in cut:
        assert ours.remove_edge(links[edge]) == kept.part(keys[edge])
        assert_equal(ours, kept)
    assert kept.joins == set()
