"""The log odds that accounts belong with the marked ones, read from what was just described of them.

Most of what a model reads is the same for all (the means), or nothing for most: it is passed once for all,
and each account goes on from there with what it has.
"""

from __future__ import annotations

import math
from typing import Final

from graph.completion.features import GROUP, OWN
from graph.kernels.kernel import kernel
from graph.scoring.leaves import begin_reading, read_common, read_more, sum_of_leaves
from graph.state.state import State

_OWN: Final = len(OWN)
_GROUP: Final = len(GROUP)


@kernel
def begin_belonging(state: State) -> None:
    """Read what is the same for every account that was just described. O(features + splits passed)."""
    features, means = state.completing.features, state.completing.means
    for each in range(_OWN):
        features[each] = 0.0
        features[_OWN + each] = beside_mean(0.0, means[each])
        features[2 * _OWN + each] = means[each]
    for each in range(_GROUP):
        features[3 * _OWN + each] = 0.0
    for each in range(3 * _OWN + _GROUP, len(features)):
        features[each] = means[each - 2 * _OWN - _GROUP]
    read_common(features, state.member_trees)


@kernel
def belonging(state: State, place: int) -> float:
    """The probability that one of the accounts that were described belongs. O(splits passed + trees)."""
    trees, row, means = state.member_trees, state.completing.rows[place], state.completing.means
    begin_reading(trees)
    for each in range(_OWN):
        if row[each] > 0.0:
            read_more(trees, each, row[each])
            read_more(trees, _OWN + each, beside_mean(row[each], means[each]))
    for each in range(_GROUP):
        if row[_OWN + each] > 0.0:
            read_more(trees, 3 * _OWN + each, row[_OWN + each])
    return 1.0 / (1.0 + math.exp(-sum_of_leaves(trees, 0.0)))


@kernel
def beside_mean(own: float, mean: float) -> float:
    """How far a feature is from the mean of the marked, in [0, 1]; never less for more of it."""
    return 0.5 * (1.0 + own - mean)
