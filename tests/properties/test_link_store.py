"""The link store against a twin that keeps every event, on every prefix of random streams."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.links.records import IDENTITIES, USERS
from graph.links.records import REDEEMED as REDEEMED_LIST
from tests.unit.graph.joined_links import DEVICE, REDEEMED, JoinedLinks

ACCOUNTS, DEVICES = 3, 3
spans = st.sampled_from([(20, 10), (20, 0), (5, 5), (1 << 20, 1 << 18)])
steps = st.lists(
    st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, DEVICES - 1), st.integers(0, 1000)),
    min_size=1,
    max_size=60,
)


def twin(events, newest, window):
    """The newest session of every live link: (first, last, count, money), which only interactions have."""
    shown = {}
    for key in {key for key, _ in events}:
        session = None
        for ts in sorted(ts for other, ts in events if other == key):
            if session and ts - session[1] <= window:
                session = (session[0], ts, session[2] + 1, session[3] + ts)
            else:
                session = (ts, ts, 1, ts)
        if session[1] >= newest - window:
            shown[key] = session if key[0] == REDEEMED else (*session[:3], 0)
    return shown


def spelt(drawn, window, kind):
    """Drawn steps as (key, time), ten windows long, in the order of time."""
    return sorted(
        (((kind, a, ACCOUNTS + d), 100 + step * 10 * window // 1000) for a, d, step in drawn),
        key=lambda event: event[1],
    )


@settings(max_examples=200)
@given(steps, spans, st.sampled_from([DEVICE, REDEEMED]), st.data())
def test_links_equal_the_twin_on_every_prefix_and_in_any_order_within_lateness(drawn, spans, kind, data):
    window, lateness = spans
    events = spelt(drawn, window, kind)
    slots = (IDENTITIES if kind == DEVICE else REDEEMED_LIST, USERS)
    jitter = data.draw(st.lists(st.integers(0, lateness), min_size=len(events), max_size=len(events)))
    late = [event for _, event in sorted((e[1] + j, e) for e, j in zip(events, jitter, strict=True))]
    for order in (events, late):
        ours, newest, lists = JoinedLinks(window, lateness, ACCOUNTS, DEVICES), -1, {}
        for n, (key, ts) in enumerate(order):
            newest = max(newest, ts)
            before = ours.live()
            fallen = ours.age(newest)
            rows = [ours.links[link] for link in fallen]
            assert [int(row["last_ms"]) for row in rows] == sorted(int(row["last_ms"]) for row in rows)
            assert set(before) - set(ours.live()) == {ours.key(link) for link in fallen}
            for link in fallen:
                for around in lists.values():
                    if link in around:
                        around.remove(link)
            link, revived = ours.touch(key[1], key[2], ts, ts, kind)
            if revived:
                for end in zip(key[1:], slots, strict=True):
                    lists.setdefault(end, []).append(link)
            assert ours.live() == twin(order[: n + 1], newest, window)
            assert ours.store.live_count == len(ours.live())
            assert ours.find(key[1], key[2], kind) == (link if key in ours.live() else -1)
            assert all(ours.around(*end) == around for end, around in lists.items())
            if n % 20 == 19:
                ours.restart()
