"""What investigators answered, as the truth to learn from."""

from gnn.training.verdict_labels import LEGIT, NO_KIND, truth_of_verdicts
from graph.model.events import Verdict
from graph.model.results import AccountsChanged, LedgerEntry
from graph.model.vocabulary import LedgerChange, VerdictOutcome

FRAUD, HONEST, UNSURE = VerdictOutcome.FRAUD, VerdictOutcome.LEGIT, VerdictOutcome.UNSURE


def entry(ts, ring, change=LedgerChange.BORN, added=(), removed=()):
    return LedgerEntry(
        ts=ts,
        ring_id=ring,
        change=change,
        from_=[],
        accounts=AccountsChanged(added=list(added), removed=list(removed)),
    )


def answer(ts, subject, outcome):
    return Verdict(event_id=f"v{ts}", ts=ts, subject=subject, outcome=outcome, analyst="ines")


def rings_of(truth):
    return {ring.ring: (ring.kind, ring.accounts) for ring in truth.rings}


def test_an_answer_holds_for_the_members_of_its_moment():
    ledger = [entry(1, "r", added="ab"), entry(5, "r", LedgerChange.GREW, added="c")]
    truth = truth_of_verdicts([answer(3, "r", FRAUD)], ledger, {"r": "collusion"})
    assert rings_of(truth) == {"r": ("collusion", ["a", "b"])}
    assert truth.unjudged == ["c"]


def test_a_ring_that_its_own_verdict_closed_is_still_known():
    ledger = [entry(1, "r", added="ab"), entry(3, "r", LedgerChange.CLOSED, removed="ab")]
    truth = truth_of_verdicts([answer(3, "r", HONEST)], ledger, {})
    assert truth.rings == []
    assert [(decoy.kind, decoy.accounts) for decoy in truth.decoys] == [(LEGIT, ["a", "b"])]
    assert truth.unjudged == []


def test_a_later_answer_replaces_an_earlier_one_and_unsure_takes_it_back():
    ledger = [entry(1, "r", added="abc")]
    answers = [answer(2, "r", FRAUD), answer(4, "b", UNSURE), answer(3, "a", HONEST)]
    truth = truth_of_verdicts(answers, ledger, {})
    assert rings_of(truth) == {"r": (NO_KIND, ["c"])}
    assert [decoy.accounts for decoy in truth.decoys] == [["a"]]
    assert truth.unjudged == ["b"]


def test_an_answer_about_an_account_of_no_ring_makes_a_ring_of_one():
    truth = truth_of_verdicts([answer(2, "loner", FRAUD)], [entry(1, "r", added="ab")], {})
    assert rings_of(truth) == {"loner": (NO_KIND, ["loner"])}
    assert truth.unjudged == ["a", "b"]
