"""The port through which the features of a candidate become one probability, and the kernel that does it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

from graph.kernels.arrays import Floats
from graph.kernels.kernel import kernel
from graph.scoring.leaves import leaves
from graph.state.trees import Trees

EXTREME: Final = 30.0
"""Log odds beyond which a score is cut: probabilities so near 0 or 1 do not differ."""


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
class KernelScorer(Scorer, Protocol):
    """A scorer that is a logistic function of a weighted sum and of trees: kernels work it out themselves."""

    @property
    def weights(self) -> tuple[float, ...]:
        """One for each feature."""
        ...

    @property
    def trees(self) -> Trees:
        """What is added to the weighted sum; ``NO_TREES`` of a linear scorer."""
        ...

    @property
    def intercept(self) -> float:
        """The log odds of a candidate without any sign."""
        ...

    @property
    def doubt(self) -> float:
        """What is left open at either end."""
        ...


@runtime_checkable
class Completer(Protocol):
    """A scorer of candidates, of either port, that also says who belongs to one."""

    @property
    def members(self) -> Trees:
        """What is added up over ``graph.completion.features``: log odds that an account belongs."""
        ...


@kernel
def kernel_score(features: Floats, weights: Floats, trees: Trees) -> float:
    """Doubt + (1 - 2 doubt) / (1 + exp(-(intercept + weights . features + trees))).

    ``weights`` holds one weight for each feature, then the intercept and the doubt. O(features + trees).
    """
    count = len(features)
    total = weights[count]
    for place in range(count):
        total += weights[place] * features[place]
    total = leaves(features, trees, total)
    doubt = weights[count + 1]
    return float(doubt + (1.0 - 2.0 * doubt) / (1.0 + math.exp(-max(-EXTREME, min(EXTREME, total)))))
