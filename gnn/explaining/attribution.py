"""Attribution of a score to its features: each compared with its absence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graph.scoring.features import FEATURES
from graph.scoring.scorer import KernelScorer, Scorer

MOST: Final = 3
_SMALLEST: Final = 0.05
"""A change of the log odds below this is not worth a line."""
_EDGE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Attribution:
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


def strongest_attributions(features: Sequence[float], scorer: Scorer) -> tuple[Attribution, ...]:
    """The features that move the score most, each compared with its absence (0); at most ``MOST``.

    ``features`` as in ``graph.scoring.features``. A linear scorer's effects are its weights times the
    features: they add up, and are those before the score is kept from 0 and 1. Any other scorer is asked once
    for each feature that is not 0; effects are then of one feature alone and need not add up.
    """
    found = [
        Attribution(name, value, change)
        for name, value, change in zip(FEATURES, features, _changes(features, scorer), strict=True)
        if abs(change) >= _SMALLEST
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.log_odds), each.feature))[:MOST])


def _changes(features: Sequence[float], scorer: Scorer) -> Iterator[float]:
    if isinstance(scorer, KernelScorer) and not scorer.trees.leaves.size:
        yield from (weight * value for weight, value in zip(scorer.weights, features, strict=True))
        return
    stands = _log_odds(scorer.score(features))
    for place, value in enumerate(features):
        rest = [*features[:place], 0.0, *features[place + 1 :]]
        yield stands - _log_odds(scorer.score(rest)) if value else 0.0


def _log_odds(probability: float) -> float:
    clipped = min(1 - _EDGE, max(_EDGE, probability))
    return math.log(clipped / (1 - clipped))
