"""Which evidence moved a score most: each feature taken out in turn, and the score asked again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from graph.scoring import FEATURES

MOST: Final = 3
_SMALLEST: Final = 0.05
"""A change of the log odds below this is not worth a line."""
_EDGE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Moved:
    """One feature, its value, and by how much it moves the log odds of the score."""

    feature: str
    value: float
    log_odds: float

    @property
    def words(self) -> str:
        """The evidence in words, with the factor by which it moves the odds."""
        kind, _, name = self.feature.partition(".")
        named = name.replace("_", " ")
        what = {"rule": f"the rule {named}", "innocent": f"in favour: {named}"}.get(kind, named)
        factor = math.exp(min(abs(self.log_odds), 20.0))
        return f"{what} ({'raises' if self.log_odds > 0 else 'lowers'} the odds {factor:.1f} times)"


def moved_most(features: Sequence[float], score: Callable[[Sequence[float]], float]) -> tuple[Moved, ...]:
    """The features that move the score most, each compared with its absence (0); at most ``MOST``.

    ``score`` gives a probability for features as in ``graph.scoring.FEATURES``. One call for each feature
    that is not 0. Effects are those of one feature alone and need not add up.
    """
    stands = _log_odds(score(features))
    found = []
    for place, (name, value) in enumerate(zip(FEATURES, features, strict=True)):
        if value:
            rest = list(features)
            rest[place] = 0.0
            found.append(Moved(name, value, stands - _log_odds(score(rest))))
    found.sort(key=lambda each: (-abs(each.log_odds), each.feature))
    return tuple(each for each in found[:MOST] if abs(each.log_odds) >= _SMALLEST)


def _log_odds(probability: float) -> float:
    clipped = min(1 - _EDGE, max(_EDGE, probability))
    return math.log(clipped / (1 - clipped))
