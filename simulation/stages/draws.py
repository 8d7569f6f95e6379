"""Numbers drawn in more than one place: sizes of groups, and values kept within limits."""

from __future__ import annotations

import math

from simulation.streams import Dice


def clip(value: float, low: float, high: float) -> float:
    """Return ``value``, or the limit that it lies beyond."""
    return max(low, min(high, value))


def head_count(dice: Dice, median: float, sigma: float, low: int, high: int) -> int:
    """Return a log-normal whole number around ``median``, kept within the limits."""
    return int(clip(round(median * math.exp(dice.gauss(0, sigma))), low, high))
