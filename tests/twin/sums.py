"""Sums in the order of their terms, as kernels add them up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def sum_of(values: Iterable[float]) -> float:
    """Added up in order, without the compensation of ``sum``."""
    total = 0.0
    for value in values:
        total += value
    return total


def moment(a: Sequence[float], b: Sequence[float]) -> float:
    """Sum of products about the means."""
    return sum_of(x * y for x, y in zip(a, b, strict=True)) - sum_of(a) * sum_of(b) / len(a)
