"""Calibration: a slope and an offset on the logit, fitted on examples that the model did not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]
GRIP: Final = 1.0
"""How many groups' worth of evidence it takes to move slope and offset away from 1 and 0."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """P = floor + (1 - floor - gap) / (1 + exp(-(slope * logit + offset))) (Platt, 1999).

    ``floor`` and ``gap`` keep P from certainty that the examples cannot give: after n groups without a
    mistake the next may still be one, with probability 1 / (n + 2) (Laplace's rule of succession), n being
    the honest groups that score below 0.1, and the rings that score above 0.9.
    """

    slope: float
    offset: float
    floor: float
    gap: float

    def probability(self, logits: npt.NDArray[np.floating]) -> Floats:
        """Logits to probabilities, in the same order of size."""
        p = _sigmoid(self.slope * np.asarray(logits, np.float64) + self.offset)
        return np.asarray(self.floor + (1 - self.floor - self.gap) * p)


def calibrate(logits: npt.NDArray[np.floating], labels: Floats, weights: Floats) -> Calibration:
    """The most likely slope (not below 0.01) and offset, held near 1 and 0 where there are few groups."""
    z = np.asarray(logits, np.float64)

    def loss(theta: Floats) -> tuple[float, Floats]:
        slope, offset = theta
        t = slope * z + offset
        slack = weights * (_sigmoid(t) - labels)
        value = float(weights @ (np.logaddexp(0.0, t) - labels * t))
        held = GRIP * ((slope - 1) ** 2 + offset**2)
        return value + held, np.array([slack @ z + 2 * GRIP * (slope - 1), slack.sum() + 2 * GRIP * offset])

    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, bounds=[(0.01, None), (None, None)], method="L-BFGS-B"
    )
    slope, offset = (float(x) for x in found.x)
    p = _sigmoid(slope * z + offset)
    sure = [float(weights[part].sum()) for part in (p <= 0.1, p >= 0.9)]
    return Calibration(slope, offset, 1.0 / (sure[0] + 2.0), 1.0 / (sure[1] + 2.0))


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))
