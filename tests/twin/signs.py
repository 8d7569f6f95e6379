"""Signs that a trip is not what it says, added up."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from graph.model.vocabulary import TripReason
from graph.updates.signs import PRIOR, TOLD, WORTH

_WORTH = dict(zip(TripReason, WORTH, strict=True))


@dataclass(slots=True)
class Signs:
    """What each sign adds to the log odds, and what was expected of the trip."""

    log_odds: float = PRIOR
    added: dict[TripReason, float] = field(default_factory=dict)
    surcharge: float = 0.0
    expected_fare: float | None = None
    expected_s: float | None = None

    def add(self, reason: TripReason, strength: float) -> None:
        """Add a sign of a strength in [0, 1]."""
        self.added[reason] = _WORTH[reason] * strength
        self.log_odds += self.added[reason]

    @property
    def improbability(self) -> float:
        """The probability that the trip is not what it says."""
        return 1 / (1 + math.exp(-self.log_odds))

    @property
    def reasons(self) -> tuple[TripReason, ...]:
        """What is told of it."""
        return tuple(reason for reason in TripReason if self.added.get(reason, 0.0) >= TOLD)


def share_of(signs: Signs, reason: TripReason) -> float:
    """How strong a sign is, in [0, 1]."""
    return signs.added.get(reason, 0.0) / _WORTH[reason]
