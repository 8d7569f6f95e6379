"""What each type of event does to the graph."""

import pytest

from graph.model.vocabulary import LinkKind, Role, VerdictOutcome
from graph.state.accounts import UNKNOWN_MS
from tests.unit.graph.scenes import HOUR, Scene, at


def test_a_sign_up_ties_the_account_to_all_it_was_made_with(side):
    scene = Scene()
    scene.signs_up("ann", 1, "phone", ip="1.2.3.4", phone_hash="p", email_hash="m", role=Role.DRIVER)
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
        (LinkKind.USES_IP, "ann", "1.2.3.4", 1, 0),
        (LinkKind.USES_PHONE, "ann", "p", 1, 0),
        (LinkKind.USES_EMAIL, "ann", "m", 1, 0),
    }
    ann = graph.facts("ann")
    assert (ann.created_ms, ann.first_ms, ann.role) == (at(1), at(1), Role.DRIVER)
    assert graph.origins("ann") == {"phone", "1.2.3.4", "p", "m"}


def test_a_referral_ties_the_referrer_to_the_new_account(side):
    scene = Scene()
    scene.signs_up("bob", 2, referrer="ann")
    graph = side.of(scene)
    assert graph.links() == {(LinkKind.REFERRED, "ann", "bob", 1, 0)}
    assert graph.facts("ann").created_ms == UNKNOWN_MS
    assert (graph.referred_by("ann"), graph.referrers_of("ann")) == (["bob"], [])
    assert (graph.referred_by("bob"), graph.referrers_of("bob")) == ([], ["ann"])


def test_an_account_cannot_refer_itself(side):
    scene = Scene()
    scene.signs_up("ann", 1, referrer="ann")
    assert side.of(scene).links() == set()


def test_a_login_ties_the_account_to_its_phone_and_address(side):
    scene = Scene()
    scene.logs_in("ann", 1, "phone", "1.2.3.4")
    scene.logs_in("ann", 2, "phone")
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.USES_DEVICE, "ann", "phone", 2, 0),
        (LinkKind.USES_IP, "ann", "1.2.3.4", 1, 0),
    }
    ann = graph.facts("ann")
    assert (ann.created_ms, ann.first_ms, ann.last_ms, ann.role) == (UNKNOWN_MS, at(1), at(2), None)
    assert graph.origins("ann") == set()


def test_a_card_ties_its_account_and_the_phone_it_was_added_on(side):
    scene = Scene()
    scene.adds_card("ann", 1, "card", "phone")
    scene.adds_card("bob", 2, "card")
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.USES_CARD, "ann", "card", 1, 0),
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
        (LinkKind.USES_CARD, "bob", "card", 1, 0),
    }
    assert graph.clusters() == {frozenset({"ann", "bob"})}


def test_a_payout_ties_the_account_to_the_bank_account(side):
    scene = Scene()
    scene.is_paid_to("ann", 1, "bank")
    scene.is_paid_to("bob", 2, "bank")
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.USES_BANK_ACCOUNT, "ann", "bank", 1, 0),
        (LinkKind.USES_BANK_ACCOUNT, "bob", "bank", 1, 0),
    }
    assert graph.clusters() == {frozenset({"ann", "bob"})}


def test_a_chargeback_is_counted_and_ties_nobody(side):
    scene = Scene()
    scene.disowns("ann", 1, 12.5, card="card")
    scene.disowns("ann", 2, 0.25)
    graph = side.of(scene)
    assert graph.links() == set()
    assert (graph.facts("ann").chargebacks, graph.facts("ann").chargeback_units) == (2, 127_500)


def test_a_promotion_is_counted_and_its_first_taking_remembered(side):
    scene = Scene()
    scene.takes("ann", 2, "welcome", 10.0, device="phone")
    scene.takes("ann", 3, "welcome", 2.5)
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.REDEEMED, "ann", "welcome", 2, 125_000),
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
    }
    ann = graph.facts("ann")
    assert (ann.promos, ann.promo_units, ann.promo_ms) == (2, 125_000, at(2))


def test_a_transfer_ties_payer_and_payee_with_its_money_and_the_payers_phone(side):
    scene = Scene()
    scene.pays("ann", 1, "bob", 12.5, device="phone")
    scene.pays("ann", 2, "bob", 0.5)
    scene.pays("ann", 3, "ann", 7.0, device="tablet")
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.PAID, "ann", "bob", 2, 130_000),
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
        (LinkKind.USES_DEVICE, "ann", "tablet", 1, 0),
    }
    assert graph.clusters() == set()
    assert (graph.facts("bob").first_ms, graph.facts("bob").last_ms) == (at(1), at(2))


def test_a_declined_payment_notes_that_the_card_was_tried_and_whose_phone_it_was(side):
    scene = Scene()
    scene.is_declined("ann", 1, "card", 2.5, device="phone")
    scene.is_declined("ann", 2, "card", 1.0)
    assert side.of(scene).links() == {
        (LinkKind.TRIED, "ann", "card", 2, 35_000),
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
    }


def test_a_cancelled_trip_is_no_ride_and_notes_the_fee_and_both_phones(side):
    scene = Scene()
    scene.cancels("ann", "dan", 1, Role.DRIVER, 2.5, rider_device_id="phone", driver_device_id="tablet")
    scene.cancels("ann", "dan", 2)
    scene.cancels("ann", "ann", 3, fee=9.0)
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.CANCELLED, "ann", "dan", 2, 25_000),
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
        (LinkKind.USES_DEVICE, "dan", "tablet", 1, 0),
    }
    ann, dan = graph.facts("ann"), graph.facts("dan")
    assert (ann.trips, ann.role, dan.role) == (0, Role.RIDER, Role.DRIVER)
    assert graph.clusters() == set()


def test_two_takers_of_one_promotion_are_not_tied(side):
    scene = Scene()
    scene.takes("ann", 1, "welcome")
    scene.takes("bob", 1, "welcome")
    assert side.of(scene).clusters() == set()


def test_a_trip_ties_rider_and_driver_and_what_each_held(side):
    scene = Scene()
    scene.rides(
        "ann", "dan", 1, fare=12.0, rider_device_id="phone", driver_device_id="tablet", card_id="card"
    )
    scene.rides("ann", "dan", 2, fare=3.0)
    graph = side.of(scene)
    assert graph.links() == {
        (LinkKind.RODE_WITH, "ann", "dan", 2, 150_000),
        (LinkKind.USES_DEVICE, "ann", "phone", 1, 0),
        (LinkKind.USES_DEVICE, "dan", "tablet", 1, 0),
        (LinkKind.USES_CARD, "ann", "card", 1, 0),
    }
    ann, dan = graph.facts("ann"), graph.facts("dan")
    assert (ann.trips, dan.trips) == (2, 2)
    assert (ann.role, dan.role) == (Role.RIDER, Role.DRIVER)
    assert graph.clusters() == set()


def test_a_driver_who_also_rides_stays_a_driver(side):
    scene = Scene()
    scene.signs_up("dan", 1, role=Role.DRIVER)
    scene.rides("dan", "eve", 2)
    assert side.of(scene).facts("dan").role is Role.DRIVER


def test_an_account_that_rides_with_itself_is_no_pair(side):
    scene = Scene()
    scene.rides("ann", "ann", 1)
    graph = side.of(scene)
    assert graph.links() == set()
    assert graph.facts("ann").trips == 0


def test_a_rider_is_placed_by_the_pick_ups_that_are_known(side):
    scene = Scene()
    scene.rides("ann", "dan", 1, pickup_lat=10.0, pickup_lon=20.0)
    scene.rides("ann", "dan", 2, pickup_lat=11.0, pickup_lon=22.0)
    scene.rides("ann", "dan", 3)
    ann = side.of(scene).facts("ann")
    assert (ann.pickups, ann.pickup_lat, ann.pickup_lon) == (2, 21.0, 42.0)


def test_a_ping_and_a_verdict_leave_the_graph_as_it_is(side):
    scene = Scene()
    scene.pings("trip", "dan", 1, 10.0, 20.0)
    scene.is_answered("ann", 2, VerdictOutcome.FRAUD)
    graph = side.of(scene)
    assert (graph.counts()["entities"], list(graph.accounts()), graph.watermark_ms) == (0, [], at(2))


def test_trips_and_links_leave_with_the_window(side):
    scene = Scene()
    scene.rides("ann", "dan", 0, rider_device_id="phone")
    scene.rides("ann", "dan", 1)
    scene.rides("bob", "dan", 50)
    scene.logs_in("cat", 91, "other")
    assert side.of(scene).facts("ann").trips == 2
    scene.logs_in("cat", 91 + HOUR, "other")
    graph = side.of(scene)
    assert (graph.facts("ann").trips, graph.facts("dan").trips) == (0, 1)
    assert graph.links() == {
        (LinkKind.RODE_WITH, "bob", "dan", 1, 125_000),
        (LinkKind.USES_DEVICE, "cat", "other", 2, 0),
    }


def test_a_late_event_counts_as_if_it_had_come_in_time(side):
    scene = Scene()
    scene.logs_in("ann", 5, "phone")
    late = Scene()
    late.logs_in("bob", 3.5, "phone")
    graph = side.of(scene)
    graph.apply(late.events)
    assert graph.watermark_ms == at(5)
    assert graph.clusters() == {frozenset({"ann", "bob"})}


def test_of_two_creations_the_earlier_counts_whichever_arrives_last(side):
    scene = Scene()
    scene.signs_up("ann", 1)
    scene.signs_up("ann", 2)
    first, second = scene.events
    orders = []
    for order in ((first, second), (second, first)):
        graph = side()
        graph.apply(order)
        orders.append(graph.facts("ann").created_ms)
    assert orders == [at(1), at(1)]


@pytest.mark.parametrize("sharers", [2, 3, 4])
def test_a_household_on_one_phone_is_a_cluster(side, sharers):
    scene = Scene()
    for n in range(sharers):
        scene.logs_in(f"a{n}", n, "phone")
    assert side.of(scene).clusters() == {frozenset(f"a{n}" for n in range(sharers))}


def test_what_an_event_touched_is_named(side):
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    scene.logs_in("bob", 2, "phone")
    scene.logs_in("bob", 3, "phone")
    scene.rides("cat", "dan", 4)
    graph = side()
    touched, regrouped = [], []
    for event in scene.events:
        graph.apply([event])
        touched.append(graph.touched())
        regrouped.append(graph.regrouped())
    assert touched == [["ann"], ["bob"], ["bob"], ["cat", "dan"]]
    assert regrouped == [set(), {"ann", "bob"}, set(), set()]


def test_a_late_trip_that_joins_two_spells_brings_the_older_trips_back(side):
    scene = Scene()
    for day in (0, 91, 90):
        scene.rides("ann", "dan", day)
    in_time, late = side.of(scene), side()
    late.apply(scene.as_told)
    for graph in (in_time, late):
        assert (graph.facts("ann").trips, graph.facts("dan").trips) == (3, 3)
