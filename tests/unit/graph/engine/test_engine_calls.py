"""What the engine tells its callers, and how it refuses a wrong call."""

from typing import ClassVar

import numpy as np
import pytest

from graph.engine import EngineConfig
from graph.kernels.arrays import Arrays, layout_of
from graph.model.errors import BadCall, Fatal
from graph.model.vocabulary import EntityKind
from graph.rings.lifecycle import Policy
from graph.scoring.features import FEATURES
from graph.state.memory import LAYOUT
from graph.updates.sharing import DAY_MS
from tests.unit.graph.fakes import StrongestSign, new_engine
from tests.unit.graph.scenes import Scene, at, moment


def test_an_engine_without_events_knows_nothing(side):
    engine = side()
    assert (engine.rings(), list(engine.accounts()), engine.watermark_ms) == ([], [], 0)
    assert engine.counts() == dict.fromkeys(
        ("accounts", "entities", "live_links", "clusters", "open_rings"), 0
    )


def test_counts_are_those_of_the_graph(side):
    scene = Scene()
    for account in ("a", "b", "c"):
        scene.signs_up(account, 1, "phone", ip="address")
    scene.takes("a", 1, "welcome")
    engine = side()
    engine.apply(scene.events)
    assert engine.counts() == {
        "accounts": 3,
        "entities": 6,
        "live_links": 7,
        "clusters": 1,
        "open_rings": 1,
    }
    assert engine.watermark_ms == at(1)


@pytest.mark.parametrize("days", [2, 0, -1, float("inf"), float("nan"), 36_501])
def test_a_window_that_cannot_work_is_refused_in_one_line(days):
    with pytest.raises(BadCall, match="expected a window of more than 2 and at most 36500 days") as refusal:
        EngineConfig(window_days=days)
    assert "\n" not in str(refusal.value)


def test_a_window_in_days_is_kept_in_milliseconds():
    assert EngineConfig(window_days=2.5).window_ms == 5 * DAY_MS // 2


def test_cutting_what_never_occurred_is_refused(side):
    engine = side()
    with pytest.raises(BadCall, match="of kind account that occurs in the events, found 'ann'"):
        engine.cut("ann", EntityKind.DEVICE, "phone", moment(1, "cut"))
    with pytest.raises(BadCall, match="of kind device that occurs in the events, found 'phone'"):
        engine.declare_public(EntityKind.DEVICE, "phone", moment(1, "word"))


def test_the_configuration_digest_tells_settings_apart():
    digests = {
        new_engine(**options).config_digest
        for options in ({}, {"window_days": 30}, {"policy": Policy(review=0.6)}, {"window_days": 90})
    }
    assert len(digests) == 3


def test_an_observer_hears_every_judgement_with_features_in_their_range(side):
    scene = Scene()
    for account in ("a", "b", "c", "d"):
        scene.signs_up(account, 1, "phone")
    scene.rides("a", "b", 2, incentive=5.0)
    heard = []
    side.of(scene, observer=lambda *said: heard.append(said))
    assert heard
    for judgement, features, when in heard:
        assert len(features) == len(FEATURES)
        assert all(0 <= value <= 1 for value in features)
        assert judgement.accounts == tuple(sorted(judgement.accounts))
        assert at(1) <= when.ts <= at(2)


def test_exposure_adds_promotions_incentives_and_chargebacks(side):
    scene = Scene()
    for account in ("a", "b", "c"):
        scene.signs_up(account, 1, "phone")
    scene.takes("a", 2, "welcome", 10.25)
    scene.disowns("b", 3, 30.5)
    scene.rides("a", "b", 4, incentive=5.25)
    engine = side()
    engine.apply(scene.events)
    assert [ring.exposure for ring in engine.rings()] == [46.0]


def test_an_account_without_a_candidate_has_the_prior(side):
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    engine = side()
    engine.apply(scene.events)
    assert [(a.account_id, a.score, a.ring_id) for a in engine.accounts()] == [
        ("ann", StrongestSign().prior, None)
    ]


def test_a_ping_alone_says_nothing(side):
    scene = Scene()
    scene.pings("trip", "dan", 1, 10.0, 20.0)
    engine = side()
    outcome = engine.apply(scene.events)
    assert (outcome.flags, outcome.ledger, engine.counts()["entities"]) == ([], [], 0)


@pytest.mark.parametrize("found", ["none", "0123456789abcdef"])
def test_a_state_laid_out_otherwise_is_refused_and_nothing_is_forgotten(found):
    scene = Scene()
    scene.signs_up("a", 1, "phone")
    engine = new_engine()
    engine.apply(scene.events)
    before, saved = engine.state_digest(), dict(engine.save())
    if found == "none":
        del saved["layout"]
    else:
        saved["layout"] = np.frombuffer(found.encode(), np.uint8)
    with pytest.raises(Fatal, match=f"laid out as {LAYOUT}, found {found}, of another version: go on with"):
        engine.load(saved)
    assert engine.state_digest() == before


def test_a_layout_names_the_arrays_their_types_and_their_places():
    class One(Arrays):
        fields: ClassVar = {"a": np.dtype([("x", "i4"), ("y", "i4")]), "b": (np.dtype("f8"), 2)}

    class Swapped(Arrays):
        fields: ClassVar = {"a": np.dtype([("y", "i4"), ("x", "i4")]), "b": (np.dtype("f8"), 2)}

    class Flat(Arrays):
        fields: ClassVar = {"a": np.dtype([("x", "i4"), ("y", "i4")]), "b": np.dtype("f8")}

    class Holds(Arrays):
        fields: ClassVar = {"one": One}

    class HoldsFlat(Arrays):
        fields: ClassVar = {"one": Flat}

    kinds = (One, Swapped, Flat, Holds, HoldsFlat)
    assert len({layout_of(kind) for kind in kinds}) == len(kinds)
    assert layout_of(One) == layout_of(One)
