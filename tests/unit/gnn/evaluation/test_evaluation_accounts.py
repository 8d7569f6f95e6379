"""Accounts against truth: ranking, flagging, calibration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.evaluation.accounts import account_figures
from gnn.evaluation.calibration import ReliabilityBin, calibration


def test_a_perfect_ranking_has_areas_of_one() -> None:
    figures = account_figures([True, True, False, False], [0.9, 0.8, 0.3, 0.1], [True, True, True, False])
    assert (figures.auprc, figures.auroc) == (1.0, 1.0)
    assert figures.flagged == 3
    assert figures.flagged_precision == pytest.approx(2 / 3)
    assert figures.flagged_recall == 1.0


def test_ties_share_a_threshold_whatever_their_order() -> None:
    first = account_figures([True, False, False, True], [0.5, 0.5, 0.5, 0.9], [False] * 4)
    second = account_figures([False, True, True, False], [0.5, 0.9, 0.5, 0.5], [False] * 4)
    assert first.auprc == second.auprc == pytest.approx(0.5 * 1.0 + 0.5 * 0.5)
    assert first.auroc == second.auroc == 0.75


def test_ranking_is_not_available_when_nobody_cheats() -> None:
    figures = account_figures([False, False], [0.2, 0.1], [False, True])
    assert figures.auprc is None
    assert figures.auroc is None
    assert figures.flagged_precision == 0.0
    assert figures.flagged_recall is None


def test_calibration_puts_scores_into_tenths_and_weighs_their_gaps() -> None:
    result = calibration([True, True, False, False], [0.95, 1.0, 0.05, 0.55])
    assert result.bins[9] == ReliabilityBin(0.9, 1.0, 2, pytest.approx(0.975), 1.0)
    assert result.bins[0] == ReliabilityBin(0.0, 0.1, 1, 0.05, 0.0)
    assert result.bins[3].mean_score is None
    assert result.expected_error == pytest.approx((2 * 0.025 + 0.05 + 0.55) / 4)
    assert result.brier == pytest.approx((0.05**2 + 0 + 0.05**2 + 0.55**2) / 4)


def test_calibration_of_nobody_is_not_available() -> None:
    result = calibration([], [])
    assert result.expected_error is None
    assert result.brier is None
    assert [each.accounts for each in result.bins] == [0] * 10


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_every_account_is_in_one_bin_and_the_error_is_a_share(rows: list[tuple[bool, float]]) -> None:
    result = calibration([label for label, _ in rows], [score for _, score in rows])
    assert sum(each.accounts for each in result.bins) == len(rows)
    assert result.expected_error is not None
    assert 0 <= result.expected_error <= 1
    for each in result.bins:
        if each.mean_score is not None:
            assert each.low - 1e-9 <= each.mean_score <= each.high + 1e-9
