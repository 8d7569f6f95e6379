"""Drift while it happens: the newest candidates that were scored, binned as the training examples were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from gnn.models.drift import BINS, FEWEST_GROUPS, Spread, psi_of_counts
from gnn.tensors.features import DAY_MS, Floats
from graph.scoring.features import FEATURES

SCORE: Final = "score"
MOST_WATCHED: Final = 5_000
"""Candidates that are remembered; the oldest make room."""


class DriftWatch:
    """Population stability of the scores and of each feature of the evidence against their training spreads.

    As in training a candidate counts once a day, as last judged on it; it is known by its first account.
    Nothing is kept beyond a restart: the index is known again from ``FEWEST_GROUPS`` candidates on.
    Memory: a few hundred bytes for each candidate remembered.
    """

    def __init__(self, spreads: Mapping[str, Spread], most_watched: int = MOST_WATCHED) -> None:
        columns = {name: place for place, name in enumerate((SCORE, *FEATURES))}
        self._spreads = {name: spreads[name] for name in sorted(spreads.keys() & columns.keys())}
        self._columns = np.array([columns[name] for name in self._spreads], np.int64)
        self._bounds = np.full((len(self._spreads), BINS - 1), np.inf)
        for row, spread in enumerate(self._spreads.values()):
            self._bounds[row, : len(spread.bounds)] = spread.bounds
        self._rows = np.arange(len(self._spreads))
        self._counts = np.zeros((len(self._spreads), BINS), np.int64)
        self._seen: dict[tuple[int, int], npt.NDArray[np.int64]] = {}
        self._most_watched = most_watched

    def see(self, moment_ms: int, first_member: int, score: float, evidence: Floats) -> None:
        """A candidate was scored. A value at a bound belongs to the bin below, as in training."""
        values = np.concatenate([[score], evidence])[self._columns]
        bins = (self._bounds < values[:, None]).sum(axis=1)
        key = (moment_ms // DAY_MS, first_member)
        before = self._seen.pop(key, None)
        if before is None and len(self._seen) >= self._most_watched:
            before = self._seen.pop(next(iter(self._seen)))
        if before is not None:
            self._counts[self._rows, before] -= 1
        self._counts[self._rows, bins] += 1
        self._seen[key] = bins

    def psi(self) -> dict[str, float]:
        """The index of everything watched, by name; empty while too few candidates were seen."""
        firsts = {first for _, first in self._seen}
        if len(firsts) < FEWEST_GROUPS:
            return {}
        return {
            name: round(psi_of_counts(spread, self._counts[row, : len(spread.shares)]), 4)
            for row, (name, spread) in enumerate(self._spreads.items())
        }
