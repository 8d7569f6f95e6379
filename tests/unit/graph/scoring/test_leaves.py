"""Trees laid out by feature lead to the leaves that a walk down each tree leads to, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.scoring.leaves import begin_reading, leaves, read_common, read_more, sum_of_leaves
from graph.state.sorted_trees import sorted_trees
from graph.state.trees import LEAVES, NEVER_PASSED, NO_TREES, SPLITS, Trees

FEATURES = 7
STEPS = [0.0, 0.125, 0.25, 0.5, 0.75, 1.0]
values = st.lists(st.sampled_from(STEPS), min_size=FEATURES, max_size=FEATURES)


@st.composite
def forests(draw) -> Trees:
    """A few trees over the same steps that features take, so that values meet thresholds."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 9))
    return Trees(
        features=dice.integers(0, FEATURES, (count, SPLITS)).astype(np.int32),
        thresholds=dice.choice([*STEPS, NEVER_PASSED, -0.5], (count, SPLITS)),
        leaves=dice.normal(0, 1, (count, LEAVES)),
    )


def walked(features: list[float], trees: Trees, total: float) -> float:
    """The sum by a walk down each tree."""
    for split, threshold, leaf in zip(trees.features, trees.thresholds, trees.leaves, strict=True):
        node = 0
        while node < SPLITS:
            node = 2 * node + (2 if features[split[node]] > threshold[node] else 1)
        total += leaf[node - SPLITS]
    return float(total)


@given(trees=forests(), features=values)
def test_the_sum_is_that_of_a_walk_down_each_tree(trees, features):
    laid_out = sorted_trees(trees, FEATURES)
    assert leaves(np.array(features), laid_out, 0.25) == walked(features, trees, 0.25)


@given(trees=forests(), common=values, others=st.lists(values, min_size=1, max_size=3))
def test_readings_that_go_on_from_what_they_have_in_common_come_to_the_same(trees, common, others):
    laid_out = sorted_trees(trees, FEATURES)
    read_common(np.array(common), laid_out)
    for other in others:
        own = np.maximum(common, other).tolist()
        begin_reading(laid_out)
        for feature, value in enumerate(own):
            if value > common[feature]:
                read_more(laid_out, feature, value)
        assert sum_of_leaves(laid_out, 0.0) == walked(own, trees, 0.0)


@pytest.mark.parametrize("features", [0, FEATURES])
def test_no_trees_add_nothing(features):
    assert leaves(np.zeros(features), sorted_trees(NO_TREES, features), 1.5) == 1.5
