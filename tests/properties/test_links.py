"""The twin's link table against every event kept; the engine's is judged in ``test_link_store.py``."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.vocabulary import LinkKind
from tests.twin.links import LinkTable

WINDOW, LATENESS = 20, 10
times = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200)), min_size=1, max_size=40)


def twin(events, newest):
    """The newest session of every live link: (first, last, count, money)."""
    shown = {}
    for target in {t for t, _ in events}:
        session = None
        for ts in sorted(ts for t, ts in events if t == target):
            if session and ts - session[1] <= WINDOW:
                session = (session[0], ts, session[2] + 1, session[3] + ts)
            else:
                session = (ts, ts, 1, ts)
        if session[1] >= newest - WINDOW:
            shown[target] = session
    return shown


def shown(table):
    return {
        table.target[k]: (table.first_ms[k], table.last_ms[k], table.count[k], table.money[k])
        for k in table.live_links()
    }


def reorder(events, jitter):
    """An arrival order in which no event comes more than LATENESS after a later one."""
    return [
        e
        for _, e in sorted(zip([e[1] + j for e, j in zip(events, jitter, strict=True)], events, strict=True))
    ]


@settings(max_examples=500, deadline=None)
@given(times, st.data())
def test_aggregates_equal_the_twin_on_every_prefix_and_in_any_order_within_lateness(events, data):
    events = sorted(events, key=lambda e: e[1])
    jitter = data.draw(st.lists(st.integers(0, LATENESS), min_size=len(events), max_size=len(events)))
    for order in (events, reorder(events, jitter)):
        table, newest = LinkTable(WINDOW, LATENESS), -1
        live = set()
        for n, (target, ts) in enumerate(order):
            newest = max(newest, ts)
            live -= {table.target[k] for k in table.age(newest)}
            _, revived = table.touch(LinkKind.USES_CARD, 99, target, ts, ts)
            if revived:
                live.add(target)
            assert shown(table) == twin(order[: n + 1], newest)
            assert live == set(shown(table))
            assert table.live_count == len(live)
