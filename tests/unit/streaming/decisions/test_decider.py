"""One question: what is answered, what is refused, and what happens when the time is spent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.events import AccountCreated, Event, PromoRedeemed
from graph.model.vocabulary import Advice, Fallback, RingKind, Role
from graph.rings.lifecycle import Policy
from streaming.admission.pseudonyms import Pseudonyms
from streaming.decisions.decider import Decider, NotAsked
from streaming.decisions.follower import FileFeed, Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import DecisionPolicy

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


def decider(clock: Clock | None = None, key: bytes | None = None) -> Decider:
    engine = Engine(EngineConfig(policy=Policy(review=0.6, block=0.9)), load_scorer())
    pseudonyms = None if key is None else Pseudonyms(key)
    batch = EventBatch.of(tuple(farm(12)))
    engine.apply(batch if pseudonyms is None else pseudonyms.replace_all(batch))
    follower = Follower(FileFeed(engine, iter(())))
    return Decider(
        follower, DecisionPolicy(), DecisionMeasures(CollectorRegistry()), pseudonyms, clock or Clock()
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
    body = json.loads(NEWCOMER) | {"account_id": "farmer03"}
    told = deciding.decide(json.dumps(body).encode())
    assert (told.degraded, told.fallback) == (True, Fallback.STORED)
    ring = deciding.follower.engine.rings()[0]
    assert told.ring_id == ring.ring_id
    assert told.score == {a.account_id: a.score for a in deciding.follower.engine.accounts()}["farmer03"]
    assert deciding.decide(NEWCOMER).accounts == []


def test_who_is_known_by_a_pseudonym_is_asked_about_under_it():
    told = decider(key=KEY).decide(NEWCOMER)
    assert told.together_with_total == 12
    assert told.accounts[0].account_id.startswith("account_")
