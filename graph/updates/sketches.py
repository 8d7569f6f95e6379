"""What is usual in a city, one number of a trip at a time, learnt without being pulled by what is odd.

A sketch counts the logarithm of a number in ``SKETCH_BINS`` bins of ``WIDTH``; its centre is the median,
its spreads below and above are the distances to the quartiles, over 0.6745 as a normal deviation. Where the
rest is normal, a tenth of fakes on one side moves none of these by more than a third of a spread. They are
worked out anew whenever the count has grown by an eighth: O(1) a trip, amortised, and O(bins) of memory.
"""

from __future__ import annotations

from typing import Any, Final

from graph.kernels.kernel import kernel
from graph.state.sizes import SKETCH_BINS

SPEED: Final = 0
FARE: Final = 1
CROW: Final = 2
TIME: Final = 3
ENDS: Final = 4
CLAIM: Final = 5
UNIFORM: Final = 9
PACE: Final = 13
OVERLAP: Final = 17
APPROACH: Final = 18
PHONE: Final = 19
HERE: Final = 20
CLOCK: Final = 21
LEGS: Final = 22
"""Numbers of sketches; ``CLAIM``, ``UNIFORM``, ``PACE`` and ``LEGS`` are four each, by the interval between
fixes."""

LOWEST: Final = -8.0
WIDTH: Final = 0.05
KNOWN: Final = 50
"""Values from which on a sketch is believed; until then the prior is."""
QUARTILE: Final = 0.6745
"""Of a normal distribution, in deviations."""

_OF_COMPANY: Final = (0.7, 1.0, 1.0, 1.2, 0.7)
PRIOR_CENTRE: Final = (
    *((0.0, 0.0, -0.3, 0.05, -2.0) + 4 * (0.05,) + 4 * (-2.2,) + 4 * (-0.3,)),
    *(0.0, -3.0, -3.0, 0.4, 0.0),
    *(4 * (-0.4,)),
)
PRIOR_SPREAD: Final = (
    *((0.5, 0.15, 0.3, 0.1, 1.0) + 4 * (0.17,) + 4 * (1.0,) + 4 * (0.8,)),
    *_OF_COMPANY,
    *(4 * (0.8,)),
)
LEAST_SPREAD: Final = (
    *((0.2, 0.1, 0.2, 0.05, 0.5) + 4 * (0.08,) + 4 * (0.3,) + 4 * (0.2,)),
    *_OF_COMPANY,
    *(4 * (0.2,)),
)
"""Centre and spread before they are known, and the spread that no city is finer than."""


@kernel
def learn(habits: Any, sketch: int, value: float) -> None:
    """Count a value; what lies outside the bins counts in the last of them."""
    place = min(max((value - LOWEST) / WIDTH, 0.0), SKETCH_BINS - 1.0)
    habits.counts[sketch, int(place)] += 1
    habits.learnt[sketch] += 1
    grown = habits.learnt[sketch] - habits.settled_at[sketch]
    if habits.learnt[sketch] >= KNOWN and grown > habits.settled_at[sketch] // 8:
        middle = _quantile(habits, sketch, 0.5)
        habits.centre[sketch] = middle
        habits.lower[sketch] = (middle - _quantile(habits, sketch, 0.25)) / QUARTILE
        habits.upper[sketch] = (_quantile(habits, sketch, 0.75) - middle) / QUARTILE
        habits.settled_at[sketch] = habits.learnt[sketch]


@kernel
def _quantile(habits: Any, sketch: int, share: float) -> float:
    """Interpolated inside its bin."""
    wanted = share * habits.learnt[sketch]
    seen = 0.0
    for place in range(SKETCH_BINS):
        here = habits.counts[sketch, place]
        if seen + here >= wanted:
            return float(LOWEST + WIDTH * (place + (wanted - seen) / here))
        seen += here
    return LOWEST + WIDTH * SKETCH_BINS


@kernel
def above(habits: Any, sketch: int, value: float) -> float:
    """By how many spreads a value lies above the city's centre; below it is negative."""
    if habits.settled_at[sketch] == 0:
        return (value - PRIOR_CENTRE[sketch]) / PRIOR_SPREAD[sketch]
    return float((value - habits.centre[sketch]) / max(habits.upper[sketch], LEAST_SPREAD[sketch]))


@kernel
def below(habits: Any, sketch: int, value: float) -> float:
    """By how many spreads a value lies below the city's centre; above it is negative."""
    if habits.settled_at[sketch] == 0:
        return (PRIOR_CENTRE[sketch] - value) / PRIOR_SPREAD[sketch]
    return float((habits.centre[sketch] - value) / max(habits.lower[sketch], LEAST_SPREAD[sketch]))


@kernel
def is_known(habits: Any, sketch: int) -> bool:
    """Whether what is usual in the city is believed, and no prior stands in for it."""
    return bool(habits.settled_at[sketch] > 0)


@kernel
def centre_of(habits: Any, sketch: int) -> float:
    """The city's centre, or the prior one."""
    return PRIOR_CENTRE[sketch] if habits.settled_at[sketch] == 0 else habits.centre[sketch]
