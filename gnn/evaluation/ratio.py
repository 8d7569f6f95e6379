"""Shares that know the difference between none of something and some of nothing."""

from __future__ import annotations


def share(part: float, whole: float) -> float | None:
    """``part / whole``, or None when there is nothing to take a share of."""
    return part / whole if whole else None
