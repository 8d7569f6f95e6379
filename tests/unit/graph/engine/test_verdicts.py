"""How answers move a score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.vocabulary import VerdictOutcome

FRAUD, LEGIT, UNSURE = VerdictOutcome.FRAUD, VerdictOutcome.LEGIT, VerdictOutcome.UNSURE
REVIEW = 0.5
scores = st.floats(0, 1)


def test_without_an_answer_the_score_stands(parts):
    verdicts = parts.answers()
    verdicts.hear(FRAUD, [7])
    assert parts.answers().adjust(0.3, [1, 2]) == 0.3
    assert verdicts.adjust(0.3, [1, 2]) == 0.3


@given(scores)
def test_accounts_all_cleared_are_no_ring_whatever_the_evidence(parts, score):
    verdicts = parts.answers()
    verdicts.hear(LEGIT, [1, 2, 3])
    assert verdicts.adjust(score, [1, 2, 3]) < 0.25


@given(scores)
def test_accounts_all_confirmed_are_a_ring_whatever_the_evidence(parts, score):
    verdicts = parts.answers()
    verdicts.hear(FRAUD, [1, 2, 3])
    assert verdicts.adjust(score, [1, 2, 3]) > 0.75


@given(scores, st.integers(1, 20))
def test_cleared_accounts_stay_no_ring_until_as_many_new_ones_have_joined(parts, score, cleared):
    verdicts = parts.answers()
    verdicts.hear(LEGIT, range(cleared))
    for new in range(cleared):
        assert verdicts.adjust(score, range(cleared + new)) < REVIEW
    assert verdicts.adjust(0.999999, range(3 * cleared)) > REVIEW


@given(scores.filter(lambda s: 0.001 < s < 0.999), st.integers(1, 20))
def test_every_fraud_answer_raises_and_every_legit_answer_lowers(parts, score, accounts):
    raised, lowered = parts.answers(), parts.answers()
    up = down = score
    for account in range(accounts):
        raised.hear(FRAUD, [account])
        lowered.hear(LEGIT, [account])
        higher, lower = (v.adjust(score, range(accounts)) for v in (raised, lowered))
        assert higher > up
        assert lower < down
        up, down = higher, lower


def test_unsure_takes_the_answer_back(parts):
    verdicts = parts.answers()
    verdicts.hear(FRAUD, [1, 2])
    verdicts.hear(UNSURE, [1])
    assert verdicts.adjust(0.3, [1]) == 0.3
    assert verdicts.adjust(0.3, [2]) > 0.3


def test_the_newest_answer_counts(parts):
    verdicts = parts.answers()
    verdicts.hear(FRAUD, [1])
    verdicts.hear(LEGIT, [1])
    assert verdicts.adjust(0.5, [1]) == pytest.approx(1 / (1 + 2.718281828459045**8))


def test_one_fraud_and_one_legit_answer_cancel(parts):
    verdicts = parts.answers()
    verdicts.hear(FRAUD, [1])
    verdicts.hear(LEGIT, [2])
    assert verdicts.adjust(0.4, [1, 2]) == 0.4
