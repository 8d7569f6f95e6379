"""Rules proposed and tried by what was known at a moment, and by nothing after it."""

from __future__ import annotations

import numpy as np
import pytest

from graph.model.events import Chargeback, Verdict
from graph.model.vocabulary import ConditionTest, FactName, VerdictOutcome
from ringfence.rule_texts import bound_lines
from rules.book.rule import Condition
from rules.facts.gathering import FactGatherer
from rules.proposing.backtest import Spans, backtest
from rules.proposing.history import history_of
from rules.proposing.scorecard import Shown, cross_fitted, fitted
from rules.proposing.search import BY_ONSET, PRECISION, propose
from tests.unit.rules.attacks import DAY, HOUR, START, attack, quiet_city, together
from tests.unit.rules.test_book import rule

BEGINS = START + 30 * DAY
AT = BEGINS + DAY
EVENTS = together(quiet_city(45), attack(BEGINS, 10))


def history(events=EVENTS, at=AT, days=28.0):
    return history_of(events, at, days)


@pytest.fixture(scope="module")
def known():
    return history()


def test_truncating_the_future_changes_nothing(known):
    past = [event for event in EVENTS if event.ts <= AT]
    disputes = [
        Chargeback(event_id=f"d{n}", ts=AT + n + 1, account_id=f"thief{n:04}", amount=9.0) for n in range(20)
    ]
    truncated, extended = history(past), history(together(EVENTS, disputes))
    for other in (truncated, extended):
        assert other.onsets == known.onsets
        (onset, *_) = other.onsets
        rules = propose(other, onset)
        assert rules == propose(known, known.onsets[0])
        assert [backtest(each, other, onset.began_ms) for each in rules] == [
            backtest(each, known, onset.began_ms) for each in rules
        ]


def test_a_proposal_meets_the_attack_and_hardly_anybody_else(known):
    (onset, *_) = known.onsets
    first, *_ = propose(known, onset)
    later = history(at=BEGINS + 9 * DAY)
    met = {later.account_ids[n] for n in np.unique(later.accounts[later.matches(first)])}
    thieves = {name for name in met if name.startswith("thief")}
    assert len(thieves) / len(met) >= 0.9
    assert len(thieves) >= 0.7 * 30 * 9
    assert first.proposed_by == BY_ONSET
    assert first.proposed_ms == AT


def test_a_campaign_of_honest_newcomers_is_not_met_by_the_rule():
    campaign = [
        event
        for event in quiet_city(45, seed=3, newcomers=40.0)
        if BEGINS - 2 * DAY <= event.ts < BEGINS + 6 * DAY
    ]
    busy = together(EVENTS, campaign)
    known = history(busy)
    (first,) = propose(known, known.onsets[-1])
    later = history(busy, at=BEGINS + 9 * DAY)
    met = {later.account_ids[n] for n in np.unique(later.accounts[later.matches(first)])}
    thieves = {name for name in met if name.startswith("thief")}
    assert len(thieves) >= 0.7 * 30 * 9
    assert len(thieves) / len(met) >= 0.9


def test_nothing_is_proposed_where_the_accounts_are_like_those_before(known):
    quiet = history(quiet_city(45))
    assert propose(quiet, known.onsets[0]) == []


def test_points_of_an_account_are_not_of_a_card_that_was_fitted_to_it():
    # Each account of the attack shows something of its own: a card fitted to all knows every one of them.
    accounts, quiet = 12, 60
    own = np.zeros((accounts // 2, accounts + quiet), bool)
    for n in range(accounts // 2):
        own[n, 2 * n : 2 * n + 2] = True
    asked = tuple(
        Condition(FactName.CARD_ISSUER, ConditionTest.ONE_OF, words=(f"i{n}",)) for n in range(len(own))
    )
    shown = Shown(
        asked,
        own,
        np.arange(accounts + quiet),
        np.arange(accounts + quiet) < accounts,
        np.arange(accounts + quiet),
        windows=60,
    )
    assert (shown.points(fitted(shown))[:accounts] > 0).all()
    assert (cross_fitted(shown)[:accounts] == 0).all()


def test_a_backtest_counts_who_was_met_and_who_looked_alike(known):
    (onset, *_) = known.onsets
    tried = backtest(propose(known, onset)[0], known, onset.began_ms)
    assert tried.precision_by_contrast is not None
    assert tried.precision_by_contrast >= PRECISION
    assert tried.precision_by_answers is None
    assert tried.answered == (0, 0)
    assert tried.examples
    assert all(each.account_id.startswith("thief") for each in tried.examples)
    everybody = rule(when=(rule().when[0],), events=("card_added",))
    wide = backtest(everybody, known, onset.began_ms)
    assert wide.quiet_accounts > 50
    assert all(each.account_id.startswith("honest") for each in wide.look_alikes)
    assert wide.precision_by_contrast is not None
    assert wide.precision_by_contrast < tried.precision_by_contrast


def test_answers_until_then_are_counted_and_a_verdict_outweighs_a_dispute():
    answers = [
        Chargeback(event_id="d1", ts=AT - HOUR, account_id="thief0001", amount=9.0),
        Chargeback(event_id="d2", ts=AT - HOUR, account_id="thief0002", amount=9.0),
        Verdict(event_id="v", ts=AT - 1, subject="thief0002", outcome=VerdictOutcome.LEGIT, analyst="ann"),
    ]
    seen = history(together(EVENTS, answers))
    tried = backtest(propose(seen, seen.onsets[0])[0], seen, seen.onsets[0].began_ms)
    assert tried.answered == (1, 1)
    assert tried.precision_by_answers == 0.5
    assert tried.recall_by_answers == 1.0


def test_columns_say_what_the_rule_says_of_each_event(known):
    facts = FactGatherer()
    told = [facts.observe(event) for event in EVENTS if event.ts <= AT]
    kept = [each for each in told if each is not None and each.ts > known.from_ms]
    for each in [*propose(known, known.onsets[0]), rule()]:
        assert known.matches(each).tolist() == [each.matches(observed) for observed in kept]


def test_what_a_standing_rule_meets_is_not_proposed_again(known):
    (onset, *_) = known.onsets
    rules = propose(known, onset)
    assert propose(known, onset, rules) == []


def test_quiet_windows_lie_at_the_same_time_of_day_and_not_just_before(known):
    spans = Spans.of(known, BEGINS)
    assert spans.windows == 26
    assert not (spans.quiet & known.between(BEGINS - DAY, AT)).any()
    half = Spans.of(history(at=BEGINS + 12 * HOUR), BEGINS)
    hours = (history(at=BEGINS + 12 * HOUR).ts[half.quiet] - BEGINS) % DAY // HOUR
    assert hours.max() < 12
    assert known.number_of(FactName.ACCOUNT_AGE_H).shape == (len(known),)


def test_what_there_is_no_room_for_is_told(monkeypatch, known):
    monkeypatch.setattr("rules.proposing.history.MOST_ROWS", 100)
    few = history()
    assert (len(few), few.dropped) == (100, len(known) - 100)
    assert few.ts.min() >= np.sort(known.ts)[-101]
    assert bound_lines(few) == [f"the oldest {few.dropped:,} payments of these days were left out: no room"]
    assert bound_lines(known) == []


def test_too_little_quiet_time_gives_no_contrast_and_no_proposal():
    short = history(days=3.0)
    tried = backtest(rule(), short, BEGINS)
    assert (tried.precision_by_contrast, tried.recall_by_contrast) == (None, None)
    assert propose(short, short.onsets[0]) == []
