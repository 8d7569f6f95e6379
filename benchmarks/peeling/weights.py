"""What a trip weighs: less with a popular driver, more the newer it is. An integer, so that sums are exact.

    weight = ONE x log(5) / log(5 + d) x 2^((t - landmark) / half life)

d is how many riders the driver has had within the window, the trip's rider not among them: the column
weight 1 / log(c + degree) of FRAUDAR (Hooi et al., KDD 2016) with its c = 5, taken when the trip comes, as
Spade does (arXiv 2211.06977), and scaled so that a driver's first rider weighs ONE. A later rider does not
change what an earlier trip weighed.

Decay is *forward* (Cormode et al., "Forward Decay", ICDE 2009): newer trips weigh more, instead of all
older ones less. A common factor of all weights changes no order, so the weights of old trips stay as they
were written. A trip weighs at most ``2^MAX_HALVINGS`` times ONE; ``halvings_to_shift`` says when every
weight has to be divided by a power of two (``scratch.shift``), which costs one peeling from scratch in
``MAX_HALVINGS`` - 1 half lives.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from graph.kernels.kernel import kernel

ONE_BITS: Final = 16
ONE: Final = 1 << ONE_BITS
"""The weight of a trip with a driver without riders, at the landmark."""
DEGREES: Final = 1 << 14
"""Drivers with more riders weigh as one with so many."""
MAX_HALVINGS: Final = 16
_STEPS: Final = 1 << 10

_BY_DEGREE: Final = np.array(
    [round(ONE * math.log(5) / math.log(5 + degree)) for degree in range(DEGREES)], np.int64
)
_BY_STEP: Final = np.array([round((1 << 20) * 2 ** (step / _STEPS)) for step in range(_STEPS)], np.int64)


@kernel
def trip_weight(riders: int, age_ms: int, half_life_ms: int) -> int:
    """The weight of a trip with a driver of so many riders, ``age_ms`` after the landmark; at least 1.

    Times before the landmark count as the landmark. Without decay: a half life of 0.
    """
    weight = _BY_DEGREE[min(riders, DEGREES - 1)]
    if half_life_ms <= 0 or age_ms <= 0:
        return int(weight)
    halvings, rest = age_ms // half_life_ms, age_ms % half_life_ms
    step = rest * _STEPS // half_life_ms
    return int(max((weight * _BY_STEP[step]) >> 20, 1) << halvings)


@kernel
def halvings_to_shift(age_ms: int, half_life_ms: int) -> int:
    """By how many half lives to move the landmark before a trip of this age; 0 while there is room."""
    if half_life_ms <= 0 or age_ms // half_life_ms < MAX_HALVINGS:
        return 0
    return age_ms // half_life_ms - 1
