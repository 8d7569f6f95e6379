"""Calibration: a slope and an offset on the logit, fitted on examples that the model did not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gnn.fitting import maximum_likelihood

Floats = npt.NDArray[np.float64]
GRIP = 1e-3
"""A slight pull that keeps the slope finite where the parts fall apart without a mistake."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """P = doubt + (1 - 2 doubt) / (1 + exp(-(slope * logit + offset))) (Platt, 1999)."""

    slope: float
    offset: float
    doubt: float

    def probability(self, logits: npt.NDArray[np.floating]) -> Floats:
        """Logits to probabilities, in the same order of size."""
        z = np.clip(self.slope * np.asarray(logits, np.float64) + self.offset, -30, 30)
        return np.asarray(self.doubt + (1 - 2 * self.doubt) / (1 + np.exp(-z)))


def calibrate(logits: npt.NDArray[np.floating], labels: Floats, weights: Floats) -> Calibration:
    """The most likely slope (not below 0) and offset; ``doubt`` by Laplace's rule, as in ``gnn.fitting``."""
    z = np.asarray(logits, np.float64)
    spread = max(float(z.std()), 1e-6)
    (slope,), offset = maximum_likelihood(z[:, None] / spread, labels, weights, np.ones(1), GRIP)
    sure = 1 / (1 + np.exp(-np.clip(slope * z / spread + offset, -30, 30))) >= 0.9
    return Calibration(float(slope / spread), offset, 1.0 / (float(weights[sure].sum()) + 2.0))
