"""The probability that accounts belong with the marked ones, read from what was just described of them."""

from __future__ import annotations

import math
from typing import Final

from graph.completion.features import GROUP, OWN, SET
from graph.kernels.arrays import Floats
from graph.kernels.kernel import kernel
from graph.kernels.scratch import scratch
from graph.scoring.leaves import leaves_up_to
from graph.state.state import State

_OWN: Final = len(OWN)
_GROUP: Final = len(GROUP)
_SET: Final = len(SET)


@kernel
def belonging(state: State, place: int, least: float) -> float:
    """The probability that one of the accounts described belongs; 0 where it is less than ``least``.

    O(features + trees), and less for those far from ``least``, where that is more than 0.
    """
    features = scratch(state.completing.features)
    features_at(state, place, features)
    log_odds = leaves_up_to(features, state.member_trees, math.log(least / (1.0 - least)))
    return 1.0 / (1.0 + math.exp(-log_odds))


@kernel
def features_at(state: State, place: int, into: Floats) -> None:
    """The features (``MEMBER_FEATURES``) of one of the accounts that were just described."""
    row, means = state.completing.rows[place], state.completing.means
    for each in range(_OWN):
        into[each] = row[each]
        into[_OWN + each] = 0.5 * (1.0 + row[each] - means[each])
        into[2 * _OWN + each] = means[each]
    for each in range(_GROUP):
        into[3 * _OWN + each] = row[_OWN + each]
    for each in range(_SET):
        into[3 * _OWN + _GROUP + each] = means[_OWN + each]
