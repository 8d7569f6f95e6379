"""The engine on kernels says what the plain engine says, of any events in any batches and orders."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.boosted.scorer import load_scorer
from graph.engine import LATENESS_MS, Engine, EngineConfig
from graph.model.events import AccountCreated, AnalystAct, Chargeback, TripCompleted
from graph.model.vocabulary import Role
from graph.rings.lifecycle import Moment
from tests.properties.test_engine import acts, verdicts
from tests.properties.test_engine import streams as short_streams
from tests.properties.test_engine_strange_events import strange_events
from tests.properties.test_entity_graph import anything, event, perhaps, spelt
from tests.twin.engine import PlainEngine
from tests.unit.graph.city import live_in
from tests.unit.graph.fakes import StrongestSign, in_batches, joined
from tests.unit.graph.lookalikes import LOOKALIKES
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import SCHEMES

SCORERS = {"shipped": load_scorer, "strongest sign": StrongestSign}
WINDOW_DAYS = 20

crowd = st.sampled_from([f"a{n}" for n in range(24)])
sharing_a_phone_number = event(
    AccountCreated,
    account_id=crowd,
    role=st.just(Role.RIDER),
    device_id=perhaps() | st.sampled_from(["d0", "d1"]),
    phone_hash=st.just("p0"),
    email_hash=perhaps() | st.just("m0"),
)
riding = event(
    TripCompleted,
    trip_id=st.just("t"),
    rider_id=st.sampled_from(["a0", "a1", "a2", "a3"]),
    driver_id=st.sampled_from(["a4", "a5"]),
    fare=st.floats(0, 1e3),
    distance_km=perhaps() | st.floats(0, 50),
    duration_s=perhaps() | st.floats(0, 5000),
    incentive=perhaps() | st.floats(0, 9),
)
disowning = event(Chargeback, account_id=crowd, amount=st.floats(0, 99))
crowded = st.lists(
    sharing_a_phone_number | riding | anything | disowning | verdicts | acts, min_size=20, max_size=90
)
streams = short_streams | crowded


def pair(scorer: str = "shipped", window_days: float = WINDOW_DAYS) -> tuple[Engine, PlainEngine]:
    config = EngineConfig(window_days=window_days)
    return Engine(config, SCORERS[scorer]()), PlainEngine(config, SCORERS[scorer]())


def assert_same_columns(ours, theirs) -> None:
    """Every column but the scores is equal to the last bit; scores to rounding."""
    for group in ("accounts", "links"):
        for field in dataclasses.fields(getattr(ours, group)):
            mine, other = (getattr(getattr(view, group), field.name) for view in (ours, theirs))
            if field.name == "score":
                assert mine == pytest.approx(other, abs=1e-9)
            else:
                np.testing.assert_array_equal(mine, other, err_msg=f"{group}.{field.name}")
    assert list(ours.names) == list(theirs.names)
    assert ours.kind.tolist() == theirs.kind.tolist()
    assert (ours.watermark_ms, ours.cuts, ours.declared_public) == (
        theirs.watermark_ms,
        theirs.cuts,
        theirs.declared_public,
    )


def assert_same(engine: Engine, plain: PlainEngine) -> None:
    assert engine.rings() == plain.rings()
    assert list(engine.accounts()) == list(plain.accounts())
    assert engine.counts() == plain.counts()
    assert_same_columns(engine.view(), plain.view())


def late(events, data):
    """The events in an order in which none comes more than the lateness after a later one."""
    waits = data.draw(st.lists(st.integers(0, LATENESS_MS), min_size=len(events), max_size=len(events)))
    order = sorted(range(len(events)), key=lambda n: (events[n].ts + waits[n], n))
    return [events[n] for n in order]


@pytest.mark.parametrize("scorer", SCORERS)
@settings(max_examples=60, deadline=None)
@given(drawn=streams, size=st.sampled_from([1, 2, 7, 1000]), data=st.data())
def test_any_events_in_any_batches_and_order_give_what_the_plain_engine_gives(scorer, drawn, size, data):
    events = spelt(drawn)
    if data.draw(st.booleans()):
        events = late(events, data)
    engine, plain = pair(scorer)
    assert in_batches(engine, events, size) == in_batches(plain, events, size)
    assert_same(engine, plain)


@pytest.mark.parametrize("scorer", SCORERS)
@settings(max_examples=40, deadline=None)
@given(drawn=streams, data=st.data())
def test_an_analysts_acts_between_any_two_events_do_the_same_to_both(scorer, drawn, data):
    events = spelt(drawn)
    engine, plain = pair(scorer)
    for n in range(0, len(events), 5):
        assert engine.apply(events[n : n + 5]) == plain.apply(events[n : n + 5])
        view = plain.view()
        joining = [k for k in range(len(view.links.kind)) if view.links.joins[k]]
        if not joining:
            continue
        link = data.draw(st.sampled_from(joining))
        account, identifier = view.names[view.links.source[link]], view.names[view.links.target[link]]
        kind = plain.graph.entities.kind(int(view.links.target[link]))
        now = Moment(plain.watermark_ms, f"act{n}")
        act = data.draw(st.sampled_from(["cut", "declare", "nothing"]))
        if act == "cut":
            ours, theirs = (each.cut(account, kind, identifier, now) for each in (engine, plain))
            assert ours == theirs
        elif act == "declare":
            ours, theirs = (each.declare_public(kind, identifier, now) for each in (engine, plain))
            assert ours == theirs
        assert_same(engine, plain)


@pytest.mark.parametrize("scorer", SCORERS)
@settings(max_examples=40, deadline=None)
@given(drawn=streams, data=st.data())
def test_an_engine_that_takes_up_what_was_saved_goes_on_as_if_nothing_had_been(scorer, drawn, data):
    events = spelt(drawn)
    cut = data.draw(st.integers(0, len(events)))
    whole, first = pair(scorer)[0], pair(scorer)[0]
    second = pair(scorer)[0]
    second.apply(events[cut // 2 :])
    said = [first.apply(events[:cut])]
    saved = first.save()
    # What the first engine does afterwards is none of the snapshot's.
    first.apply(events[cut:])
    second.load(saved)
    said.append(second.apply(events[cut:]))
    assert joined(said) == whole.apply(events)
    assert second.rings() == whole.rings() == first.rings()
    assert list(second.accounts()) == list(whole.accounts())
    assert (second.counts(), second.watermark_ms) == (whole.counts(), whole.watermark_ms)
    assert second.state_digest() == whole.state_digest()


@settings(max_examples=60, deadline=None)
@given(drawn=streams, data=st.data())
def test_any_order_within_the_lateness_gives_the_same_digest(drawn, data):
    # What an act is about is looked up when it comes, so acts keep their place.
    events = [event for event in spelt(drawn) if not isinstance(event, AnalystAct)]
    in_time, shuffled = pair()[0], pair()[0]
    in_time.apply(events)
    shuffled.apply(late(events, data))
    assert shuffled.state_digest() == in_time.state_digest()


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("scene_of", [*SCHEMES, *LOOKALIKES], ids=lambda scene: scene.__name__)
def test_the_scenes_are_told_alike(scene_of, scorer):
    scene = Scene()
    live_in(scene)
    scene_of(scene)
    engine, plain = pair(scorer, 90)
    assert in_batches(engine, scene.events, 1000) == plain.apply(scene.events)
    assert_same(engine, plain)


@pytest.mark.parametrize(("seed", "people"), [(1, 8), (2, 30), (3, 120)])
def test_strange_but_valid_events_are_told_alike(seed, people):
    events = list(strange_events(seed, people, 500))
    engine, plain = pair("shipped", 90)
    assert in_batches(engine, events, 37) == plain.apply(events)
    assert_same(engine, plain)


@pytest.mark.slow
@pytest.mark.parametrize("scorer", SCORERS)
def test_a_simulated_city_is_told_alike(scorer, tmp_path):
    import msgspec

    from graph.model.events import Event
    from simulation import CityConfig, simulate

    config = CityConfig(
        seed=11, riders=200, drivers=30, days=21, fraud_share=0.1, gps=True, ping_interval_s=120.0
    )
    summary = simulate(config, tmp_path)
    decoder = msgspec.json.Decoder(Event)
    events = [decoder.decode(line) for line in summary.events_path.read_bytes().splitlines()]
    engine, plain = pair(scorer, 14)
    assert in_batches(engine, events, 999) == plain.apply(events)
    assert_same(engine, plain)
    assert engine.rings()
