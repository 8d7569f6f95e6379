"""What is usual of one number: median and quartiles of its logarithm, by counting."""

from __future__ import annotations

from collections import Counter

from graph.state.sizes import SKETCH_BINS
from graph.updates.sketches import KNOWN, LEAST_SPREAD, LOWEST, PRIOR_CENTRE, PRIOR_SPREAD, QUARTILE, WIDTH


class Sketch:
    """One sketch; ``number`` says which prior it starts from."""

    def __init__(self, number: int) -> None:
        self._prior = PRIOR_CENTRE[number], PRIOR_SPREAD[number]
        self._least = LEAST_SPREAD[number]
        self._counts: Counter[int] = Counter()
        self._learnt = self._settled_at = 0
        self._quartiles = (0.0, 0.0, 0.0)

    def learn(self, value: float) -> None:
        """Count a value."""
        self._counts[int(min(max((value - LOWEST) / WIDTH, 0.0), SKETCH_BINS - 1.0))] += 1
        self._learnt += 1
        if self._learnt >= KNOWN and self._learnt - self._settled_at > self._settled_at // 8:
            self._quartiles = self._quantile(0.25), self._quantile(0.5), self._quantile(0.75)
            self._settled_at = self._learnt

    def _quantile(self, share: float) -> float:
        wanted, seen = share * self._learnt, 0.0
        for place, here in sorted(self._counts.items()):
            if seen + here >= wanted:
                return LOWEST + WIDTH * (place + (wanted - seen) / here)
            seen += here
        raise AssertionError("expected a share of at most 1")

    @property
    def is_known(self) -> bool:
        """Whether it has counted enough to be believed."""
        return self._settled_at > 0

    @property
    def centre(self) -> float:
        """The median, or the prior one."""
        return self._quartiles[1] if self._settled_at else self._prior[0]

    def above(self, value: float) -> float:
        """By how many spreads a value lies above the centre."""
        if not self._settled_at:
            return (value - self._prior[0]) / self._prior[1]
        _, middle, upper = self._quartiles
        return (value - middle) / max((upper - middle) / QUARTILE, self._least)

    def below(self, value: float) -> float:
        """By how many spreads a value lies below the centre."""
        if not self._settled_at:
            return (self._prior[0] - value) / self._prior[1]
        lower, middle, _ = self._quartiles
        return (middle - value) / max((middle - lower) / QUARTILE, self._least)
