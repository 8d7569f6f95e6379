"""Clusters, trips and facts of engine and twin against a graph that keeps every event, on every prefix."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.rings.lifecycle import Moment
from graph.updates.sharing import DAY_MS
from tests.properties.test_entity_graph import WINDOW_MS, spelt, streams
from tests.unit.graph.scenes import LATENESS_MS
from tests.unit.graph.twin import Twin


def assert_equal(graph, kept: Twin) -> None:
    assert graph.clusters() == kept.clusters()
    view = graph.view()
    names = [view.names[entity] for entity in view.accounts.entity]
    facts = zip(names, view.accounts.trips, view.accounts.first_ms, view.accounts.last_ms, strict=True)
    assert {name: (trips, first, last) for name, trips, first, last in facts} == {
        name: (kept.trips_of(name), min(moments), max(moments)) for name, moments in kept.seen.items()
    }


@settings(max_examples=40, deadline=None)
@given(streams, st.data())
def test_clusters_and_trips_equal_those_of_all_events_in_any_order_within_the_lateness(side, drawn, data):
    events = spelt(drawn)
    if data.draw(st.booleans()):
        waits = data.draw(st.lists(st.integers(0, LATENESS_MS), min_size=len(events), max_size=len(events)))
        order = sorted(range(len(events)), key=lambda n: (events[n].ts + waits[n], n))
        events = [events[n] for n in order]
    graph, kept = side(window_days=WINDOW_MS / DAY_MS), Twin(WINDOW_MS)
    for one in events:
        graph.apply([one])
        kept.apply(one)
        assert_equal(graph, kept)


@settings(max_examples=30, deadline=None)
@given(streams, st.data())
def test_cuts_and_declarations_hold_between_any_two_events(side, drawn, data):
    graph, kept = side(window_days=WINDOW_MS / DAY_MS), Twin(WINDOW_MS)
    for n, one in enumerate(spelt(drawn)):
        graph.apply([one])
        kept.apply(one)
        if kept.uses and not data.draw(st.integers(0, 4)):
            account, identifier = data.draw(st.sampled_from(sorted(kept.uses)))
            if data.draw(st.booleans()):
                kept.cut.add((account, identifier))
                graph.cut(account, *identifier, Moment(one.ts, f"cut{n}"))
            else:
                kept.public.add(identifier)
                graph.declare_public(*identifier, Moment(one.ts, f"word{n}"))
        assert_equal(graph, kept)
        assert all(graph.is_public(*identifier) for identifier in kept.public)
        assert not any(graph.connects(*identifier) for identifier in kept.public)
