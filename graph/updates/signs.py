"""Signs that a trip is not what it says, and what each is worth.

A sign has a strength in [0, 1] and adds at most its ``WORTH`` to the log odds that the trip is not honest,
which begin at ``PRIOR``. What a forged track alone shows is worth more than ``-PRIOR`` and so decides by
itself; what an honest trip may show by a broken clock, a jam or a meter left running is worth less, and takes
a second sign. The sum over signs takes them for independent (naive Bayes); they are few and seldom meet.
"""

from __future__ import annotations

import math
from typing import Any, Final

from graph.kernels.kernel import kernel
from graph.model.vocabulary import TripReason

PRIOR: Final = -4.6
"""Log odds of a trip without any sign: one in a hundred is not what it says."""
TOLD: Final = 1.0
"""Log odds from which on a sign is among the reasons of a trip."""

SUSPECT: Final = 0.1
"""Probability from which on a trip's reasons are among those of its rider and driver."""

_WORTH: Final[dict[TripReason, float]] = {
    TripReason.REPLAYED: 9.0,
    TripReason.RULER: 8.0,
    TripReason.STEADY: 8.0,
    TripReason.STANDS_STILL: 8.0,
    TripReason.JUMPS: 5.5,
    TripReason.LONGER_THAN_TRACK: 3.5,
    TripReason.SLOWER_THAN_TRACK: 3.5,
    TripReason.ENDS_ELSEWHERE: 5.5,
    TripReason.TOO_FAST: 3.8,
    TripReason.TOO_SLOW: 2.5,
    TripReason.OVERPRICED: 3.5,
    TripReason.SHORTER_THAN_CLAIMED: 3.0,
    TripReason.OVERLAPS: 2.0,
    TripReason.DRIVER_AWAY: 2.0,
    TripReason.PHONE_AWAY: 2.0,
    TripReason.ALREADY_THERE: 1.2,
    TripReason.CLOCK_OFF: 2.0,
}
WORTH: Final = tuple(_WORTH[reason] for reason in TripReason)
"""By the place of the reason in ``TripReason``."""

(
    REPLAYED,
    RULER,
    STEADY,
    STANDS_STILL,
    JUMPS,
    LONGER_THAN_TRACK,
    SLOWER_THAN_TRACK,
    ENDS_ELSEWHERE,
    TOO_FAST,
    TOO_SLOW,
    OVERPRICED,
    SHORTER_THAN_CLAIMED,
    OVERLAPS,
    DRIVER_AWAY,
    PHONE_AWAY,
    ALREADY_THERE,
    CLOCK_OFF,
) = range(len(TripReason))


@kernel
def begin_signs(trip: Any) -> None:
    """No sign yet, and nothing expected."""
    trip.log_odds = PRIOR
    trip.surcharge = 0.0
    trip.expected_fare = math.nan
    trip.expected_s = math.nan
    for reason in range(len(WORTH)):
        trip.signs[reason] = 0.0


@kernel
def add_sign(trip: Any, reason: int, strength: float) -> None:
    """Add a sign of a strength in [0, 1]."""
    trip.signs[reason] = WORTH[reason] * strength
    trip.log_odds += trip.signs[reason]


@kernel
def told_reasons(trip: Any) -> int:
    """A bit for each reason that is told of the trip, by its place in ``TripReason``."""
    told = 0
    for reason in range(len(WORTH)):
        if trip.signs[reason] >= TOLD:
            told |= 1 << reason
    return told


@kernel
def weigh_signs(trip: Any) -> None:
    """From the log odds to the probability that the trip is not what it says."""
    trip.improbability = 1 / (1 + math.exp(-trip.log_odds))
