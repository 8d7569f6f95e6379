"""Identifiers that turn public and private again, and what an analyst declares."""

import pytest

from graph.model.vocabulary import EntityKind
from tests.unit.graph.scenes import Scene, moment

ANN_AND_BOB = frozenset({"ann", "bob"})


def kiosk(visitors: int, first_day: float = 1.0) -> Scene:
    """People with phones of their own use a kiosk, one after the other, and go home."""
    scene = Scene()
    for n in range(visitors):
        day = first_day + n / 100
        scene.logs_in(f"v{n:02}", day - 0.5, f"phone of v{n:02}")
        scene.logs_in(f"v{n:02}", day, "kiosk")
        scene.logs_in(f"v{n:02}", day + 0.005, f"phone of v{n:02}")
    return scene


def lives(scene: Scene, name: str, day: float) -> None:
    """Somebody with a phone of his own who rides with three different drivers."""
    scene.logs_in(name, day, f"phone of {name}")
    for n in range(3):
        scene.rides(name, f"driver {n} of {name}", day + n / 10)


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
    graph.apply(scene.events[:-2])
    graph.apply(scene.events[-2:-1])
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
        lives(scene, f"colleague{n:02}", n / 10)
        scene.adds_card(f"colleague{n:02}", n / 10 + 1, "company card")
    graph = side.of(scene)
    assert graph.clusters() == set()
    assert graph.is_public(EntityKind.CARD, "company card")


@pytest.mark.parametrize("kind", ["phone", "card", "payout"])
@pytest.mark.parametrize("accounts", [8, 26, 70, 300])
def test_fresh_accounts_are_one_hand_however_many_they_are(side, kind, accounts):
    scene = Scene()
    names = [f"f{n:03}" for n in range(accounts)]
    for n, name in enumerate(names):
        scene.signs_up(name, n / 100, "phone" if kind == "phone" else f"phone of {name}")
        if kind == "card":
            scene.adds_card(name, n / 100, "card")
        if kind == "payout":
            scene.is_paid_to(name, n / 100, "bank")
    assert side.of(scene).clusters() == {frozenset(names)}


def test_of_a_crowd_that_mostly_lives_elsewhere_nobody_is_joined_and_else_those_who_do_not(side):
    scene = Scene()
    for n in range(13):
        lives(scene, f"colleague{n:02}", n / 10)
        scene.adds_card(f"colleague{n:02}", 5, "card")
    idle = [f"idle{n:02}" for n in range(13)]
    for name in idle:
        scene.adds_card(name, 6, "card")
    assert side.of(scene).clusters() == set()
    scene.adds_card("one more", 7, "card")
    assert side.of(scene).clusters() == {frozenset([*idle, "one more"])}


def test_who_begins_to_live_leaves_the_crowd_and_who_shares_his_phone_comes_back(side):
    scene = Scene()
    idle = {f"idle{n:02}" for n in range(14)}
    for name in sorted(idle):
        scene.adds_card(name, 1, "card")
    lives(scene, "idle00", 2)
    assert side.of(scene).clusters() == {frozenset(idle - {"idle00"})}
    scene.logs_in("friend", 3, "phone of idle00")
    assert side.of(scene).clusters() == {frozenset(idle | {"friend"})}


def test_rides_with_one_driver_are_no_life(side):
    scene = Scene()
    crew = {f"c{n:02}" for n in range(14)}
    for name in sorted(crew):
        scene.adds_card(name, 1, "card")
        scene.logs_in(name, 1, f"phone of {name}")
        for ride in range(9):
            scene.rides(name, "accomplice", 2 + ride / 10)
    assert side.of(scene).clusters() == {frozenset(crew)}


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


def test_a_settled_guest_on_a_familys_phone_joins_nobody(side):
    scene = Scene()
    for name in ("ann", "bob"):
        scene.signs_up(name, 1, "phone")
    scene.signs_up("guest", 1, "phone of guest")
    scene.logs_in("guest", 5, "phone")
    assert side.of(scene).clusters() == {ANN_AND_BOB}


def test_a_few_accounts_on_thousands_of_addresses_have_room(side):
    scene = Scene()
    for name in ("ann", "bob", "cat"):
        scene.signs_up(name, 1, "phone", ip="address 0")
        scene.takes(name, 1, "welcome")
        for n in range(2500):
            scene.logs_in(name, 1 + n / 3000, "phone", f"address {n}")
    ((ring),) = side.of(scene).rings()
    assert len([entity for entity in ring.entities if entity.startswith("ip:")]) == 2500
