"""Explanations: worlds without a tie, and the ties without which a ring is none."""

import pytest

from gnn.explanation import bonds_of, explain, standing
from gnn.removal import Tie, ties_of, without
from gnn.scorer import load_scorer
from gnn.vicinity import vicinity
from graph.engine import EngineConfig
from graph.events import TripCompleted
from graph.vocabulary import LinkKind
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


def test_the_vicinity_holds_all_of_the_members_and_less_than_the_city(story):
    events, members = story
    near = vicinity(events, members)
    of_members = [
        event for event in events if getattr(event, "account_id", getattr(event, "rider_id", "")) in members
    ]
    kept = {event.event_id for event in near}
    assert all(event.event_id in kept for event in of_members)
    assert [event.ts for event in near] == sorted(event.ts for event in near)


def test_the_ties_of_an_explanation_clear_the_ring_and_each_of_them_is_needed(story):
    events, members = story
    scorer, config = load_scorer(), EngineConfig()
    found = explain(events, members, scorer, config)
    assert found.score >= config.policy.review
    assert found.verified
    assert found.removed
    assert found.words.startswith("Without ")
    near = vicinity(events, members)
    wanted = {(bond.kind, bond.target) for bond in found.removed}

    def score_without(keys):
        left = without(near, lambda tie: tie.source in members and (tie.kind, tie.target) in keys)
        return standing(list(left), members, scorer, config)[0]

    assert score_without(wanted) == found.score_without < config.policy.review
    for key in wanted:
        if len(wanted) > 1:
            assert score_without(wanted - {key}) >= config.policy.review


def test_who_is_no_ring_needs_no_explanation(story):
    events, _ = story
    found = explain(events, ["farm00"], load_scorer(), EngineConfig(), threshold=2.0)
    assert found.verified
    assert found.removed == ()


def test_bonds_join_two_members_or_more():
    bonds = bonds_of(small().events, frozenset({"ann", "bea"}))
    assert [(bond.kind, bond.target, bond.members) for bond in bonds] == [(LinkKind.USES_DEVICE, "phone", 2)]
    assert bonds[0].words == "device phone of 2 of them"
