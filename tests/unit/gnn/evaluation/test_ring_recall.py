"""Rings found at a fixed number of false ones."""

import numpy as np
import pytest

from gnn.evaluation.ring_recall import Ranked, recall_at, reports_of
from gnn.evaluation.truth import TrueRing, Truth
from gnn.models.figures import Judged, model_figures, threshold_at
from tests.unit.gnn.worlds import example

TRUTH = Truth(
    rings=[
        TrueRing(ring="r1", kind="collusion", accounts=["a", "b", "c"]),
        TrueRing(ring="r2", kind="takeover", accounts=["d", "e", "f"]),
    ]
)


def ranked(score, names):
    return Ranked(score, frozenset(names))


def test_reports_come_by_score_and_a_repeat_is_none():
    found = reports_of([ranked(0.2, "abx"), ranked(0.9, "xyz"), ranked(0.8, "xy"), ranked(0.5, "abc")], TRUTH)
    assert [(each.score, each.found, each.is_false) for each in found] == [
        (0.9, (), True),
        (0.5, ("r1",), False),
        (0.2, ("r1",), False),
    ]


def test_recall_counts_rings_before_one_false_report_too_many():
    reports = reports_of([ranked(0.9, "abc"), ranked(0.8, "xyz"), ranked(0.7, "def")], TRUTH)
    assert [recall_at([reports], 2, allowed) for allowed in (0, 0.5, 1)] == [0.5, 0.5, 1.0]
    assert threshold_at([reports], 0) == 0.8
    assert threshold_at([reports], 1) == -float("inf")


def test_figures_count_each_group_once():
    examples = [
        example([1], True, "r1", names="abc"),
        example([1], True, "r1", names="abc"),
        example([2], False, "h", names="xyz"),
        example([3], True, "r2", names="def"),
    ]
    figures = model_figures([Judged(examples, np.array([0.9, 0.9, 0.4, 0.2]), TRUTH, honest=100)])
    assert figures.auroc == pytest.approx(0.5)
    assert figures.by_kind == {"collusion": (1, 1), "takeover": (0, 1)}
    assert figures.recall[2.0] == 0.5
    assert [round(weight, 3) for _, _, weight in figures.calibration] == [1.0, 1.0, 1.0]
    assert figures.brier == pytest.approx((0.1**2 + 0.4**2 + 0.8**2) / 3)
