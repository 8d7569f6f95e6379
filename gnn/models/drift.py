"""Whether what a model sees is still what it was trained on: the population stability index.

PSI = sum over bins of (now - then) * ln(now / then), with ten bins that each held a tenth then. By custom
below 0.1 is calm, above 0.25 is drift (Siddiqi, "Credit Risk Scorecards", 2006). A share of nothing counts
as half an example, so that an empty bin gives a large figure and no infinite one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.floating]

BINS: Final = 10
CALM: Final = 0.1
DRIFTED: Final = 0.25
FEWEST_GROUPS: Final = 100
"""With fewer groups of candidates an index over ten bins shows chance and no drift."""


class Spread(msgspec.Struct, frozen=True):
    """How one quantity was spread in training: inner bounds of the bins, and each bin's share."""

    bounds: list[float]
    shares: list[float]


class Drift(msgspec.Struct, frozen=True):
    """The index of one quantity, and whether it amounts to drift."""

    name: str
    psi: float
    drifted: bool


def spread_of(values: Values) -> Spread:
    """Bins of about equal share; a value that many examples have makes one bin of its own."""
    bounds = np.unique(np.quantile(values, np.arange(1, BINS) / BINS))
    return Spread([float(bound) for bound in bounds], _shares(values, bounds).tolist())


def psi(then: Spread, values: Values) -> float:
    """The index of ``values`` against ``then``; at least 0. Raises ValueError when there are no values."""
    if not len(values):
        raise ValueError("expected values to compare, found none; wait for the first candidates")
    return psi_of_counts(then, _counts(values, np.array(then.bounds)))


def psi_of_counts(then: Spread, counts: npt.NDArray[np.integer]) -> float:
    """The index of values of which each bin of ``then`` holds so many; some bin holds one."""
    total = int(counts.sum())
    least = 0.5 / total
    now, before = np.maximum(counts / total, least), np.maximum(np.array(then.shares), least)
    return float(np.sum((now - before) * np.log(now / before)))


def drift_of(then: Mapping[str, Spread], now: Mapping[str, Values]) -> list[Drift]:
    """The index of everything that both sides know, largest first."""
    found = [(name, psi(then[name], now[name])) for name in sorted(then.keys() & now.keys())]
    return [Drift(name, round(x, 4), x > DRIFTED) for name, x in sorted(found, key=lambda each: -each[1])]


def _shares(values: Values, bounds: Values) -> npt.NDArray[np.float64]:
    return np.asarray(_counts(values, bounds) / len(values))


def _counts(values: Values, bounds: Values) -> npt.NDArray[np.intp]:
    # A value at a bound belongs to the bin below, so that a heap at one value keeps together.
    return np.bincount(np.searchsorted(bounds, values, side="left"), minlength=len(bounds) + 1)
