"""Coordinates that say where a trip was, and those that only name an area."""

from __future__ import annotations

import math
from collections import Counter

from graph.state.sizes import PLACES
from graph.updates.places import REPEATED

Place = tuple[float, float]
_MASK = (1 << 64) - 1


def is_rounded(place: Place, parts: float) -> bool:
    """Whether both coordinates are whole numbers of ``1 / parts`` degrees."""
    return all(abs(each * parts - math.floor(each * parts + 0.5)) < 1e-3 for each in place)


def is_place(place: Place | None) -> bool:
    """Whether coordinates are there, not zero and not rounded to a tenth of a kilometre."""
    return place is not None and not is_rounded(place, 1e3)


def mixed(word: int) -> int:
    """A 64-bit word with every bit spread over all."""
    word ^= word >> 33
    word = word * 0xC2B2AE3D27D4EB4F & _MASK
    return word ^ word >> 29


def spelt(place: Place) -> int:
    """A hash of coordinates to the sixth digit."""
    lat, lon = (math.floor(each * 1e6 + 0.5) & _MASK for each in place)
    return mixed((lat * 0x9E3779B97F4A7C15 & _MASK) ^ mixed(lon * 0xC2B2AE3D27D4EB4F & _MASK))


class Places:
    """How often each place came up of late."""

    def __init__(self) -> None:
        self._seen: Counter[int] = Counter()
        self._noted = 0

    def note(self, place: Place | None) -> bool:
        """Count a place, and say whether it is one and no area."""
        if place is None or not is_place(place):
            return False
        at = spelt(place) & PLACES - 1
        before = self._seen[at]
        self._seen[at] = min(before + 1, 255)
        self._noted += 1
        if self._noted % PLACES == 0:
            self._seen = Counter({key: count >> 1 for key, count in self._seen.items()})
        return before < REPEATED
