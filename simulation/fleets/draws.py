"""Draws that many habits need."""

from __future__ import annotations

import math

from simulation.streams import Dice


def about(dice: Dice, median: float, spread: float, low: float, high: float) -> float:
    """Return a log-normal number around ``median``, not below ``low`` and not above ``high``.

    ``spread`` is the standard deviation of its logarithm.
    """
    return min(high, max(low, median * math.exp(dice.gauss(0.0, spread))))
