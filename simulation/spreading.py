"""Scattering things over time and space."""

from __future__ import annotations

from simulation.clock import HOUR_MS
from simulation.geography import Point
from simulation.streams import Dice


def spread(dice: Dice, first: int, span: int, count: int) -> list[int]:
    """Return ``count`` instants from ``first`` over ``span``, in order; the first is ``first`` itself."""
    return sorted([first, *(first + int(dice.random() * span) for _ in range(count - 1))])


def later(dice: Dice, ts: int, low_h: float, high_h: float) -> int:
    """Return an instant some hours after ``ts``, log-uniform between the two."""
    return ts + int(dice.log_uniform(low_h, high_h) * HOUR_MS)


def away(point: Point, distance_km: float, dice: Dice) -> Point:
    """Return a point at that distance in any direction."""
    x, y = dice.gauss(0, 1), dice.gauss(0, 1)
    norm = max(1e-6, (x * x + y * y) ** 0.5)
    return (point[0] + x / norm * distance_km, point[1] + y / norm * distance_km)
