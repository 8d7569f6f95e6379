"""Sources of chance, one per concern, so that changing one concern leaves the others as they were."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice(random.Random):
    """A seeded source of scalar draws with the few distributions the city needs."""

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.random() < probability

    def log_uniform(self, low: float, high: float) -> float:
        """Return a number whose logarithm is uniform between those of ``low`` and ``high``."""
        return math.exp(self.uniform(math.log(low), math.log(high)))

    def poisson(self, mean: float) -> int:
        """Return a Poisson count (exact for small means, rounded normal above 60)."""
        if mean > 60:
            return max(0, round(self.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            count += 1
        return count

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """Return up to ``count`` different members of ``values``."""
        return self.sample(values, min(count, len(values)))


class Streams:
    """Independent random streams addressed by name, all derived from one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _entropy(self, *names: object) -> int:
        text = "/".join(["city", str(self._seed), *map(str, names)])
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")

    def dice(self, *names: object) -> Dice:
        """Return the scalar stream of that name."""
        return Dice(self._entropy(*names))

    def numbers(self, *names: object) -> np.random.Generator:
        """Return the array stream of that name."""
        return np.random.default_rng(np.random.SeedSequence(self._entropy(*names)))
