"""Identifiers that turn public and private again, and what an analyst declares."""

from graph.model.vocabulary import EntityKind
from tests.unit.graph.scenes import Scene, clusters_of, entity, graph_of

ANN_AND_BOB = frozenset({"ann", "bob"})


def kiosk(visitors: int, first_day: float = 1.0) -> Scene:
    scene = Scene()
    for n in range(visitors):
        scene.logs_in(f"v{n:02}", first_day + n / 100, "kiosk")
    return scene


def test_a_kiosk_that_turns_public_parts_what_it_joined_before():
    joined, parted = graph_of(kiosk(24)), graph_of(kiosk(25))
    assert clusters_of(joined) == {frozenset(f"v{n:02}" for n in range(24))}
    assert clusters_of(parted) == set()
    assert parted.is_public(entity(parted, EntityKind.DEVICE, "kiosk"))
    assert parted.connects(entity(parted, EntityKind.DEVICE, "kiosk")) == []


def test_a_public_kiosk_leaves_households_together():
    scene = kiosk(25)
    scene.logs_in("v00", 2, "home phone")
    scene.logs_in("v01", 2, "home phone")
    assert clusters_of(graph_of(scene)) == {frozenset({"v00", "v01"})}


def test_the_event_that_makes_a_kiosk_public_names_everybody_it_parts():
    scene = kiosk(25)
    graph = graph_of(Scene())
    touched = [graph.apply(event) for event in scene.events]
    assert {graph.entities.name(n) for n in touched[-1].regrouped} == {f"v{n:02}" for n in range(24)}


def test_a_kiosk_becomes_private_again_when_its_visitors_age_out():
    scene = kiosk(30)
    for name in ("v28", "v29"):
        scene.logs_in(name, 60, "kiosk")
    scene.logs_in("elsewhere", 89, "phone")
    assert clusters_of(graph_of(scene)) == set()
    scene.logs_in("elsewhere", 92, "phone")
    assert clusters_of(graph_of(scene)) == {frozenset({"v28", "v29"})}


def test_an_office_on_one_company_card_is_not_one_hand():
    scene = Scene()
    for n in range(30):
        scene.adds_card(f"colleague{n:02}", n / 10, "company card")
    assert clusters_of(graph_of(scene)) == set()


def test_a_carrier_address_joins_nobody():
    scene = Scene()
    for n in range(3):
        scene.logs_in(f"a{n}", n, f"phone{n}", "10.0.0.1")
    assert clusters_of(graph_of(scene)) == set()


def test_a_farms_phone_with_forty_residents_connects_and_forty_visitors_would_not():
    scene = Scene()
    for n in range(40):
        scene.signs_up(f"farm{n:02}", n / 100, "phone")
    graph = graph_of(scene)
    assert clusters_of(graph) == {frozenset(f"farm{n:02}" for n in range(40))}
    assert not graph.is_public(entity(graph, EntityKind.DEVICE, "phone"))


def test_a_login_that_precedes_its_sign_up_makes_a_resident_all_the_same():
    orders = Scene(), Scene()
    for scene, first, second in ((orders[0], 0.0, 0.1), (orders[1], 0.1, 0.0)):
        for n in range(40):
            scene.logs_in(f"farm{n:02}", n + first, "phone")
            scene.signs_up(f"farm{n:02}", n + second, "phone")
    assert clusters_of(graph_of(orders[0])) == clusters_of(graph_of(orders[1])) != set()


def test_a_phone_sold_on_does_not_join_two_households_and_does_when_the_seller_returns():
    scene = Scene()
    for day in (0, 10, 20):
        scene.logs_in("seller", day, "phone")
        scene.logs_in("spouse", day, "phone")
    for day in (30, 40):
        scene.logs_in("buyer", day, "phone")
        scene.logs_in("son", day, "phone")
    assert clusters_of(graph_of(scene)) == {frozenset({"buyer", "son"})}
    scene.logs_in("seller", 41, "phone")
    assert clusters_of(graph_of(scene)) == {frozenset({"seller", "spouse", "buyer", "son"})}


def test_a_late_login_of_the_seller_moves_the_sale_as_it_would_have_in_time():
    in_time, late = Scene(), Scene()
    for scene in (in_time, late):
        scene.logs_in("seller", 0, "phone")
        scene.logs_in("seller", 6, "phone")
        scene.logs_in("buyer", 8.5, "phone")
        scene.logs_in("seller", 7.2, "phone")
    graph = graph_of(Scene())
    for event in late._events:
        graph.apply(event)
    assert clusters_of(graph_of(in_time)) == clusters_of(graph) == set()


def test_an_analysts_cut_holds_for_what_comes():
    scene = Scene()
    for name in ("ann", "bob", "cat"):
        scene.logs_in(name, 1, "phone")
    graph = graph_of(scene)
    phone, cat = entity(graph, EntityKind.DEVICE, "phone"), entity(graph, EntityKind.ACCOUNT, "cat")
    touched = graph.cut(cat, phone)
    assert {graph.entities.name(n) for n in touched.regrouped} == {"ann", "bob", "cat"}
    assert clusters_of(graph) == {ANN_AND_BOB}
    again = Scene()
    again.logs_in("cat", 2, "phone")
    for event in again.events:
        graph.apply(event)
    assert clusters_of(graph) == {ANN_AND_BOB}
    assert graph.cuts() == [(cat, phone)]


def test_a_cut_ahead_of_the_first_use_holds_too():
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    scene.logs_in("bob", 1, "other")
    graph = graph_of(scene)
    graph.cut(entity(graph, EntityKind.ACCOUNT, "bob"), entity(graph, EntityKind.DEVICE, "phone"))
    again = Scene()
    again.logs_in("bob", 2, "phone")
    graph.apply(again.events[0])
    assert clusters_of(graph) == set()


def test_a_phone_declared_public_connects_nobody_before_or_after():
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    scene.logs_in("bob", 1, "phone")
    graph = graph_of(scene)
    assert clusters_of(graph) == {ANN_AND_BOB}
    phone = entity(graph, EntityKind.DEVICE, "phone")
    graph.declare_public(phone)
    assert graph.is_public(phone)
    assert clusters_of(graph) == set()
    again = Scene()
    again.logs_in("cat", 2, "phone")
    graph.apply(again.events[0])
    assert clusters_of(graph) == set()


def test_two_paths_hold_a_cluster_until_both_are_cut():
    scene = Scene()
    for name in ("ann", "bob"):
        scene.logs_in(name, 1, "phone")
        scene.adds_card(name, 1, "card")
    graph = graph_of(scene)
    bob = entity(graph, EntityKind.ACCOUNT, "bob")
    graph.cut(bob, entity(graph, EntityKind.DEVICE, "phone"))
    assert clusters_of(graph) == {ANN_AND_BOB}
    graph.cut(bob, entity(graph, EntityKind.CARD, "card"))
    assert clusters_of(graph) == set()
