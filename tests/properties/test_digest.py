"""The digest of the graph does not depend on the order of events, and notices loss and double counting."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.engine import LATENESS_MS
from graph.updates.sharing import DAY_MS
from tests.properties.test_entity_graph import WINDOW_MS, spelt, streams
from tests.unit.graph.fakes import in_batches, new_engine


def digest_of(events) -> str:
    engine = new_engine(window_days=20)
    engine.apply(events)
    return engine.state_digest()


@settings(max_examples=150, deadline=None)
@given(streams, st.data())
def test_any_order_within_the_lateness_gives_the_same_digest(drawn, data):
    events = spelt(drawn)
    late = data.draw(st.lists(st.integers(0, LATENESS_MS), min_size=len(events), max_size=len(events)))
    arrival = sorted(zip(events, late, range(len(events)), strict=True), key=lambda e: (e[0].ts + e[1], e[2]))
    assert digest_of([event for event, _, _ in arrival]) == digest_of(events)


@settings(max_examples=30, deadline=None)
@given(streams, st.integers(1, 20))
def test_any_batching_gives_the_same_digest(drawn, size):
    events = spelt(drawn)
    at_once, in_parts = new_engine(window_days=20), new_engine(window_days=20)
    at_once.apply(events)
    in_batches(in_parts, events, size)
    assert at_once.state_digest() == in_parts.state_digest() == digest_of(events)


@settings(max_examples=100, deadline=None)
@given(streams, st.data())
def test_an_event_lost_or_counted_twice_changes_the_digest(drawn, data):
    """Inside the window, for events that leave a link; the last event stays, so that time is the same."""
    events = [e for e in spelt(drawn) if getattr(e, "device_id", None)]
    events = [e for e in events if e.ts >= events[-1].ts - WINDOW_MS + DAY_MS]
    if len(events) < 2:
        return
    chosen = data.draw(st.integers(0, len(events) - 2))
    whole = digest_of(events)
    assert digest_of(events[:chosen] + events[chosen + 1 :]) != whole
    assert digest_of(events[: chosen + 1] + events[chosen:]) != whole
