"""The ways in which a candidate is found."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Shape(StrEnum):
    """How a candidate was found: clusters joined by what corroborates, a circle, or a visited phone.

    The latter two are drawn by their own searches; the clusters of their members do not belong to them.
    """

    CLUSTERS = "clusters"
    CIRCLE = "circle"
    VISIT = "visit"


CLUSTERS: Final = 0
CIRCLE: Final = 1
VISIT: Final = 2
"""Codes of the shapes: their places in ``SHAPES``."""
SHAPES: Final = tuple(Shape)

LARGE: Final = 64
LARGE_GROWTH: Final = 16
"""A candidate of more accounts is large: it is another when one in so many of them is."""
