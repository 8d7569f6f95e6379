"""One question: what is answered, what is refused, and what happens when the time is spent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.events import AccountCreated, Event, PromoRedeemed
from graph.model.vocabulary import Advice, ConditionTest, Decision, FactName, Fallback, RingKind, Role
from graph.rings.lifecycle import Policy
from ringfence.engines import with_rules
from rules.book.decisions import RuleEntry
from rules.book.rule import Condition
from streaming.admission.pseudonyms import Pseudonyms
from streaming.decisions.decider import Decider, NotAsked
from streaming.decisions.follower import FileFeed, Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import DecisionPolicy, read_policy
from tests.unit.rules.test_book import approvals, rule

START = 1_760_000_000_000
MINUTE = 60_000
LAST = START + 12 * MINUTE
KEY = b"0123456789abcdef"


def farm(accounts: int) -> Iterator[Event]:
    """Accounts made on one phone that take one promotion each."""
    for n in range(accounts):
        who, ts = f"farmer{n:02}", START + n * MINUTE
        yield AccountCreated(event_id=f"c{n}", ts=ts, account_id=who, role=Role.RIDER, device_id="phone")
        yield PromoRedeemed(event_id=f"p{n}", ts=ts, account_id=who, promo_id="WELCOME", amount=10.0)


class Clock:
    """Goes on by ``step_s`` whenever it is looked at."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now_s, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


def decider(
    clock: Clock | None = None,
    key: bytes | None = None,
    rules: Sequence[RuleEntry] | None = None,
    policy: DecisionPolicy | None = None,
) -> Decider:
    engine = with_rules(Engine(EngineConfig(policy=Policy(review=0.6, block=0.9)), load_scorer()), rules)
    pseudonyms = None if key is None else Pseudonyms(key)
    batch = EventBatch.of(tuple(farm(12)))
    engine.apply(batch if pseudonyms is None else pseudonyms.replace_all(batch))
    follower = Follower(FileFeed(engine, iter(())))
    return Decider(
        *(follower, policy or DecisionPolicy(), DecisionMeasures(CollectorRegistry())),
        *(pseudonyms, clock or Clock()),
    )


def asked(kind: str, **fields: Any) -> bytes:
    return json.dumps({"event_id": "ask", "type": kind, "ts": LAST, **fields}).encode()


NEWCOMER = asked("account_created", account_id="newcomer", role="rider", device_id="phone")
HONEST = asked("account_created", account_id="honest", role="rider", device_id="another phone")


def test_a_new_account_on_the_farms_phone_would_stand_in_its_ring_and_an_honest_one_in_none():
    deciding = decider()
    ring = deciding.follower.engine.rings()[0]
    told = deciding.decide(NEWCOMER)
    assert told.decision is not Advice.ALLOW
    assert (told.ring_id, told.kind) == (ring.ring_id, RingKind.PROMO_FARM)
    assert [account.account_id for account in told.accounts] == ["newcomer"]
    assert told.accounts[0].score == told.score >= 0.6
    assert told.together_with == sorted(ring.accounts)
    assert told.together_with_total == 12
    assert "promo_farm" in {reason.rule for reason in told.reasons}
    assert (told.as_of_ms, told.asked_ms) == (LAST - MINUTE, LAST)
    assert not told.degraded
    honest = deciding.decide(HONEST)
    assert (honest.decision, honest.ring_id, honest.kind) == (Advice.ALLOW, None, None)
    assert honest.together_with == []


def test_the_same_question_has_the_same_answer_and_leaves_nobody_behind():
    deciding = decider()
    engine = deciding.follower.engine
    before, known = engine.state_digest(), engine.counts()
    assert deciding.decide(NEWCOMER) == deciding.decide(NEWCOMER)
    assert engine.state_digest() == before
    assert engine.counts() == known


def test_an_event_far_ahead_is_asked_about_as_far_ahead_as_is_allowed():
    body = json.loads(HONEST) | {"ts": LAST + 86_400_000}
    assert decider().decide(json.dumps(body).encode()).asked_ms == LAST - MINUTE + 3_600_000


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (b"", "empty_line"),
        (b"{", "invalid_json"),
        (b"[]", "not_an_object"),
        (asked("account_created"), "missing_field"),
        (asked("teleported"), "unknown_type"),
        (asked("gps_ping", trip_id="t", driver_id="d", lat=1.0, lon=1.0), "not_asked"),
        (asked("verdict", subject="farmer00", outcome="fraud", analyst="ann"), "not_asked"),
        (asked("analyst_act", act="declare_public", subject="device:phone", analyst="ann"), "not_asked"),
    ],
)
def test_what_is_no_event_to_be_asked_about_is_refused(record, code):
    with pytest.raises(NotAsked) as refused:
        decider().decide(record)
    assert refused.value.code == code
    assert str(refused.value)


def test_when_the_time_is_spent_the_answer_is_what_is_stored():
    deciding = decider(Clock(1.0))
    told = deciding.decide(asked("promo_redeemed", account_id="farmer03", promo_id="WELCOME", amount=10.0))
    assert (told.degraded, told.fallback) == (True, Fallback.STORED)
    ring = deciding.follower.engine.rings()[0]
    assert told.ring_id == ring.ring_id
    assert told.score == {a.account_id: a.score for a in deciding.follower.engine.accounts()}["farmer03"]
    assert deciding.decide(NEWCOMER).accounts == []


def test_who_is_known_by_a_pseudonym_is_asked_about_under_it():
    told = decider(key=KEY).decide(NEWCOMER)
    assert told.together_with_total == 12
    assert told.accounts[0].account_id.startswith("account_")


SECOND_PROMOTION = asked("promo_redeemed", account_id="lone", promo_id="WELCOME", amount=10.0)


def crowded(decision: Decision = Decision.REVIEW, least: float = 1.0, **changes: Any) -> RuleEntry:
    """A rule about promotions, approved at ``START`` and live an hour before the farm ends."""
    when = (Condition(FactName.PROMOS_7D, ConditionTest.AT_LEAST, least),)
    told = {"name": "promotions", "decision": decision, "events": ("promo_redeemed",), "when": when}
    told |= {"text": "Takes promotions", "shadow_hours": 0.0, "kind": RingKind.PROMO_FARM} | changes
    made = [each for by in ("ann", "bob") for each in approvals(by)]
    return RuleEntry(rule(**told), "d", tuple(msgspec.structs.replace(each, ts=START) for each in made))


def test_a_live_rule_decides_where_the_score_says_nothing_and_is_named():
    deciding = decider(rules=[crowded()])
    told = deciding.decide(SECOND_PROMOTION)
    assert (told.decision, told.decided_by) == (Advice.REVIEW, "rule:promotions")
    assert [(held.rule, held.decision, held.text) for held in told.rules] == [
        ("promotions", Decision.REVIEW, "Takes promotions")
    ]
    assert told.score < 0.6
    assert deciding.decide(HONEST).rules == []
    assert decider().decide(SECOND_PROMOTION).decided_by == "score"


def test_asking_about_a_rule_is_remembered_by_nobody():
    deciding = decider(rules=[crowded(least=2.0)])
    runner = deciding.follower.rules
    assert runner is not None
    before = runner.save()
    for _ in range(3):
        assert deciding.decide(SECOND_PROMOTION).rules == []
    assert runner.save() == before
    # The farm's own have taken one each, which the rule knows from the stream.
    farmer = json.loads(SECOND_PROMOTION) | {"account_id": "farmer03"}
    assert [held.rule for held in deciding.decide(json.dumps(farmer).encode()).rules] == ["promotions"]


@pytest.mark.parametrize(
    "entry",
    [
        crowded(shadow_hours=1.0),
        crowded(live_days=0.001),
        RuleEntry(crowded().rule, "d"),
    ],
    ids=["in shadow", "expired", "proposed"],
)
def test_a_rule_that_is_not_live_decides_nothing(entry):
    assert decider(rules=[entry]).decide(SECOND_PROMOTION).rules == []


def test_a_live_rule_holds_also_when_the_time_is_spent(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text('[default]\ndegraded = "allow"\n', encoding="utf-8")
    deciding = decider(Clock(1.0), rules=[crowded(Decision.BLOCK)], policy=read_policy(path))
    told = deciding.decide(json.dumps(json.loads(SECOND_PROMOTION) | {"account_id": "farmer03"}).encode())
    assert (told.degraded, told.fallback) == (True, Fallback.STORED)
    assert told.score > 0.6
    assert (told.decision, told.decided_by) == (Advice.BLOCK, "rule:promotions")


def test_the_policy_says_how_much_a_live_rule_may_ask_for(tmp_path):
    path = tmp_path / "policy.toml"
    for most, decision in (("review", Advice.REVIEW), ("allow", Advice.ALLOW)):
        path.write_text(f'[promo_redeemed]\nrules = "{most}"\n', encoding="utf-8")
        told = decider(rules=[crowded(Decision.BLOCK)], policy=read_policy(path)).decide(SECOND_PROMOTION)
        assert told.decision is decision
        assert [held.decision for held in told.rules] == [Decision.BLOCK]
