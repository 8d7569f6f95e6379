"""How much room there is in arrays of a fixed size, and so what work on them is bounded by.

The rooms above choose with these what they look at; whoever makes the arrays need not know those rooms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.model.vocabulary import TripReason

EVENTS_AT_ONCE: Final = 32
"""Events whose entities are looked up together, a power of two: what is fetched is near when needed."""

DAYS: Final = 100_000
"""Days on which creations are counted one by one; later ones count with the last (after the year 2270)."""

MAX_TRACKS: Final = 200_000
"""Trips whose track is followed at once; the oldest gives way."""
TRACK_SLOTS: Final = 1 << 19
"""Slots of the table of tracks: at most two fifths are taken."""

PICTURE: Final = 16
"""Fixes kept of each track to draw it by, a power of two, beside the last."""
PRINTS: Final = 3
"""Fingerprints kept of each track."""
REPLAY_SLOTS: Final = 1 << 20
"""Fingerprints of driven tracks that are remembered, a power of two; the oldest of four give way."""

WHEREABOUTS_SLOTS: Final = 1 << 17
"""People of whom it is remembered where they were last, a power of two."""

SKETCHES: Final = 26
SKETCH_BINS: Final = 256
"""Sketches of what is usual in the city, and how finely each divides what it counts."""
CELLS: Final = 48
AREAS: Final = 4096
"""Sorts of trips by distance and time of day, and areas of the city, whose habits are learnt apart."""
PLACES: Final = 1 << 16
"""Counters of coordinates that come up again."""
REASONS: Final = len(TripReason)
"""Signs that a trip is not what it says."""

COMPLETED: Final = 4096
"""Accounts that are asked about at once when a candidate is completed."""

MEMO_SLOTS: Final = 1024
"""Answers about pairs of a cluster and a driver that are kept while one candidate is gathered."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the rooms above decide: the features of a score; of a membership its own ones, and all."""

    features: int
    traits: int = 0
    member_features: int = 0
