"""Figures of the overview and of the model page, on rows small enough to work out by hand."""

from __future__ import annotations

import pytest

from queries.console.figures import DAY_MS, FEWEST_ANSWERS, prevented, refitted, score_drift

R = "ring_1"


def test_money_is_prevented_at_the_pace_before_less_what_was_taken_all_the_same():
    taken = [(R, day * DAY_MS, 10.0) for day in range(14)] + [(R, 15 * DAY_MS, 4.0)]
    assert prevented(taken, {R: 14 * DAY_MS}, 21 * DAY_MS) == {R: 66.0}


def test_a_pace_holds_for_four_weeks_and_never_turns_negative():
    taken = [(R, day * DAY_MS, 1.0) for day in range(28)]
    assert prevented(taken, {R: 28 * DAY_MS}, 500 * DAY_MS) == {R: 28.0}
    assert prevented([*taken, (R, 40 * DAY_MS, 900.0)], {R: 28 * DAY_MS}, 500 * DAY_MS) == {R: 0.0}


def test_nothing_is_prevented_before_the_stop_or_by_rings_that_were_not_stopped():
    taken = [(R, 0, 10.0), ("ring_2", 0, 10.0)]
    assert prevented(taken, {R: 5 * DAY_MS}, 5 * DAY_MS) == {R: 0.0}
    assert prevented(taken, {}, 5 * DAY_MS) == {}


def test_one_day_of_taking_is_no_pace_of_its_own():
    assert prevented([(R, 6 * DAY_MS, 7.0)], {R: 7 * DAY_MS}, 14 * DAY_MS) == {R: 7.0}


def test_a_score_that_promised_too_much_is_lowered_in_the_same_order():
    answers = [(score, n % 2 == 0) for n in range(30) for score in (0.95, 0.9)]
    found = refitted(answers, [("a", 0.95), ("b", 0.9), ("c", 0.02)])
    assert found is not None
    moved = {ring_id: (now, then) for ring_id, now, then in found.moved}
    assert moved["a"][1] == pytest.approx(0.5, abs=0.1)
    assert moved["b"][1] < moved["a"][1] < 0.95
    assert (found.raised, found.lowered, found.answers) == (0, 2, 60)


def test_few_answers_or_answers_of_one_kind_fit_nothing():
    assert refitted([(0.9, True), (0.2, False)] * (FEWEST_ANSWERS // 2 - 1), []) is None
    assert refitted([(0.9, True)] * 100, []) is None


def test_scores_that_stay_are_calm_and_scores_that_move_are_drift():
    old = [(n * DAY_MS // 50, 0.5 + (n % 50) / 100) for n in range(1_000)]
    after = old[-1][0] + 8 * DAY_MS
    same = score_drift([*old, *((after, 0.5 + (n % 50) / 100) for n in range(200))])
    other = score_drift([*old, *((after, 0.99) for _ in range(200))])
    assert same is not None
    assert same.said == "calm"
    assert other is not None
    assert other.said == "drift"
    assert score_drift(old[:50]) is None
