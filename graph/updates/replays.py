"""Tracks that were driven before: the same fixes at another time.

A fingerprint is a hash of four consecutive fixes, each ``MOVED_KM`` or more from the one before; of each
track the ``PRINTS`` smallest are kept (Broder, 1997), so that a track replayed whole shows the same ones,
whoever drives. Completed trips are remembered in ``REPLAY_SLOTS`` places, in sets of four of which the oldest
gives way. The minute stands beside each: two passengers in one car share fixes, but at the same time.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.kernels.kernel import kernel
from graph.state.sizes import PRINTS, REPLAY_SLOTS
from graph.state.state import State
from graph.updates.places import mixed, spelt

MOVED_KM: Final = 0.03
"""Beyond what a receiver at rest wanders, most of the time."""
ANOTHER_TIME_MIN: Final = 3
_SET: Final = 4
_MINUTE_BITS: Final = np.uint64(24)
_MINUTES: Final = np.uint64((1 << 24) - 1)
_FOLD: Final = np.uint64(0x2D358DCCAA6C78A5)
_LARGEST: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def take_print(track: Any, ts: int, x: float, y: float, lat: float, lon: float) -> None:
    """Take the fingerprint that ends with this fix, if the car moved on."""
    moved_x, moved_y = x - track.moved_x, y - track.moved_y
    if track.moves > 0 and moved_x * moved_x + moved_y * moved_y < MOVED_KM * MOVED_KM:
        return
    track.moved_x = x
    track.moved_y = y
    here = spelt(lat, lon)
    if track.moves >= 3:
        _keep(track, mixed(_folded(track.marks) * _FOLD ^ here), ts // 60_000)
    track.moves += 1
    track.marks[0] = track.marks[1]
    track.marks[1] = track.marks[2]
    track.marks[2] = here


@kernel
def _folded(marks: Any) -> Any:
    """Three hashes in one."""
    return (marks[0] * _FOLD ^ marks[1]) * _FOLD ^ marks[2]


@kernel
def _keep(track: Any, seen: np.uint64, minute: int) -> None:
    """Keep it if it is among the smallest, in ascending order."""
    place = track.printed
    while place > 0 and track.prints[place - 1] > seen:
        place -= 1
    if place == PRINTS or (place > 0 and track.prints[place - 1] == seen):
        return
    track.printed = min(track.printed + 1, PRINTS)
    for other in range(track.printed - 1, place, -1):
        track.prints[other] = track.prints[other - 1]
        track.minutes[other] = track.minutes[other - 1]
    track.prints[place] = seen
    track.minutes[place] = minute


@kernel
def replayed_share(state: State, track: Any) -> float:
    """The share of its fingerprints that were seen at another time; remembers those that are new."""
    seen = 0
    for place in range(track.printed):
        seen += _look_up(state, track.prints[place], track.minutes[place])
    return float(seen / max(track.printed, 1))


@kernel
def _look_up(state: State, seen: np.uint64, minute: int) -> bool:
    """Whether it is remembered from another time; if it is not remembered at all it is from now on."""
    first = int(seen & np.uint64(REPLAY_SLOTS - 1)) // _SET * _SET
    tag = seen & ~_MINUTES
    oldest, least = first, _LARGEST
    for slot in range(first, first + _SET):
        entry = state.replays[slot]
        if entry != np.uint64(0) and entry & ~_MINUTES == tag:
            apart = abs(np.int64(entry & _MINUTES) - (minute & np.int64(_MINUTES)))
            return bool(apart >= ANOTHER_TIME_MIN)
        if entry & _MINUTES < least:
            oldest, least = slot, entry & _MINUTES
    state.replays[oldest] = tag | np.uint64(minute & np.int64(_MINUTES))
    return False
