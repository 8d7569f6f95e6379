"""Rings found at a fixed number of false ones, and the dense blocks that rival them."""

import numpy as np
import pytest

from gnn.baselines.fraudar import dense_blocks
from gnn.baselines.trees import fit_trees, tree_logits
from gnn.evaluation.ring_recall import Ranked, recall_at, reports_of
from gnn.evaluation.truth import TrueRing, Truth
from gnn.models.figures import Judged, model_figures, threshold_at
from tests.unit.gnn.worlds import example, lessons

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


def test_a_dense_block_is_found_among_sparse_rides_and_camouflage():
    draw = np.random.default_rng(1)
    rides = {(f"r{n}", f"d{draw.integers(40)}"): 1 for n in range(300)}
    gang = {(f"bad{r}", f"crook{d}"): 2 for r in range(5) for d in range(2)}
    busy = {(f"bad{r}", "d1"): 3 for r in range(5)} | {(f"r{n}", "d1"): 1 for n in range(150)}
    blocks = dense_blocks(rides | busy | gang, 3)
    assert {f"bad{r}" for r in range(5)} | {"crook0", "crook1"} <= blocks[0].accounts
    assert not any(name.startswith("r") for name in blocks[0].accounts)
    assert blocks[0].density > blocks[1].density


def test_rides_of_the_same_name_on_both_sides_are_two_accounts_of_one_block():
    assert dense_blocks({}, 3) == []
    assert dense_blocks({("a", "b"): 1}, 3) == []


def test_trees_learn_what_neighbours_tell():
    train, unseen = lessons(range(30)), lessons(range(40, 44))
    logits = tree_logits(fit_trees(train, 1), unseen)
    labels = np.array([each.is_ring for lesson in unseen for each in lesson.examples])
    assert logits[labels].min() > logits[~labels].max()
