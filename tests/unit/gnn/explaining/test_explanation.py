"""Explanations: worlds without a tie, and the ties without which a ring is none."""

import math

import pytest

from gnn.explaining.attribution import strongest_attributions
from gnn.explaining.counterfactual import Tie, ties_of, without
from gnn.explaining.explanation import Explainer, bonds_of, by_kind, explain
from gnn.explaining.neighbourhood import City
from gnn.logistic.scorer import LogisticScorer, load_scorer
from graph.engine import EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.events import TripCompleted
from graph.model.vocabulary import LinkKind
from graph.scoring.features import FEATURES, PLACES
from tests.unit.graph.city import live_in
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import promo_farm


def small() -> Scene:
    scene = Scene()
    scene.signs_up("ann", 0, device="phone", ip="home")
    scene.signs_up("bea", 1, device="phone", referrer="ann")
    scene.adds_card("bea", 1, "gold", "phone")
    scene.rides("ann", "dan", 2, fare=10.0)
    return scene


def all_ties(events):
    return {tie for event in events for tie in ties_of(event)}


@pytest.mark.parametrize("gone", sorted(all_ties(small().events)))
def test_without_a_tie_exactly_that_tie_is_missing(gone):
    events = small().events
    left = list(without(events, lambda tie: tie == gone))
    lost = all_ties(events) - all_ties(left)
    # A card is added as a whole: with it goes the phone on which it was added, unless named elsewhere.
    assert lost == {gone}


def test_without_nothing_the_events_are_the_same_objects():
    events = small().events
    assert all(a is b for a, b in zip(without(events, lambda _: False), events, strict=True))


def test_positions_of_a_trip_go_with_it():
    scene = Scene()
    scene.rides("ann", "dan", 1, fare=10.0)
    (trip,) = [event for event in scene.events if isinstance(event, TripCompleted)]
    scene.pings(trip.trip_id, "dan", 0.9, 52.0, 13.0)
    gone = Tie(LinkKind.RODE_WITH, "ann", "dan")
    assert list(without(scene.events, lambda tie: tie == gone)) == []


@pytest.fixture(scope="module")
def story():
    scene = Scene()
    live_in(scene)
    members = frozenset(promo_farm(scene))
    return scene.events, members


@pytest.fixture(scope="module")
def explainer(story):
    return Explainer(story[0], load_scorer())


def test_the_vicinity_holds_all_of_the_members_and_less_than_the_city(story):
    events, members = story
    city = City(events)
    rows = city.near(members)
    near = [events[row] for row in rows]
    of_members = [
        event for event in events if getattr(event, "account_id", getattr(event, "rider_id", "")) in members
    ]
    kept = {event.event_id for event in near}
    assert all(event.event_id in kept for event in of_members)
    assert [event.ts for event in near] == sorted(event.ts for event in near)
    assert len(near) <= len(city)


def test_a_city_without_ties_is_what_the_events_say_without_them(story):
    events, members = story
    city = City(events)
    phone = next(
        tie.target
        for event in events
        for tie in ties_of(event)
        if tie.kind is LinkKind.USES_DEVICE and tie.source in members
    )

    def gone(tie):
        return tie.source in members and tie.target == phone

    assert list(city.without(city.whole(), members, gone).events()) == list(without(events, gone))
    assert list(city.without(city.whole(), members, lambda _: False).events()) == list(events)


class LessSureOfRiders:
    """Opens rings of accounts that never rode, and is in doubt about those that did."""

    model_id = "less sure of riders"
    prior = 0.01

    def score(self, features):
        return 0.95 if features[PLACES["measure.trips_per_account"]] == 0.0 else 0.7


def test_a_ring_that_is_open_below_what_opens_one_is_explained_too():
    scene = Scene()
    members = [f"m{n}" for n in range(4)]
    for n, name in enumerate(members):
        scene.signs_up(name, n / 10, device="phone")
    for n, name in enumerate(members):
        scene.rides(name, f"d{n}", 2 + n / 10, fare=10.0)
    found = Explainer(scene.events, LessSureOfRiders()).explain(members)
    assert found.stands
    assert found.score == 0.7
    assert found.verified
    assert found.score_without == 0.0
    assert found.words.startswith("Without device phone of 4 of them this is not a ring")
    asked = Explainer(scene.events, LessSureOfRiders(), threshold=0.85).explain(members)
    assert not asked.stands


def test_the_ties_of_an_explanation_clear_the_ring_and_each_of_them_is_needed(story, explainer):
    events, members = story
    config = EngineConfig()
    found = explainer.explain(members)
    assert found.stands
    assert found.score >= config.policy.review
    assert found.verified
    assert found.removed
    assert found.words.startswith("Without ")
    assert found.events == sum(bond.events for bond in found.removed) > 0
    wanted = {(bond.kind, target) for bond in found.removed for target in bond.targets}

    def score_without(keys):
        left = without(events, lambda tie: tie.source in members and (tie.kind, tie.target) in keys)
        return explainer.standing(EventBatch.of(list(left)), members)[0]

    assert score_without(set()) == found.score
    assert score_without(wanted) == found.score_without < config.policy.review
    for key in wanted:
        if len(wanted) > 1:
            assert score_without(wanted - {key}) >= config.policy.review


def test_an_explanation_names_the_evidence_that_moved_the_score(story, explainer):
    found = explainer.explain(story[1])
    assert found.attributions
    assert max(found.attributions, key=lambda each: abs(each.log_odds)) == found.attributions[0]
    assert found.attributions[0].words in found.words


WEIGHTS = {"rule.takeover": 3.0, "innocent.fleet": -2.0, "signal.burst": 0.01}


class Bent:
    """A scorer that is no weighted sum to whoever asks, though it is one."""

    model_id = "bent"
    prior = 0.0

    def score(self, features):
        total = sum(WEIGHTS.get(name, 5.0) * value for name, value in zip(FEATURES, features, strict=True))
        return 1 / (1 + math.exp(-total))


@pytest.mark.parametrize(
    "scorer",
    [LogisticScorer(tuple(WEIGHTS.get(name, 5.0) for name in FEATURES), 0.0, 0.0, 0.1, "m"), Bent()],
    ids=["linear", "asked"],
)
def test_what_moves_most_is_what_weighs_most(scorer):
    found = strongest_attributions([float(name in WEIGHTS) for name in FEATURES], scorer)
    assert [(each.feature, round(each.log_odds, 6)) for each in found] == [
        ("rule.takeover", 3.0),
        ("innocent.fleet", -2.0),
    ]
    assert found[0].words == "the rule takeover (raises the odds 20.1 times)"
    assert found[1].words == "in favour: fleet (lowers the odds 7.4 times)"


def test_who_is_no_ring_needs_no_explanation(story):
    events, _ = story
    found = explain(events, ["farm00"], load_scorer(), EngineConfig(), threshold=2.0)
    assert not found.stands
    assert not found.verified
    assert found.removed == ()
    assert found.words.startswith("No ring holds half of these accounts")


def test_bonds_join_two_members_or_more():
    bonds = bonds_of(small().events, frozenset({"ann", "bea"}))
    assert [(bond.kind, bond.targets, bond.members) for bond in bonds] == [
        (LinkKind.USES_DEVICE, ("phone",), 2)
    ]
    assert bonds[0].words == "device phone of 2 of them"


def test_all_bonds_of_a_kind_make_one():
    scene = small()
    scene.signs_up("cid", 3, device="other phone", ip="home")
    scene.signs_up("dot", 3, device="other phone")
    members = frozenset({"ann", "bea", "cid", "dot"})
    kinds = {bond.kind: bond for bond in by_kind(bonds_of(scene.events, members))}
    assert kinds[LinkKind.USES_DEVICE].targets == ("other phone", "phone")
    assert kinds[LinkKind.USES_DEVICE].words == "all 2 devices that they share"
    assert kinds[LinkKind.USES_IP].words == "ip home of 2 of them"


def test_payments_declines_and_cancellations_are_bonds_in_words():
    scene = Scene()
    for name in ("ann", "bea"):
        scene.pays(name, 2, "purse")
        scene.is_declined(name, 2, "gold")
        scene.cancels(name, "dan", 2)
    bonds = bonds_of(scene.events, frozenset({"ann", "bea"}))
    assert [bond.words for bond in bonds] == [
        "the 2 cancelled trips of 2 of them with driver dan",
        "the 2 transfers of 2 of them to account purse of 16 November",
        "card gold, declined for 2 of them",
    ]
    for bond in bonds:
        (target,) = bond.targets
        left = list(
            without(scene.events, lambda tie, kind=bond.kind, to=target: (tie.kind, tie.target) == (kind, to))
        )
        assert len(left) == len(scene.events) - 2
