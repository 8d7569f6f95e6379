"""What an investigator's answer does to rings and scores."""

import pytest

from graph.model.vocabulary import LedgerChange, VerdictOutcome
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.scenes import Scene

FRAUD, LEGIT, UNSURE = VerdictOutcome.FRAUD, VerdictOutcome.LEGIT, VerdictOutcome.UNSURE


def ring_of(side, *accounts: str):
    scene = Scene()
    for n, account in enumerate(accounts):
        scene.signs_up(account, 1 + n / 1000, "phone")
    engine = side()
    engine.apply(scene.events)
    return engine


def answer(engine, subject: str, day: float, outcome: VerdictOutcome):
    scene = Scene()
    scene.is_answered(subject, day, outcome)
    return engine.apply(scene.events)


def join(engine, *accounts: str):
    scene = Scene()
    for n, account in enumerate(accounts):
        scene.signs_up(account, 3 + n / 1000, "phone")
    return engine.apply(scene.events)


def score_of(engine, account: str) -> float:
    return next(a.score for a in engine.accounts() if a.account_id == account)


def test_legit_closes_a_ring_and_it_stays_closed_until_as_many_new_accounts_have_joined(side):
    engine = ring_of(side, "a", "b", "c", "d")
    (ring,) = engine.rings()
    outcome = answer(engine, ring.ring_id, 2, LEGIT)
    assert [e.change for e in outcome.ledger] == [LedgerChange.CLOSED]
    assert engine.rings() == []
    assert score_of(engine, "a") < 0.25
    assert join(engine, "e", "f", "g").flags == []
    outcome = join(engine, *(f"h{n}" for n in range(12)))
    assert outcome.ledger[0].change is LedgerChange.BORN
    assert len(outcome.ledger[0].accounts.added) >= 8


def test_legit_closes_a_ring_that_the_evidence_is_certain_of(side):
    scene = Scene()
    for n in range(6):
        scene.signs_up(f"a{n}", 1 + n / 1000, "phone")
    engine = side(StrongestSign(damping=1.0))
    engine.apply(scene.events)
    (ring,) = engine.rings()
    assert ring.score == 1.0
    answer(engine, ring.ring_id, 2, LEGIT)
    assert engine.rings() == []


def test_fraud_raises_the_score_of_a_ring_and_flags_it_for_blocking(side):
    engine = ring_of(side, "a", "b", "c")
    (before,) = engine.rings()
    outcome = answer(engine, before.ring_id, 2, FRAUD)
    (after,) = engine.rings()
    assert after.ring_id == before.ring_id
    assert after.score > before.score
    assert [(flag.decision.value, flag.accounts) for flag in outcome.flags] == [("block", ["a", "b", "c"])]


def test_fraud_about_one_account_raises_it_more_than_those_around_it(side):
    engine = ring_of(side, "a", "b", "c")
    before = score_of(engine, "b")
    answer(engine, "a", 2, FRAUD)
    assert score_of(engine, "a") > score_of(engine, "b") > before


def test_unsure_takes_an_answer_back(side):
    engine = ring_of(side, "a", "b", "c")
    (ring,) = engine.rings()
    answer(engine, ring.ring_id, 2, FRAUD)
    answer(engine, ring.ring_id, 2.1, UNSURE)
    assert [r.score for r in engine.rings()] == [ring.score]
    answer(engine, "a", 2.2, LEGIT)
    answer(engine, "a", 2.3, UNSURE)
    assert [r.score for r in engine.rings()] == [ring.score]


def test_an_answer_follows_the_accounts_into_a_ring_that_they_join_later(side):
    engine = ring_of(side, "a", "b")
    for account in ("a", "b"):
        answer(engine, account, 2, LEGIT)
    assert join(engine, "c").flags == []
    assert engine.rings() == []


@pytest.mark.parametrize("outcome", list(VerdictOutcome))
def test_an_answer_about_somebody_unknown_changes_nothing(side, outcome):
    engine = ring_of(side, "a", "b", "c")
    before = engine.rings(), list(engine.accounts()), engine.counts()
    said = answer(engine, "nobody", 1.5, outcome)
    assert (said.flags, said.ledger) == ([], [])
    assert (engine.rings(), list(engine.accounts()), engine.counts()) == before


def test_an_answer_about_a_lone_account_moves_its_score(side):
    scene = Scene()
    scene.logs_in("ann", 1, "phone")
    engine = side()
    engine.apply(scene.events)
    assert score_of(engine, "ann") == 0.01
    answer(engine, "ann", 2, FRAUD)
    assert score_of(engine, "ann") > 0.9
    answer(engine, "ann", 3, LEGIT)
    assert score_of(engine, "ann") < 0.01
