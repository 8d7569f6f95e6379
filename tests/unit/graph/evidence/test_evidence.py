"""The numbers behind a judgement, worked out by hand for one small scene."""

import pytest

from graph.model.vocabulary import Role
from tests.unit.graph.scenes import HOUR, Scene


@pytest.fixture(scope="module")
def weighed(side):
    """Three riders on one phone and a driver; ann and bob share a card, cat has a phone of her own too."""
    scene = Scene()
    scene.signs_up("dan", 1, "tablet", role=Role.DRIVER, ip="home")
    for n, name in enumerate(("ann", "bob", "cat")):
        scene.signs_up(name, 2 + n, "phone", ip="home", referrer="ann" if n else None)
    scene.adds_card("ann", 5, "card")
    scene.adds_card("bob", 5, "card")
    scene.adds_card("cat", 5, "cats card")
    scene.logs_in("cat", 5, "cats phone")
    scene.takes("ann", 2 + HOUR, "welcome", 10.0)
    scene.takes("bob", 3 + HOUR, "welcome", 10.0)
    scene.takes("cat", 9, "other", 5.5)
    scene.rides("ann", "dan", 6, fare=10.0, incentive=4.0)
    scene.rides("ann", "dan", 7, fare=10.0)
    scene.rides("bob", "dan", 7, fare=10.0)
    scene.rides("cat", "stranger", 8, fare=10.0)
    scene.disowns("bob", 9, 30.0, "card")
    return side.of(scene).weighed({"ann", "bob", "cat", "dan"})


@pytest.fixture(scope="module")
def evidence(weighed):
    return weighed.evidence


def test_accounts_are_counted_by_role(evidence):
    assert (evidence.accounts, evidence.riders, evidence.drivers) == (4, 3, 1)


def test_sharing(evidence):
    assert evidence.device_sharing == 3 / 4
    assert evidence.card_sharing == 2 / 3
    assert evidence.address_sharing == 1
    assert evidence.own_device == 2 / 4
    assert evidence.own_card == 1 / 4
    assert evidence.hands == 2


def test_takings(evidence):
    assert evidence.promo_share == 3 / 4
    assert evidence.same_promo == 2 / 4
    assert evidence.promo_soon == 2 / 4
    assert evidence.promo_money == 25.5
    assert evidence.referral_share == 2 / 3
    assert evidence.referral_depth == 1
    assert evidence.recruits_paid == 0
    assert evidence.promo_beside_fares == 25.5 / (25.5 + 40)


def test_recruits_that_are_paid_by_whoever_brought_them(side):
    scene = Scene()
    for n, name in enumerate(("ann", "bob", "cat")):
        scene.signs_up(name, 2 + n, "phone", referrer="ann" if n else None)
    scene.pays("ann", 6, "cat", 5.0)
    scene.pays("bob", 6, "ann", 5.0)
    assert side.of(scene).weighed({"ann", "bob", "cat"}).evidence.recruits_paid == 1 / 2


def test_trips(evidence):
    assert (evidence.inside, evidence.riders_inside, evidence.drivers_inside) == (3, 2, 1)
    assert evidence.inside_share == 3 / 4
    assert evidence.driver_inside_share == 1
    assert evidence.pair_density == 1
    assert evidence.incentive_rate == pytest.approx(1 / 3)
    assert evidence.incentive_excess == pytest.approx(1 / 3 - 2 / 14)
    assert (evidence.incentive_money, evidence.fare_money) == (4.0, 30.0)


def test_cards(evidence):
    assert (evidence.cards, evidence.cards_per_rider, evidence.moving_cards) == (2, 2 / 3, 1 / 2)
    assert (evidence.chargebacks, evidence.chargeback_money) == (1, 30.0)
    assert evidence.chargeback_rate == 1 / 4
    assert evidence.chargeback_share == 1 / 3
