"""A trained network's arrays, for scoring without torch."""

from __future__ import annotations

from typing import cast

import torch
from torch import nn

from gnn.features import Matrix
from gnn.live_vectors import LayerWeights, NetworkWeights
from gnn.network import RelationalNetwork


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


def _array(tensor: torch.Tensor) -> Matrix:
    return cast(Matrix, tensor.detach().numpy().copy())
