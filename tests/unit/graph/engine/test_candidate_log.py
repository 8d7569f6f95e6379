"""The log of what was judged: each set once, in order, bounded, and without effect on the results."""

from __future__ import annotations

from graph.engine import CandidateLog, EngineConfig, logged_engine
from graph.model.events import AccountCreated, EventBase, PromoRedeemed
from graph.model.results import Candidate
from graph.model.shapes import Shape
from graph.model.vocabulary import Role
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from tests.unit.graph.fakes import StrongestSign, new_engine


def promo_farm() -> list[EventBase]:
    """Twelve accounts created on one phone, a minute apart, that take one promotion."""
    farm: list[EventBase] = []
    for n in range(12):
        who, ts = f"farmer{n:02}", 1_760_000_000_000 + n * 60_000
        farm += [
            AccountCreated(event_id=f"c{n}", ts=ts, account_id=who, role=Role.RIDER, device_id="phone"),
            PromoRedeemed(event_id=f"p{n}", ts=ts, account_id=who, promo_id="WELCOME", amount=10.0),
        ]
    return farm


def judgement(*accounts: int, score: float = 0.5) -> Judgement:
    return Judgement(accounts, score, Shape.CIRCLE, b"", ())


def names(accounts: list[int]) -> list[str]:
    return [f"a{account}" for account in accounts]


def observed(log: CandidateLog, *judgements: Judgement) -> list[list[str]]:
    for number, each in enumerate(judgements):
        log.observe(each, [], Moment(number, f"e{number}"))
    return [candidate.accounts for candidate in log.drain()]


def test_a_set_is_given_once_as_it_was_first_judged() -> None:
    log = CandidateLog(names)
    log.observe(judgement(1, 2, 3, score=0.25), [], Moment(7, "e"))
    log.observe(judgement(1, 2, 3, score=0.75), [], Moment(9, "f"))
    first = Candidate(ts=7, event_id="e", shape=Shape.CIRCLE, score=0.25, accounts=["a1", "a2", "a3"])
    assert log.drain() == [first]
    log.observe(judgement(1, 2, 3), [], Moment(11, "g"))
    assert log.drain() == []
    assert (log.written, log.left_out) == (1, 0)


def test_beyond_the_sets_kept_judgements_are_counted_and_not_given() -> None:
    log = CandidateLog(names, most_sets=2)
    given = observed(log, judgement(1), judgement(2), judgement(3), judgement(1), judgement(3))
    assert given == [["a1"], ["a2"]]
    assert (log.written, log.left_out) == (2, 2)


def test_once_the_names_are_used_up_nothing_smaller_slips_in() -> None:
    log = CandidateLog(names, most_names=5)
    assert observed(log, judgement(1, 2, 3), judgement(4, 5, 6), judgement(7)) == [["a1", "a2", "a3"]]
    assert log.left_out == 2


def test_a_logged_engine_finds_the_same_and_has_judged_every_ring_it_opened() -> None:
    events = promo_farm()
    engine, log = logged_engine(EngineConfig(), StrongestSign())
    plain = new_engine()
    assert engine.apply(events) == plain.apply(events)
    assert engine.state_digest() == plain.state_digest()
    assert engine.rings() == plain.rings()
    judged = [candidate.accounts for candidate in log.drain()]
    assert engine.rings()[0].accounts in judged
    assert all(len(accounts) >= 3 for accounts in judged)


def test_what_is_given_does_not_depend_on_the_batches() -> None:
    events = promo_farm()
    at_once, at_once_log = logged_engine(EngineConfig(), StrongestSign())
    at_once.apply(events)
    one_by_one, one_by_one_log = logged_engine(EngineConfig(), StrongestSign())
    given = []
    for event in events:
        one_by_one.apply([event])
        given += one_by_one_log.drain()
    assert given == at_once_log.drain()
