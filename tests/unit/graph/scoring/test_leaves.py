"""Kernels reach the leaves that a walk down each tree reaches, to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.scoring.leaves import leaves, leaves_up_to
from graph.state.trees import DEPTH, LEAVES, NEVER_PASSED, NO_TREES, SPLITS, Trees, trees_from

FEATURES = 7
STEPS = [0.0, 0.125, 0.25, 0.5, 0.75, 1.0]
values = st.lists(st.sampled_from(STEPS), min_size=FEATURES, max_size=FEATURES)


@st.composite
def forests(draw) -> Trees:
    """A few trees over the same steps that features take, so that values meet thresholds."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, splits = draw(st.integers(1, 9)), 2 ** draw(st.integers(DEPTH, DEPTH + 3)) - 1
    return trees_from(
        features=dice.integers(0, FEATURES, (count, splits)).astype(np.uint16),
        thresholds=dice.choice([*STEPS, NEVER_PASSED, -0.5], (count, splits)),
        leaves=dice.normal(0, 1, (count, splits + 1)),
    )


def walked(features: list[float], trees: Trees, total: float) -> float:
    """The sum by a walk down each tree."""
    for split, threshold, leaf in zip(trees.features, trees.thresholds, trees.leaves, strict=True):
        node = 0
        while node < len(split):
            node = 2 * node + (2 if features[split[node]] > threshold[node] else 1)
        total += leaf[node - len(split)]
    return float(total)


@given(trees=forests(), features=values)
def test_the_sum_is_that_of_a_walk_down_each_tree(trees, features):
    assert leaves(np.array(features), trees, 0.25) == walked(features, trees, 0.25)


@given(trees=forests(), features=values, least=st.sampled_from([-1e9, -1.0, 0.0, 0.5, 1.0, 1e9]))
def test_what_cannot_come_to_the_least_is_not_read_to_the_end(trees, features, least):
    whole, found = walked(features, trees, 0.0), leaves_up_to(np.array(features), trees, least)
    assert found == whole if whole >= least else found in (whole, -math.inf)


def test_the_first_trees_can_be_enough():
    trees = trees_from(
        features=np.zeros((2, SPLITS), np.uint16),
        thresholds=np.full((2, SPLITS), NEVER_PASSED),
        leaves=np.array([[-3.0] * LEAVES, [1.0] * LEAVES]),
    )
    assert leaves_up_to(np.zeros(FEATURES), trees, -1.0) == -math.inf
    assert leaves_up_to(np.zeros(FEATURES), trees, -2.0) == -2.0


@pytest.mark.parametrize("features", [0, FEATURES])
def test_no_trees_add_nothing(features):
    assert leaves(np.zeros(features), NO_TREES, 1.5) == 1.5
