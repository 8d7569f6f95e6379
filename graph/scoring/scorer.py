"""The port through which the features of a candidate become one probability, and the linear kernel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel

EXTREME: Final = 30.0
"""Log odds beyond which a linear score is cut: probabilities so near 0 or 1 do not differ."""


class Scorer(Protocol):
    """Turns features into a calibrated probability that the candidate is a ring."""

    @property
    def model_id(self) -> str:
        """Names the model; made from its content."""
        ...

    @property
    def prior(self) -> float:
        """The probability of an account that is part of no candidate."""
        ...

    def score(self, features: Sequence[float]) -> float:
        """Probability in [0, 1]; ``features`` as in ``graph.scoring.features``."""
        ...


@runtime_checkable
class LinearScorer(Scorer, Protocol):
    """A scorer that is a logistic function of a weighted sum: kernels work it out themselves."""

    @property
    def weights(self) -> tuple[float, ...]:
        """One for each feature."""
        ...

    @property
    def intercept(self) -> float:
        """The log odds of a candidate without any sign."""
        ...

    @property
    def doubt(self) -> float:
        """What is left open at either end."""
        ...


@kernel
def linear_score(features: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """Doubt + (1 - 2 doubt) / (1 + exp(-(intercept + weights . features))).

    ``weights`` holds one weight for each feature, then the intercept and the doubt.
    """
    count = len(features)
    total = weights[count]
    for place in range(count):
        total += weights[place] * features[place]
    doubt = weights[count + 1]
    return float(doubt + (1.0 - 2.0 * doubt) / (1.0 + math.exp(-max(-EXTREME, min(EXTREME, total)))))
