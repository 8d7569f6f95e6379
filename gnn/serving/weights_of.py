"""A trained network's arrays, for scoring without torch."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import nn

from gnn.serving.live_vectors import LayerWeights, NetworkWeights
from gnn.serving.ring_readout import ReadoutWeights
from gnn.tensors.features import Matrix
from gnn.training.network import RelationalNetwork
from gnn.training.ring_model import RingModel


def network_weights(network: RelationalNetwork, mean: Matrix, scale: Matrix) -> NetworkWeights:
    """The arrays of ``network``; dropout has no part in them."""
    layers = tuple(
        LayerWeights(
            _array(cast(nn.LayerNorm, norm).weight),
            _array(cast(nn.LayerNorm, norm).bias),
            _array(cast(nn.Linear, mix).weight),
            _array(cast(nn.Linear, mix).bias),
        )
        for norm, mix in zip(network.norms, network.mixes, strict=True)
    )
    return NetworkWeights(mean, scale, _array(network.encode.weight), _array(network.encode.bias), layers)


def readout_weights(model: RingModel) -> ReadoutWeights:
    """The arrays that turn what was read of a candidate into its logit."""
    stack = model.ring.stack
    norm, hidden, last = cast(nn.LayerNorm, stack[0]), cast(nn.Linear, stack[1]), cast(nn.Linear, stack[-1])
    parts = (norm.weight, norm.bias, hidden.weight.T, hidden.bias, last.weight[0], last.bias)
    straight = (model.straight.weight[0], model.straight.bias)
    return ReadoutWeights(*(np.ascontiguousarray(_array(part), np.float64) for part in (*parts, *straight)))


def _array(tensor: torch.Tensor) -> Matrix:
    return cast(Matrix, tensor.detach().numpy().copy())
