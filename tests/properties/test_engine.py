"""What the engine says does not depend on batches, nor on anything that comes later; the ledger tells all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.engine import Engine, EngineConfig
from graph.model.events import AnalystAct, Verdict
from graph.model.vocabulary import ActKind, VerdictOutcome
from graph.scoring.features import FEATURES
from graph.updates.sharing import DAY_MS
from tests.properties.test_entity_graph import STEP_MS, accounts, anything, event, perhaps, spelt
from tests.unit.graph.fakes import StrongestSign, in_batches, joined, new_engine
from tests.unit.graph.ledger_replay import replay
from tests.unit.graph.scenes import START

verdicts = event(
    Verdict,
    subject=accounts | st.just("nobody"),
    outcome=st.sampled_from(sorted(VerdictOutcome)),
    analyst=st.just("ana"),
)
named = st.sampled_from(["device:d0", "device:d1", "phone:p0", "card:c0", "ip:i0", "device:unseen"])
until = perhaps() | st.integers(0, 320).map(lambda step: START + step * STEP_MS)
acts = st.one_of(
    event(
        AnalystAct,
        act=st.just(ActKind.CUT),
        subject=accounts | named,
        other=named | accounts,
        analyst=st.just("ana"),
        until_ts=until,
    ),
    event(
        AnalystAct,
        act=st.sampled_from([ActKind.DECLARE_PUBLIC, ActKind.DECLARE_PRIVATE]),
        subject=named,
        analyst=st.just("ana"),
        until_ts=until,
    ),
    event(
        AnalystAct,
        act=st.just(ActKind.HOUSEHOLD),
        subject=accounts | st.just("nobody"),
        analyst=st.just("ana"),
        until_ts=until,
    ),
    event(
        AnalystAct,
        act=st.just(ActKind.UNDO),
        subject=accounts,
        other=st.integers(0, 90).map(lambda n: f"e{n}"),
        analyst=st.just("ana"),
    ),
)
streams = st.lists(anything | anything | anything | verdicts | acts, min_size=10, max_size=60)


def engine():
    return new_engine(window_days=20)


@settings(max_examples=40, deadline=None)
@given(streams, st.integers(1, 20))
def test_any_batching_gives_the_same_outcome_rings_and_accounts(drawn, size):
    events = spelt(drawn)
    at_once, in_parts = engine(), engine()
    assert at_once.apply(events) == in_batches(in_parts, events, size)
    assert at_once.rings() == in_parts.rings()
    assert list(at_once.accounts()) == list(in_parts.accounts())


@settings(max_examples=40, deadline=None)
@given(streams, st.data())
def test_what_is_said_of_a_prefix_is_the_beginning_of_what_is_said_of_all(drawn, data):
    events = spelt(drawn)
    cut = data.draw(st.integers(0, len(events)))
    part, whole = engine().apply(events[:cut]), engine().apply(events)
    assert whole.flags[: len(part.flags)] == part.flags
    assert whole.ledger[: len(part.ledger)] == part.ledger
    assert all(flag.ts <= events[cut - 1].ts for flag in part.flags)


@settings(max_examples=60, deadline=None)
@given(streams)
def test_the_ledger_gives_the_open_rings_after_every_event(drawn):
    ours, said = engine(), []
    for one in spelt(drawn):
        said.append(ours.apply([one]))
        open_now = {ring.ring_id: set(ring.accounts) for ring in ours.rings()}
        assert replay(joined(said).ledger) == open_now
        assert all(flag.event_id == one.event_id for flag in said[-1].flags)


@settings(max_examples=40, deadline=None)
@given(streams)
def test_every_account_seen_has_a_score_and_the_ring_that_holds_it(drawn):
    ours = engine()
    ours.apply(spelt(drawn))
    held = {account: ring.ring_id for ring in ours.rings() for account in ring.accounts}
    listed = list(ours.accounts())
    assert [a.account_id for a in listed] == sorted({a.account_id for a in listed})
    assert len(listed) == ours.counts()["accounts"]
    assert {a.account_id: a.ring_id for a in listed if a.ring_id} == held
    assert all(0 <= a.score <= 1 for a in listed)


@settings(max_examples=40, deadline=None)
@given(streams)
def test_a_ring_says_who_it_is_in_full(drawn):
    ours = engine()
    ours.apply(spelt(drawn))
    for ring in ours.rings():
        assert sorted([*ring.drivers, *ring.riders]) == ring.accounts
        assert len(ring.accounts) >= 3
        assert START <= ring.first_ts <= ring.flagged_ts <= ours.watermark_ms
        assert ring.entities == sorted(set(ring.entities))
        assert ring.exposure >= 0
        assert ring.reasons
    assert ours.watermark_ms <= START + 320 * STEP_MS
    assert ours.watermark_ms - START < 81 * DAY_MS


@settings(max_examples=40, deadline=None)
@given(streams)
def test_every_feature_of_every_judgement_lies_between_nothing_and_all(drawn):
    heard = []
    ours = Engine(
        EngineConfig(window_days=20), StrongestSign(), lambda judged, features, at: heard.append(features)
    )
    ours.apply(spelt(drawn))
    for features in heard:
        assert len(features) == len(FEATURES)
        assert all(0 <= value <= 1 for value in features), dict(zip(FEATURES, features, strict=True))
