"""A candidate's logit from its evidence and its members' vectors: ``gnn.training.ring_model`` as arrays."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from gnn.tensors.features import Floats
from graph.kernels.kernel import kernel

_EPSILON: Final = 1e-5
"""Of LayerNorm, as in torch."""
_ROOT_HALF: Final = math.sqrt(0.5)


class ReadoutWeights(NamedTuple):
    """LayerNorm's gain and shift (read,), a hidden layer (read, width), the last one (width,), their biases.

    ``straight`` is what goes from the evidence to the logit by itself.
    """

    gain: Floats
    shift: Floats
    hidden: Floats
    hidden_bias: Floats
    last: Floats
    last_bias: Floats
    straight: Floats
    straight_bias: Floats


@kernel
def ring_logit(
    read: Floats,
    gain: Floats,
    shift: Floats,
    hidden: Floats,
    hidden_bias: Floats,
    last: Floats,
    last_bias: Floats,
    straight: Floats,
    straight_bias: Floats,
) -> float:
    """The logit of what was read: evidence (len(straight)), then log size, mean and maximum of the members.

    ``read`` is overwritten. O(len(read) * width).
    """
    logit = straight_bias[0] + last_bias[0]
    for place in range(len(straight)):
        logit += straight[place] * read[place]
    mean = 0.0
    for value in read:
        mean += value
    mean /= len(read)
    square = 0.0
    for value in read:
        square += (value - mean) ** 2
    spread = math.sqrt(square / len(read) + _EPSILON)
    for place in range(len(read)):
        read[place] = (read[place] - mean) / spread * gain[place] + shift[place]
    for out in range(len(last)):
        total = hidden_bias[out]
        for place in range(len(read)):
            total += read[place] * hidden[place, out]
        logit += last[out] * 0.5 * total * (1.0 + math.erf(total * _ROOT_HALF))
    return float(logit)


def room_for(weights: ReadoutWeights) -> Floats:
    """Room for what ``ring_logit`` reads."""
    return np.zeros(len(weights.gain))
