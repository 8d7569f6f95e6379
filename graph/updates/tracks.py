"""GPS tracks of running trips, the newest of them, and what is odd about each when its trip completes.

One small accumulator per running trip, found by a 64-bit hash of the trip's id (two of 200,000 running
trips meet with odds of one in a billion), dropped when it completes, when it is ``TRACK_LIFE_MS`` old and
another begins, or when ``MAX_TRACKS`` newer ones began.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.kernels.geometry import distance_km
from graph.kernels.kernel import kernel
from graph.state.sizes import MAX_TRACKS, TRACK_SLOTS
from graph.state.state import State

JUMP_KMH: Final = 200.0
STANDSTILL_SHARE: Final = 0.2
RULER_PINGS: Final = 6
RULER_EXCESS: Final = 1.002
"""Driven paths bend: a track of six or more pings within 0.2 % of a straight line was drawn."""
MIN_PINGS: Final = 3
TRACK_LIFE_MS: Final = 6 * 3_600_000

_NONE: Final = -1
_EMPTY: Final = 0
"""In a slot: no track has the number 0, so that a table nobody used is memory nobody touched."""


@kernel
def add_ping(state: State, trip: Any, ts: int, lat: float, lon: float) -> None:
    """Add a position to the trip's track; one that is older than the last is left out. O(1)."""
    slot = _find(state, trip)
    number = state.track_slots[slot]
    if number == _EMPTY:
        _begin(state, trip, ts, lat, lon)
        return
    track = state.tracks[number]
    seconds = (ts - track.last_ms) / 1000
    if seconds <= 0:
        return
    step_km = distance_km(track.last_lat, track.last_lon, lat, lon)
    track.path_km += step_km
    track.jumps += step_km / seconds * 3600 > JUMP_KMH and step_km > 0.5
    track.pings += 1
    track.last_ms = ts
    track.last_lat = lat
    track.last_lon = lon


@kernel
def close_track(state: State, trip: Any, claimed_km: float) -> bool:
    """Forget the trip's track; returns whether it jumps, stands still or was drawn with a ruler."""
    if state.track_chain[0].running == 0:
        return False
    slot = _find(state, trip)
    number = state.track_slots[slot]
    if number == _EMPTY:
        return False
    _drop(state, slot, number)
    track = state.tracks[number]
    if track.pings < MIN_PINGS:
        return False
    if track.jumps > 0 or (claimed_km > 1 and track.path_km < STANDSTILL_SHARE * claimed_km):
        return True
    straight_km = distance_km(track.start_lat, track.start_lon, track.last_lat, track.last_lon)
    return track.pings >= RULER_PINGS and straight_km > 1 and track.path_km < RULER_EXCESS * straight_km


@kernel
def _home(trip: Any) -> int:
    return int(np.int64(trip >> np.uint64(40)) & (TRACK_SLOTS - 1))


@kernel
def _find(state: State, trip: Any) -> int:
    """The slot of the trip's track, or the empty one where it would be."""
    slot = _home(trip)
    while state.track_slots[slot] != _EMPTY and state.tracks[state.track_slots[slot]].trip != trip:
        slot = (slot + 1) & (TRACK_SLOTS - 1)
    return slot


@kernel
def _begin(state: State, trip: Any, ts: int, lat: float, lon: float) -> None:
    chain, tracks = state.track_chain[0], state.tracks
    while chain.oldest != _NONE:
        oldest = chain.oldest
        if chain.running < MAX_TRACKS and ts - tracks[oldest].last_ms <= TRACK_LIFE_MS:
            break
        _drop(state, _find(state, tracks[oldest].trip), oldest)
    number = chain.free
    if number != _NONE:
        chain.free = tracks[number].next
    else:
        number = chain.used
        chain.used += 1
    state.track_slots[_find(state, trip)] = number
    track = tracks[number]
    track.trip = trip
    track.last_ms = ts
    track.start_lat = lat
    track.start_lon = lon
    track.last_lat = lat
    track.last_lon = lon
    track.path_km = 0.0
    track.pings = 1
    track.jumps = 0
    track.next = _NONE
    track.before = chain.newest
    if chain.newest == _NONE:
        chain.oldest = number
    else:
        tracks[chain.newest].next = number
    chain.newest = number
    chain.running += 1


@kernel
def _drop(state: State, slot: int, number: int) -> None:
    """Take a track out of the chain and the table (backward shift); its numbers stay readable."""
    chain, tracks, slots = state.track_chain[0], state.tracks, state.track_slots
    track = tracks[number]
    if track.before == _NONE:
        chain.oldest = track.next
    else:
        tracks[track.before].next = track.next
    if track.next == _NONE:
        chain.newest = track.before
    else:
        tracks[track.next].before = track.before
    track.next = chain.free
    chain.free = number
    chain.running -= 1
    hole = slot
    probe = slot
    while True:
        probe = (probe + 1) & (TRACK_SLOTS - 1)
        if slots[probe] == _EMPTY:
            break
        home = _home(tracks[slots[probe]].trip)
        if ((probe - home) & (TRACK_SLOTS - 1)) >= ((probe - hole) & (TRACK_SLOTS - 1)):
            slots[hole] = slots[probe]
            hole = probe
    slots[hole] = _EMPTY
