"""The numbers behind a judgement, worked out by hand for one small scene."""

import pytest

from graph.model.vocabulary import EntityKind, Role
from graph.scoring.rules.finding import percent
from tests.twin.candidates import Candidate
from tests.twin.evidence import Evidence, gather_evidence
from tests.twin.rules import INNOCENT_RULES, RULES, find
from tests.twin.rules.finding import ramp
from tests.unit.graph.scenes import HOUR, Scene, entity, graph_of


@pytest.fixture(scope="module")
def evidence() -> Evidence:
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
    graph = graph_of(scene)
    members = sorted(entity(graph, EntityKind.ACCOUNT, name) for name in ("ann", "bob", "cat", "dan"))
    return gather_evidence(graph, Candidate(tuple(members)))


def test_accounts_are_counted_by_role(evidence):
    assert (evidence.accounts, evidence.riders, evidence.drivers) == (4, 3, 1)


def test_sharing(evidence):
    sharing = evidence.sharing
    assert sharing.device_sharing == 3 / 4
    assert sharing.card_sharing == 2 / 3
    assert sharing.address_sharing == 1
    assert sharing.own_device == 2 / 4
    assert sharing.own_card == 1 / 4
    assert sharing.hands == 2


def test_takings(evidence):
    takings = evidence.takings
    assert takings.promo_share == 3 / 4
    assert takings.same_promo == 2 / 4
    assert takings.promo_soon == 2 / 4
    assert takings.promo_money == 25.5
    assert takings.referral_share == 2 / 3
    assert takings.referral_depth == 1


def test_trips(evidence):
    trips = evidence.trips
    assert (trips.inside, trips.riders_inside, trips.drivers_inside) == (3, 2, 1)
    assert trips.inside_share == 3 / 4
    assert trips.driver_inside_share == 1
    assert trips.pair_density == 1
    assert trips.incentive_rate == pytest.approx(1 / 3)
    assert trips.incentive_excess == pytest.approx(1 / 3 - 2 / 14)
    assert (trips.incentive_money, trips.fare_money) == (4.0, 30.0)


def test_cards(evidence):
    cards = evidence.cards
    assert (cards.count, cards.per_rider, cards.moving) == (2, 2 / 3, 1 / 2)
    assert (cards.chargebacks, cards.chargeback_money) == (1, 30.0)
    assert cards.chargeback_rate == 1 / 4
    assert cards.chargeback_share == 1 / 3


def test_findings_come_in_one_order_with_strengths_in_their_range(evidence):
    findings = find(evidence)
    assert [f.rule for f in findings] == [rule.__name__ for rule in (*RULES, *INNOCENT_RULES)]
    assert all(0 <= f.strength <= 1 for f in findings)
    assert [f.kind is None for f in findings] == [False] * len(RULES) + [True] * len(INNOCENT_RULES)
    assert all(f.detail for f in findings)


def test_nobody_who_shares_nothing_is_accused():
    scene = Scene()
    for n in range(5):
        scene.signs_up(f"a{n}", 1 + n, f"phone{n}")
    graph = graph_of(scene)
    findings = find(gather_evidence(graph, Candidate(tuple(a.entity for a in graph.accounts))))
    assert [f.strength for f in findings if f.kind is not None] == [0.0] * len(RULES)


def test_a_ramp_has_no_edge():
    assert [ramp(x, 1, 3) for x in (0, 1, 1.5, 2, 3, 9)] == [0.0, 0.0, 0.25, 0.5, 1.0, 1.0]
    assert percent(0.256) == "26 %"
