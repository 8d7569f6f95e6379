"""The head that reads membership from features, as plain arrays: scoring needs numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gnn.completion.relations import Floats, Matrix


@dataclass(frozen=True, slots=True)
class Scale:
    """Features made even: log(1 + x / usual), then mean 0 and deviation 1; ``usual`` is a median above 0."""

    usual: Matrix
    mean: Matrix
    deviation: Matrix

    def __call__(self, features: Matrix) -> Matrix:
        """Same shape, float32, within -8..8."""
        even = (np.log1p(np.maximum(features, 0.0) / self.usual) - self.mean) / self.deviation
        return np.asarray(np.clip(even, -8.0, 8.0), np.float32)


def scale_of(features: Matrix) -> Scale:
    """Fitted to (rows, columns), all at least 0; a column that is always the same is left out (0)."""
    usual = np.array(
        [np.median(column[column > 0]) if (column > 0).any() else 1.0 for column in features.T], np.float32
    )
    even = np.log1p(np.maximum(features, 0.0) / usual)
    deviation = even.std(axis=0)
    return Scale(usual, even.mean(axis=0), np.where(deviation > 1e-6, deviation, np.inf).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Layer:
    """x @ weight + bias."""

    weight: Matrix
    bias: Matrix


@dataclass(frozen=True, slots=True)
class Head:
    """A scale and dense layers with ReLU between them; the last has one output. Shared over candidates."""

    scale: Scale
    layers: tuple[Layer, ...]

    def __call__(self, features: Matrix) -> Floats:
        """Log odds of belonging for (rows, columns)."""
        hidden = self.scale(features)
        for layer in self.layers[:-1]:
            hidden = np.maximum(hidden @ layer.weight + layer.bias, 0.0)
        return np.asarray((hidden @ self.layers[-1].weight + self.layers[-1].bias)[:, 0], np.float64)


def mean_logit(heads: tuple[Head, ...], features: Matrix) -> Floats:
    """The mean over an ensemble."""
    return np.asarray(np.mean([head(features) for head in heads], axis=0))
