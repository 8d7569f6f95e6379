"""Whether a challenger may replace the champion: it has to win on the newest labels, and not by luck.

Both score the same examples. Whole groups (a ring, an honest candidate) are drawn with replacement, and the
difference of the areas under precision and recall is taken anew each time (Efron and Tibshirani, 1993). The
challenger is better when the lower end of the interval is above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from graph.model.errors import Fatal

Scores = npt.NDArray[np.floating]
DRAWS: Final = 1000
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Contest:
    """Both areas, and the interval of challenger minus champion."""

    champion: float
    challenger: float
    low: float
    high: float
    groups: int

    @property
    def is_won(self) -> bool:
        """Whether the challenger is better beyond doubt at ``CONFIDENCE``."""
        return self.low > 0


def contest(
    champion: Scores,
    challenger: Scores,
    labels: npt.NDArray[np.bool_],
    groups: Sequence[str],
    seed: int = 1,
    draws: int = DRAWS,
) -> Contest:
    """Compare two models on the same examples. Raises Fatal without a ring or without an honest group.

    Cost: O(draws * n log n).
    """
    names, group = np.unique(np.array(groups), return_inverse=True)
    is_ring = np.zeros(len(names), bool)
    np.logical_or.at(is_ring, group, labels)
    if is_ring.all() or not is_ring.any():
        raise Fatal(
            f"expected rings and honest groups in the newest labels, found {int(is_ring.sum())} rings among "
            f"{len(names)} groups; wait for more verdicts"
        )
    share = 1.0 / np.bincount(group)[group]
    draw = np.random.default_rng(seed)
    differences = []
    for _ in range(draws):
        # Rings and honest groups are drawn apart, so that no draw lacks either.
        times = np.zeros(len(names))
        for part in (np.flatnonzero(is_ring), np.flatnonzero(~is_ring)):
            times += np.bincount(draw.choice(part, len(part)), minlength=len(names))
        weights = times[group] * share
        differences.append(_area(labels, challenger, weights) - _area(labels, champion, weights))
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(differences, [tail, 100 - tail])
    return Contest(
        _area(labels, champion, share), _area(labels, challenger, share), float(low), float(high), len(names)
    )


def _area(labels: npt.NDArray[np.bool_], scores: Scores, weights: npt.NDArray[np.float64]) -> float:
    return float(average_precision_score(labels, scores, sample_weight=weights))
