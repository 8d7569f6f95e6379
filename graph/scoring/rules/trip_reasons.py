"""Why trips do not hold, in words."""

from __future__ import annotations

from typing import Final

from graph.model.vocabulary import TripReason

WORDS: Final[dict[TripReason, str]] = {
    TripReason.REPLAYED: "driven before",
    TripReason.RULER: "drawn with a ruler",
    TripReason.STEADY: "one speed all the way",
    TripReason.STANDS_STILL: "standing still",
    TripReason.JUMPS: "leaps",
    TripReason.LONGER_THAN_TRACK: "farther claimed than driven",
    TripReason.SLOWER_THAN_TRACK: "longer claimed than tracked",
    TripReason.ENDS_ELSEWHERE: "a track that ends elsewhere",
    TripReason.TOO_FAST: "too fast",
    TripReason.TOO_SLOW: "too slow",
    TripReason.OVERPRICED: "too dear",
    TripReason.SHORTER_THAN_CLAIMED: "too far for where it began and ended",
    TripReason.OVERLAPS: "two at once",
    TripReason.DRIVER_AWAY: "the driver elsewhere",
    TripReason.PHONE_AWAY: "the rider's phone elsewhere",
    TripReason.ALREADY_THERE: "booked where the driver stood",
    TripReason.CLOCK_OFF: "fixes of another time",
}
MOST: Final = 4
"""Reasons named in a sentence; they stand in the order of what they are worth alone."""


def in_brackets(reasons: int) -> str:
    """The reasons of a bit each, behind a sentence; nothing for none."""
    told = [WORDS[reason] for place, reason in enumerate(TripReason) if reasons >> place & 1]
    more = f" and {len(told) - MOST} more" if len(told) > MOST else ""
    return f" ({', '.join(told[:MOST])}{more})" if told else ""
