"""The twin's graph against one that keeps every event, on every prefix of random streams.

Strength is made to fall faster than it does in the product, so that identifiers turn public and private
again in streams that are short enough to be read. Only the twin can be told so: what kernels weigh with is
compiled into them. ``test_clusters.py`` asks the engine too, at the product's weights.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    GpsPing,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    WalletTransfer,
)
from graph.model.vocabulary import EntityKind, Role
from graph.updates.sharing import DAY_MS, WEIGHTS, SharingWeights
from tests.twin.entity_graph import EntityGraph
from tests.unit.graph.scenes import LATENESS_MS, START
from tests.unit.graph.twin import Twin

WINDOW_MS = 20 * DAY_MS
STEP_MS = DAY_MS // 4
FALLING_FAST = SharingWeights(5.0, 1.0, 0.7)

accounts = st.sampled_from([f"a{n}" for n in range(8)])
devices = st.sampled_from(["d0", "d1", "d2"])
cards = st.sampled_from(["c0", "c1"])
steps = st.integers(0, 320)
perhaps = st.none


def event(kind, **fields):
    return st.builds(lambda step, **drawn: (step, kind, drawn), steps, **fields)


anything = st.one_of(
    event(
        AccountCreated,
        account_id=accounts,
        role=st.sampled_from(sorted(Role)),
        device_id=perhaps() | devices,
        phone_hash=perhaps() | st.just("p0"),
        ip=perhaps() | st.just("i0"),
        referrer_id=perhaps() | accounts,
    ),
    event(GpsPing, trip_id=st.just("t"), driver_id=accounts, lat=st.just(1.0), lon=st.just(2.0)),
    event(AccountLogin, account_id=accounts, device_id=devices, ip=perhaps() | st.just("i0")),
    event(CardAdded, account_id=accounts, card_id=cards, device_id=perhaps() | devices),
    event(PayoutAdded, account_id=accounts, bank_account_id=st.just("b0")),
    event(PromoRedeemed, account_id=accounts, promo_id=st.just("w"), amount=st.just(5.0), device_id=devices),
    event(
        WalletTransfer,
        account_id=accounts,
        to_account_id=accounts,
        amount=st.sampled_from([0.5, 20.0, 300.0]),
        device_id=perhaps() | devices,
    ),
    event(
        PaymentDeclined,
        account_id=accounts,
        card_id=st.sampled_from(["c0", "c1", "c2", "c3"]),
        amount=st.sampled_from([0.5, 9.0]),
        device_id=perhaps() | devices,
    ),
    event(
        TripCancelled,
        trip_id=st.just("t"),
        rider_id=accounts,
        driver_id=accounts,
        by=st.sampled_from(sorted(Role)),
        fee=perhaps() | st.just(4.0),
        rider_device_id=perhaps() | devices,
        driver_device_id=perhaps() | devices,
    ),
    event(
        TripCompleted,
        trip_id=st.just("t"),
        rider_id=accounts,
        driver_id=accounts,
        fare=st.just(9.0),
        rider_device_id=perhaps() | devices,
        driver_device_id=perhaps() | devices,
        card_id=perhaps() | cards,
    ),
)
streams = st.lists(anything, min_size=10, max_size=60)


def spelt(drawn):
    """Drawn events in the order of time."""
    ordered = sorted(drawn, key=lambda item: item[0])
    return [
        kind(event_id=f"e{n}", ts=START + step * STEP_MS, **fields)
        for n, (step, kind, fields) in enumerate(ordered)
    ]


def clusters_of(graph: EntityGraph) -> set[frozenset[str]]:
    """The clusters of two accounts and more, spelt out."""
    parts = [graph.clusters.members(label) for label in graph.clusters.labels()]
    return {frozenset(graph.entities.name(n) for n in part if n in graph.accounts) for part in parts}


def assert_equal(graph: EntityGraph, twin: Twin) -> None:
    find = graph.entities.find
    clusters = twin.clusters()
    assert clusters_of(graph) == clusters
    for name in twin.seen:
        mine = next((cluster for cluster in clusters if name in cluster), {name})
        cluster = graph.cluster(find(EntityKind.ACCOUNT, name))
        assert [graph.entities.name(a) for a in cluster] == sorted(
            mine, key=lambda a: find(EntityKind.ACCOUNT, a)
        )
    assert {graph.entities.name(a.entity): a.trips for a in graph.accounts} == {
        name: twin.trips_of(name) for name in twin.seen
    }
    assert {graph.entities.name(a.entity): (a.first_ms, a.last_ms) for a in graph.accounts} == {
        name: (min(moments), max(moments)) for name, moments in twin.seen.items()
    }
    residents = twin.residents()
    for identifier, uses in twin.tenures().items():
        number = find(*identifier)
        assert {graph.entities.name(user) for user in graph.users[number]} == set(uses)
        assert graph._residents.get(number, 0) == residents[identifier]
    assert sum(map(len, graph.users.values())) == sum(map(len, graph.identifiers.values()))
    assert len(graph.users) == len(residents)
    assert sum(graph._residents.values()) == sum(residents.values())


@pytest.fixture(scope="module", autouse=True)
def strength_falls_fast():
    with pytest.MonkeyPatch.context() as patch:
        for kind in (EntityKind.DEVICE, EntityKind.CARD, EntityKind.BANK_ACCOUNT, EntityKind.PHONE):
            patch.setitem(WEIGHTS, kind, FALLING_FAST)
        yield


@settings(max_examples=120, deadline=None)
@given(streams)
def test_clusters_trips_and_residents_equal_the_twin_on_every_prefix(drawn):
    graph, twin = EntityGraph(WINDOW_MS, LATENESS_MS), Twin(WINDOW_MS)
    for one in spelt(drawn):
        graph.apply(one)
        twin.apply(one)
        assert_equal(graph, twin)


@settings(max_examples=120, deadline=None)
@given(streams, st.data())
def test_they_equal_the_twin_on_every_prefix_of_any_order_within_the_lateness(drawn, data):
    events = spelt(drawn)
    late = data.draw(st.lists(st.integers(0, LATENESS_MS), min_size=len(events), max_size=len(events)))
    graph, twin = EntityGraph(WINDOW_MS, LATENESS_MS), Twin(WINDOW_MS)
    for _, _, one in sorted(
        (e.ts + wait, n, e) for n, (e, wait) in enumerate(zip(events, late, strict=True))
    ):
        graph.apply(one)
        twin.apply(one)
        assert_equal(graph, twin)


@settings(max_examples=80, deadline=None)
@given(streams, st.data())
def test_cuts_and_declarations_hold_between_any_two_events(drawn, data):
    graph, twin = EntityGraph(WINDOW_MS, LATENESS_MS), Twin(WINDOW_MS)
    for one in spelt(drawn):
        graph.apply(one)
        twin.apply(one)
        if not twin.uses or data.draw(st.integers(0, 9)):
            assert_equal(graph, twin)
            continue
        account, identifier = data.draw(st.sampled_from(sorted(twin.uses)))
        kind, name = identifier
        if data.draw(st.booleans()):
            twin.cut.add((account, identifier))
            graph.cut(graph.entities.find(EntityKind.ACCOUNT, account), graph.entities.find(kind, name))
        else:
            twin.public.add(identifier)
            graph.declare_public(graph.entities.find(kind, name))
        assert_equal(graph, twin)


@settings(max_examples=80, deadline=None)
@given(streams)
def test_an_event_names_every_account_whose_cluster_it_changed(drawn):
    """But for accounts further along in a cluster that fell apart: their ring is looked at whole."""
    graph = EntityGraph(WINDOW_MS, LATENESS_MS)
    for one in spelt(drawn):
        before = {name: graph.connects(name) for name in graph.users}
        touched = graph.apply(one)
        changed = {
            account
            for identifier in {*before, *graph.users}
            for account in set(before.get(identifier, [])) ^ set(graph.connects(identifier))
        }
        assert changed <= touched.regrouped
