"""Identifiers that turn public and private again, and what an analyst declares."""

from graph.model.vocabulary import EntityKind
from tests.unit.graph.scenes import Scene, moment

ANN_AND_BOB = frozenset({"ann", "bob"})


def kiosk(visitors: int, first_day: float = 1.0) -> Scene:
    scene = Scene()
    for n in range(visitors):
        scene.logs_in(f"v{n:02}", first_day + n / 100, "kiosk")
    return scene


def test_a_kiosk_that_turns_public_parts_what_it_joined_before(side):
    joined, parted = side.of(kiosk(24)), side.of(kiosk(25))
    assert joined.clusters() == {frozenset(f"v{n:02}" for n in range(24))}
    assert parted.clusters() == set()
    assert parted.is_public(EntityKind.DEVICE, "kiosk")
    assert parted.connects(EntityKind.DEVICE, "kiosk") == set()


def test_a_public_kiosk_leaves_households_together(side):
    scene = kiosk(25)
    scene.logs_in("v00", 2, "home phone")
    scene.logs_in("v01", 2, "home phone")
    assert side.of(scene).clusters() == {frozenset({"v00", "v01"})}


def test_the_event_that_makes_a_kiosk_public_names_everybody_it_parts(side):
    scene = kiosk(25)
    graph = side()
    graph.apply(scene.events[:-1])
    graph.apply(scene.events[-1:])
    assert graph.regrouped() == {f"v{n:02}" for n in range(24)}


def test_a_kiosk_becomes_private_again_when_its_visitors_age_out(side):
    scene = kiosk(30)
    for name in ("v28", "v29"):
        scene.logs_in(name, 60, "kiosk")
    scene.logs_in("elsewhere", 89, "phone")
    assert side.of(scene).clusters() == set()
    scene.logs_in("elsewhere", 92, "phone")
    assert side.of(scene).clusters() == {frozenset({"v28", "v29"})}


def test_an_office_on_one_company_card_is_not_one_hand(side):
    scene = Scene()
    for n in range(30):
        scene.adds_card(f"colleague{n:02}", n / 10, "company card")
    assert side.of(scene).clusters() == set()


def test_a_carrier_address_joins_nobody(side):
    scene = Scene()
    for n in range(3):
        scene.logs_in(f"a{n}", n, f"phone{n}", "10.0.0.1")
    assert side.of(scene).clusters() == set()


def test_a_farms_phone_with_forty_residents_connects_and_forty_visitors_would_not(side):
    scene = Scene()
    for n in range(40):
        scene.signs_up(f"farm{n:02}", n / 100, "phone")
    graph = side.of(scene)
    assert graph.clusters() == {frozenset(f"farm{n:02}" for n in range(40))}
    assert not graph.is_public(EntityKind.DEVICE, "phone")


def test_a_login_that_precedes_its_sign_up_makes_a_resident_all_the_same(side):
    orders = Scene(), Scene()
    for scene, first, second in ((orders[0], 0.0, 0.1), (orders[1], 0.1, 0.0)):
        for n in range(40):
            scene.logs_in(f"farm{n:02}", n + first, "phone")
            scene.signs_up(f"farm{n:02}", n + second, "phone")
    assert side.of(orders[0]).clusters() == side.of(orders[1]).clusters() != set()


def test_a_phone_sold_on_does_not_join_two_households_and_does_when_the_seller_returns(side):
    scene = Scene()
    for day in (0, 10, 20):
        scene.logs_in("seller", day, "phone")
        scene.logs_in("spouse", day, "phone")
    for day in (30, 40):
        scene.logs_in("buyer", day, "phone")
        scene.logs_in("son", day, "phone")
    assert side.of(scene).clusters() == {frozenset({"buyer", "son"})}
    scene.logs_in("seller", 41, "phone")
    assert side.of(scene).clusters() == {frozenset({"seller", "spouse", "buyer", "son"})}


def test_a_late_login_of_the_seller_moves_the_sale_as_it_would_have_in_time(side):
    in_time, late = Scene(), Scene()
    for scene in (in_time, late):
        scene.logs_in("seller", 0, "phone")
        scene.logs_in("seller", 6, "phone")
        scene.logs_in("buyer", 8.5, "phone")
        scene.logs_in("seller", 7.2, "phone")
    graph = side()
    graph.apply(late.as_told)
    assert side.of(in_time).clusters() == graph.clusters() == set()


def test_an_analysts_cut_holds_for_what_comes(side):
    scene = Scene()
    for name in ("ann", "bob", "cat"):
        scene.logs_in(name, 1, "phone")
    graph = side.of(scene)
    graph.cut("cat", EntityKind.DEVICE, "phone", moment(2, "cut"))
    assert graph.regrouped() == {"ann", "bob", "cat"}
    assert graph.clusters() == {ANN_AND_BOB}
    again = Scene()
    again.logs_in("cat", 2, "phone")
    graph.apply(again.events)
    assert graph.clusters() == {ANN_AND_BOB}
    ((account, identifier),) = graph.view().cuts
    assert graph.names([account, identifier]) == ["cat", "phone"]


def test_a_cut_ahead_of_the_first_use_holds_too(side):
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    scene.logs_in("bob", 1, "other")
    graph = side.of(scene)
    graph.cut("bob", EntityKind.DEVICE, "phone", moment(1.5, "cut"))
    again = Scene()
    again.logs_in("bob", 2, "phone")
    graph.apply(again.events)
    assert graph.clusters() == set()


def test_a_phone_declared_public_connects_nobody_before_or_after(side):
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    scene.logs_in("bob", 1, "phone")
    graph = side.of(scene)
    assert graph.clusters() == {ANN_AND_BOB}
    graph.declare_public(EntityKind.DEVICE, "phone", moment(1.5, "word"))
    assert graph.is_public(EntityKind.DEVICE, "phone")
    assert graph.clusters() == set()
    again = Scene()
    again.logs_in("cat", 2, "phone")
    graph.apply(again.events)
    assert graph.clusters() == set()


def test_two_paths_hold_a_cluster_until_both_are_cut(side):
    scene = Scene()
    for name in ("ann", "bob"):
        scene.logs_in(name, 1, "phone")
        scene.adds_card(name, 1, "card")
    graph = side.of(scene)
    graph.cut("bob", EntityKind.DEVICE, "phone", moment(2, "one"))
    assert graph.clusters() == {ANN_AND_BOB}
    graph.cut("bob", EntityKind.CARD, "card", moment(3, "other"))
    assert graph.clusters() == set()
