"""Completion: who of a candidate, and of those around it, belongs; and what then becomes of it."""

import random
from dataclasses import dataclass

import numpy as np
import pytest

from gnn.boosted.scorer import load_scorer
from graph.completion.features import MEMBER_FEATURES
from graph.engine import Engine, EngineConfig
from graph.engine.merging import leave_strange_rings
from graph.model.changes import Happenings
from graph.model.results import AccountsChanged, LedgerEntry
from graph.model.shapes import CLUSTERS
from graph.model.vocabulary import EntityKind, LedgerChange
from graph.rings.lifecycle import Moment
from graph.state.trees import LEAVES, NEVER_PASSED, NO_TREES, SPLITS, Trees, trees_from
from tests.unit.graph.city import DRIVERS, live_in, ordinary_ride
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.scenes import HOUR, MINUTE, Scene


def trees_on(feature: str, threshold: float) -> Trees:
    """An account belongs, with a probability of 0.95, when a feature of it is above the threshold."""
    features, thresholds = np.zeros((1, SPLITS), np.uint16), np.full((1, SPLITS), NEVER_PASSED)
    features[0, 0], thresholds[0, 0] = list(MEMBER_FEATURES).index(feature), threshold
    leaves = np.full((1, LEAVES), -3.0)
    leaves[0, LEAVES // 2 :] = 3.0
    return trees_from(features, thresholds, leaves)


@dataclass(frozen=True)
class Completed(StrongestSign):
    """The strongest sign, of candidates that trees completed."""

    members: Trees = NO_TREES


def farm(scene: Scene, names: list[str], begin: float = 20.0) -> None:
    """Accounts made on one phone at one address within hours, each taking the bonus."""
    for n, name in enumerate(names):
        made = begin + n * HOUR
        scene.signs_up(name, made, "farm phone", ip="farm home")
        scene.takes(name, made + 20 * MINUTE, "launch", 15.0, "farm phone")


def lives(scene: Scene, name: str, ip: str) -> None:
    """An honest person: a phone and a card of one's own, rides with everybody, on that address."""
    draw = random.Random(name)
    scene.signs_up(name, 2, f"{name}s phone", ip=ip)
    scene.adds_card(name, 2 + HOUR, f"{name}s card", f"{name}s phone")
    for day in range(6, 39, 3):
        driver = f"driver{draw.randrange(DRIVERS):03}"
        ordinary_ride(
            scene, draw, name, driver, day, rider_device_id=f"{name}s phone", card_id=f"{name}s card"
        )


def rings_of(scene: Scene, scorer) -> list[set[str]]:
    engine = Engine(EngineConfig(), scorer)
    engine.apply(scene.events)
    return [set(ring.accounts) for ring in engine.rings()]


FARMERS = [f"farm{n:02}" for n in range(12)]


def test_a_neighbour_at_the_address_of_a_farm_is_left_out():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    lives(scene, "neighbour", "farm home")
    assert rings_of(scene, load_scorer()) == [set(FARMERS)]


def test_without_trees_the_neighbour_would_be_in():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    lives(scene, "neighbour", "farm home")
    assert rings_of(scene, Completed()) == [{*FARMERS, "neighbour"}]
    assert rings_of(scene, Completed(members=trees_on("device_part", 0.1))) == [set(FARMERS)]


def test_who_belongs_comes_in_though_no_tie_proposes_it():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    scene.signs_up("cousin", 20.2, "cousins phone", referrer="farm03")
    scene.takes("cousin", 20.3, "launch", 15.0, "cousins phone")
    scene.takes("farm11", 21, "launch", 15.0, "farm phone")
    plain, completed = Completed(), Completed(members=trees_on("same_promo", 0.5))
    assert rings_of(scene, plain) == [set(FARMERS)]
    assert rings_of(scene, completed) == [{*FARMERS, "cousin"}]


def test_a_ring_does_not_take_in_who_is_tied_to_others_that_come_and_not_to_it():
    scene = Scene()
    live_in(scene)
    hall = [f"hall{n}" for n in range(6)]
    farm(scene, FARMERS)
    for n, name in enumerate(hall):
        scene.signs_up(name, 24 + n * HOUR, "hall phone", ip="farm home", referrer=None if n else "farm03")
        scene.takes(name, 24.01 + n * HOUR, "autumn", 1.0, "hall phone")
    tied = Completed(members=trees_on("device_part", 0.1))
    assert rings_of(scene, Completed()) == [{*FARMERS, *hall}]
    assert rings_of(scene, tied) == [set(FARMERS)]


OTHERS = [f"other{n}" for n in range(8)]


def two_farms(scene: Scene) -> None:
    """A second farm, on a phone of its own, that meets the first at one address."""
    farm(scene, FARMERS)
    for n, name in enumerate(OTHERS):
        scene.signs_up(name, 22 + n * HOUR, "other phone")
        scene.takes(name, 22.01 + n * HOUR, "launch", 15.0, "other phone")
    scene.logs_in("other5", 24, "other phone", ip="farm home")
    scene.takes("farm11", 25, "launch", 15.0, "farm phone")


def all_come_to_the_farms_phone(scene: Scene) -> None:
    """A third of the phone's users is the others', and two thirds are the farm's."""
    for n, name in enumerate(OTHERS):
        scene.logs_in(name, 26 + n * HOUR, "farm phone")
    scene.takes("farm11", 27, "launch", 15.0, "farm phone")


def test_a_ring_whose_members_do_not_belong_stays_apart():
    scene = Scene()
    live_in(scene)
    two_farms(scene)
    found = rings_of(scene, Completed(members=trees_on("device_part", 0.3)))
    assert sorted(map(sorted, found)) == sorted([sorted(FARMERS), sorted(OTHERS)])


def test_a_ring_whose_members_belong_is_merged():
    scene = Scene()
    live_in(scene)
    two_farms(scene)
    all_come_to_the_farms_phone(scene)
    assert rings_of(scene, Completed(members=trees_on("same_promo", 0.3))) == [{*FARMERS, *OTHERS}]


def test_rings_are_one_only_when_each_knows_the_other():
    scene = Scene()
    live_in(scene)
    two_farms(scene)
    all_come_to_the_farms_phone(scene)
    apart = rings_of(scene, Completed(members=trees_on("device_part", 0.5)))
    assert sorted(map(sorted, apart)) == sorted([sorted(FARMERS), sorted(OTHERS)])
    assert rings_of(scene, Completed(members=trees_on("device_part", 0.3))) == [{*FARMERS, *OTHERS}]


def kept_of(engine: Engine, members: Trees) -> set[str]:
    """Who is left of a candidate of both farms, when these trees say who belongs."""
    engine._memory.set_members(members)
    state, find = engine.state, engine.entity_index.find
    numbers = sorted(find(EntityKind.ACCOUNT, name) for name in (*FARMERS, *OTHERS))
    state.members[: len(numbers)] = numbers
    state.candidate["size"], state.candidate["shape"] = len(numbers), CLUSTERS
    leave_strange_rings(state)
    return {engine.entity_index.name(each) for each in state.members[: state.candidate["size"][0]].tolist()}


def test_newcomers_who_do_not_know_a_ring_are_left_to_themselves():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    for name in OTHERS:
        lives(scene, name, ip=f"{name}s home")
    engine = Engine(EngineConfig(), Completed(members=NO_TREES))
    engine.apply(scene.events)
    assert [set(ring.accounts) for ring in engine.rings()] == [set(FARMERS)]
    # Each of the farm took one promotion: half of what may be.
    assert kept_of(engine, trees_on("promos", 0.6)) == set(OTHERS)
    assert kept_of(engine, trees_on("promos", 0.4)) == {*FARMERS, *OTHERS}


def test_who_was_left_out_has_the_score_times_the_probability_of_belonging():
    scene = Scene()
    live_in(scene)
    lives(scene, "neighbour", "farm home")
    farm(scene, FARMERS)
    engine = Engine(EngineConfig(), Completed(members=trees_on("device_part", 0.1)))
    engine.apply(scene.events)
    scores = {each.account_id: each.score for each in engine.accounts()}
    (ring,) = engine.rings()
    assert scores["neighbour"] == pytest.approx(ring.score / (1 + np.exp(3.0)), abs=1e-3)
    assert scores["farm05"] == pytest.approx(ring.score, abs=1e-6)


def test_a_candidate_of_which_too_few_belong_is_left_as_it_is():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    assert rings_of(scene, Completed(members=trees_on("chargebacks", 0.5))) == [set(FARMERS)]


def test_drivers_who_took_some_of_a_crew_at_random_do_not_come_in():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    for n, name in enumerate([*FARMERS, *FARMERS]):
        scene.rides(name, f"driver{(5 * n) % 60:03}", 22 + n / 10, rider_device_id="farm phone")
    assert rings_of(scene, load_scorer()) == [set(FARMERS)]


def test_whom_an_analyst_cuts_does_not_belong_whatever_else_ties_it():
    scene = Scene()
    live_in(scene)
    farm(scene, FARMERS)
    engine = Engine(EngineConfig(), Completed(members=trees_on("same_promo", 0.5)))
    engine.apply(scene.events)
    last = scene.events[-1]
    engine.cut("farm05", EntityKind.DEVICE, "farm phone", Moment(last.ts, last.event_id))
    (ring,) = engine.rings()
    assert set(ring.accounts) == {*FARMERS} - {"farm05"}


def test_an_engine_tells_how_likely_each_member_belongs_and_tells_it_again_only_when_it_differs():
    scene = Scene()
    names = [f"farmer{n}" for n in range(5)]
    farm(scene, names)
    engine = Engine(EngineConfig(), Completed(members=trees_on("device_part", 0.1)))
    engine.apply(scene.events)
    (ring,) = engine.rings()
    told = engine.changes().memberships
    assert [(each.ring_id, each.account_id) for each in told] == [(ring.ring_id, name) for name in names]
    assert {each.probability for each in told} == {0.9526}
    assert engine.memberships() == list(told)
    assert engine.changes().memberships == ()
    later = Scene()
    later.logs_in("farmer0", 21, "farm phone")
    engine.apply(later.events)
    assert engine.changes().memberships == ()
    later.logs_in("farmer0", 22, "farm phone")
    engine.apply(later.events[1:])
    stays = AccountsChanged(added=["farmer0"], removed=[])
    entry = LedgerEntry(ts=1, ring_id=ring.ring_id, change=LedgerChange.GREW, from_=[], accounts=stays)
    assert engine.changes(Happenings(ledger=[entry])).memberships == told
    engine.cut("farmer2", EntityKind.DEVICE, "farm phone", Moment(later.events[-1].ts + 1, "cut"))
    again = engine.changes().memberships
    assert [each.account_id for each in again] == ["farmer0", "farmer1", "farmer3", "farmer4"]


def test_where_nobody_says_who_belongs_no_membership_is_told():
    scene = Scene()
    farm(scene, [f"farmer{n}" for n in range(5)])
    engine = Engine(EngineConfig(), StrongestSign())
    engine.apply(scene.events)
    assert engine.rings()
    assert engine.changes().memberships == ()
    assert engine.memberships() == []
