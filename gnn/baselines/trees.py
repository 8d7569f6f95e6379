"""The bar for a graph network: boosted trees over evidence and neighbour aggregates (GADBench, NeurIPS 2023).

A candidate's row is its evidence, its log size, the mean and maximum of its members' own features, and the
mean of what their neighbours by each kind of identity and ride link look like.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from gnn.tensors.lessons import Lesson, group_weights

Rows = npt.NDArray[np.float32]


def tree_rows(lessons: Sequence[Lesson]) -> Rows:
    """One row for each example, in order. O(links around the examples * features)."""
    return np.concatenate([_rows(lesson) for lesson in lessons])


def fit_trees(lessons: Sequence[Lesson], seed: int) -> HistGradientBoostingClassifier:
    """Boosted trees, each group of examples one unit of weight."""
    examples = [example for lesson in lessons for example in lesson.examples]
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=200,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    )
    labels = np.array([example.is_ring for example in examples])
    return trees.fit(tree_rows(lessons), labels, sample_weight=group_weights(examples))


def tree_logits(trees: HistGradientBoostingClassifier, lessons: Sequence[Lesson]) -> npt.NDArray[np.float64]:
    """Log odds of every example, in order."""
    return np.asarray(trees.decision_function(tree_rows(lessons)))


def _rows(lesson: Lesson) -> Rows:
    around = lesson.around
    features = around.features
    heard = np.mean([matrix @ features for matrix in around.means], axis=0)
    starts = np.flatnonzero(np.diff(lesson.owner, prepend=-1))
    sizes = np.diff(np.append(starts, len(lesson.owner)))[:, None]
    own, near = features[lesson.member], heard[lesson.member]
    return np.concatenate(
        [
            np.stack([example.evidence for example in lesson.examples]),
            np.log(sizes),
            np.add.reduceat(own, starts) / sizes,
            np.maximum.reduceat(own, starts),
            np.add.reduceat(near, starts) / sizes,
        ],
        axis=1,
    ).astype(np.float32)
