"""Coordinates that say where a trip was, and those that only name an area.

Some platforms give the middle of an area for every place in it, some round to a privacy grid, and some write
zeros where they know nothing. None of these says how far a trip went.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from graph.kernels.kernel import kernel
from graph.state.sizes import PLACES
from graph.state.state import State

REPEATED: Final = 8
"""A place that came up so often to the last digit is the name of an area, or a rank of cabs."""
_LAT: Final = np.uint64(0x9E3779B97F4A7C15)
_LON: Final = np.uint64(0xC2B2AE3D27D4EB4F)


@kernel
def is_rounded(lat: float, lon: float, parts: float) -> bool:
    """Whether both coordinates are whole numbers of ``1 / parts`` degrees."""
    a, b = lat * parts, lon * parts
    return abs(a - math.floor(a + 0.5)) < 1e-3 and abs(b - math.floor(b + 0.5)) < 1e-3


@kernel
def is_place(lat: float, lon: float) -> bool:
    """Whether coordinates are there, not zero and not rounded to a tenth of a kilometre."""
    return lat == lat and lon == lon and not is_rounded(lat, lon, 1e3)  # noqa: PLR0124


@kernel
def spelt(lat: float, lon: float) -> np.uint64:
    """A hash of coordinates to the sixth digit."""
    a = np.uint64(np.int64(math.floor(lat * 1e6 + 0.5)))
    b = np.uint64(np.int64(math.floor(lon * 1e6 + 0.5)))
    return mixed(a * _LAT ^ mixed(b * _LON))


@kernel
def mixed(word: np.uint64) -> np.uint64:
    """The word with every bit spread over all."""
    word ^= word >> np.uint64(33)
    word *= _LON
    return word ^ (word >> np.uint64(29))


@kernel
def note_place(state: State, lat: float, lon: float) -> bool:
    """Count a place, and say whether it is one and no area: O(1), and now and then O(``PLACES``)."""
    if not is_place(lat, lon):
        return False
    habits = state.habits[0]
    at = np.int64(spelt(lat, lon) & np.uint64(PLACES - 1))
    before = state.places[at]
    if before < 255:
        state.places[at] = before + 1
    habits.places_seen += 1
    if habits.places_seen % PLACES == 0:
        # Halved now and then, so that the counters say how often of late, and never fill.
        for place in range(PLACES):
            state.places[place] >>= 1
    return bool(before < REPEATED)
