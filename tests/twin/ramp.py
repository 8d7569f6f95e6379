"""What a rule says of a candidate, and the soft thresholds rules are built from."""

from __future__ import annotations


def ramp(value: float, low: float, high: float) -> float:
    """0 up to ``low``, 1 from ``high`` on, linear between: a threshold without an edge to hide behind.

    >>> [ramp(x, 1, 3) for x in (0, 2, 5)]
    [0.0, 0.5, 1.0]
    """
    return min(1.0, max(0.0, (value - low) / (high - low)))
