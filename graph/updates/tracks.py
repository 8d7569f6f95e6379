"""GPS tracks of running trips, as they grow: the newest of them, each as sums that do not grow with it.

One record per running trip, found by a 64-bit hash of the trip's id (two of 200,000 running trips meet with
odds of one in a billion), dropped when it completes, when it is ``TRACK_LIFE_MS`` old and another begins, or
when ``MAX_TRACKS`` newer ones began. What the sums say when the trip completes is judged in
``graph.updates.forgeries``.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from graph.kernels.geometry import EARTH_KM_PER_DEGREE
from graph.kernels.kernel import kernel
from graph.state.sizes import MAX_TRACKS, TRACK_SLOTS
from graph.state.state import State
from graph.updates.places import is_rounded
from graph.updates.replays import take_print
from graph.updates.told_trips import add_to_picture, begin_picture

LEAP_KMH: Final = 150.0
"""Nobody drives faster between two fixes in a city."""
LEAP_KM: Final = 0.8
LEAP_ALLOWED_KMH: Final = 100.0
"""A leap is a step of so much more than this speed explains: what a tunnel hides is not."""
SETTLED_FIXES: Final = 3
SETTLED_S: Final = 45.0
"""A leap is one when the receiver stayed so long before it, since it began or since a wild step, and stays so
long after it, where it was: a receiver that errs comes back sooner."""
BEGUN_FIXES: Final = 2
BEGUN_S: Final = 15.0
BEGUN_KM: Final = 0.01
"""Before a leap so few fixes and seconds do where the car drove this far in them, as cars drive: a receiver
that has just been switched on tells its last place, or errs from fix to fix."""
ENDED_S: Final = 30.0
ENDED_KMH: Final = 30.0
"""A leap near the end of a trip is one when the receiver stayed there so long until the last fix, or as short
as at the beginning where the car drove so fast before and after it: tracks err at the end where cars wait."""
OFTEN: Final = 0.25
OFTEN_LEAST: Final = 2
"""Nobody drives a track with more steps as far as leaps than this and such a share of all its steps."""
STAYS: Final = 0.7
"""Share of the leap that must already lie ahead at the fix before it, and still behind at the fix after."""
HELD_S: Final = 120.0
"""A receiver without a signal may tell its last place again for so long, and catches up in one step."""
BACK: Final = 0.3
"""A leap whose end comes this near to where an earlier one began, as a share of it, takes that one back."""
BACK_S: Final = 600.0
"""A receiver that errs is back within so long."""
TRACK_LIFE_MS: Final = 6 * 3_600_000

_NONE: Final = -1
_EMPTY: Final = 0
"""In a slot: no track has the number 0, so that a table nobody used is memory nobody touched."""


@kernel
def add_ping(state: State, trip: Any, ts: int, lat: float, lon: float) -> None:
    """Add a position to the trip's track: O(1).

    One that is older than the last is left out, and so are zeros, which stand for no position.
    """
    if lat == 0.0 and lon == 0.0:
        return
    slot = _find(state, trip)
    number = state.track_slots[slot]
    if number == _EMPTY:
        _begin(state, trip, ts, lat, lon)
        return
    track = state.tracks[number]
    if ts <= track.last_ms:
        return
    x = (lon - track.start_lon) * track.km_a_lon
    y = (lat - track.start_lat) * EARTH_KM_PER_DEGREE
    seconds = (ts - track.last_ms) / 1000
    step_km = _apart(x, y, track.x, track.y)
    _watch_for_leaps(track, ts, x, y, step_km)
    _sum_up(track, (ts - track.first_ms) / 1000, x, y, step_km, seconds)
    take_print(track, ts, x, y, lat, lon)
    add_to_picture(track, (ts - track.first_ms) / 1000, x, y)
    track.rough += is_rounded(lat, lon, 1e3)
    track.coarse += is_rounded(lat, lon, 1e4)
    if track.pings == 1:
        track.second_x = x
        track.second_y = y
    track.longest_s = max(track.longest_s, seconds)
    if step_km > track.largest_km:
        track.largest_km = step_km
        track.largest_s = seconds
    if step_km > 0:
        track.held_ms = ts
    track.before_ms = track.last_ms
    track.before_x = track.x
    track.before_y = track.y
    track.x = x
    track.y = y
    track.last_ms = ts
    track.pings += 1


@kernel
def _start(track: Any, ts: int, lat: float, lon: float) -> None:
    """The first fix, from which places are measured."""
    track.first_ms = ts
    track.before_ms = ts
    track.held_ms = ts
    track.wild_ms = ts
    track.last_ms = ts
    track.start_lat = lat
    track.start_lon = lon
    track.km_a_lon = EARTH_KM_PER_DEGREE * math.cos(math.radians(lat))
    track.longest_s = track.largest_km = track.largest_s = 0.0
    track.slowest = math.inf
    track.x = track.y = 0.0
    track.second_x = track.second_y = track.before_x = track.before_y = 0.0
    track.path_km = track.farthest_km = track.far_km = 0.0
    track.sum_t = track.sum_tt = track.sum_x = track.sum_y = track.sum_tx = track.sum_ty = 0.0
    track.sum_xx = track.sum_xy = track.sum_yy = 0.0
    track.sum_s = track.sum_ts = track.sum_ss = track.sum_v = track.sum_vv = 0.0
    track.pings = 1
    track.wild = track.wilds = 0
    track.jumps = track.settling = track.moves = track.printed = 0
    track.rough = is_rounded(lat, lon, 1e3)
    track.coarse = is_rounded(lat, lon, 1e4)
    take_print(track, ts, 0.0, 0.0, lat, lon)
    begin_picture(track)


@kernel
def _sum_up(track: Any, t: float, x: float, y: float, step_km: float, seconds: float) -> None:
    track.path_km += step_km
    s = track.path_km
    v = step_km / seconds
    track.sum_t += t
    track.sum_tt += t * t
    track.sum_x += x
    track.sum_y += y
    track.sum_tx += t * x
    track.sum_ty += t * y
    track.sum_xx += x * x
    track.sum_xy += x * y
    track.sum_yy += y * y
    track.sum_s += s
    track.sum_ts += t * s
    track.sum_ss += s * s
    track.sum_v += v
    track.sum_vv += v * v
    track.slowest = min(track.slowest, v)
    away_km = math.sqrt(x * x + y * y)
    if away_km > track.farthest_km:
        track.far_km = track.farthest_km
        track.farthest_km = away_km
    elif away_km > track.far_km:
        track.far_km = away_km


@kernel
def _watch_for_leaps(track: Any, ts: int, x: float, y: float, step_km: float) -> None:
    """Open a leap at a step that nobody drives; confirm it when the receiver stays there, drop it when it
    comes back, even later by another leap.
    """
    beyond_km = _beyond(track, ts, step_km)
    back = False
    if track.settling > 0:
        back = _settle(track, ts, x, y)
    elif beyond_km > LEAP_KM and not _takes_back(track, ts, x, y) and _is_settled(track):
        _open(track, ts, x, y, step_km)
    if beyond_km > LEAP_KM:
        track.wilds += 1
        # Back where it had settled before it left, it is settled again.
        track.wild = 0 if back else track.pings
        track.wild_ms = track.first_ms if back else ts


@kernel
def _beyond(track: Any, ts: int, step_km: float) -> float:
    """How many km beyond a drive a step is; 0 where it is not faster than one."""
    if step_km <= LEAP_KM:
        return 0.0
    # Since the place was new: a receiver that repeats its last one has been on its way meanwhile.
    seconds = max(ts - track.last_ms, min(ts - track.held_ms, 1000 * HELD_S)) / 1000
    if step_km / seconds * 3600 <= LEAP_KMH:
        return 0.0
    return float(step_km - LEAP_ALLOWED_KMH * seconds / 3600)


@kernel
def _takes_back(track: Any, ts: int, x: float, y: float) -> bool:
    """Whether the step undoes the newest leap, which is then none."""
    if track.jumps == 0 or ts - track.to_ms > 1000 * BACK_S:
        return False
    leap_x, leap_y = track.to_x - track.from_x, track.to_y - track.from_y
    rest_km = _apart(x - track.x, y - track.y, -leap_x, -leap_y)
    if rest_km > BACK * math.sqrt(leap_x * leap_x + leap_y * leap_y):
        return False
    track.jumps -= 1
    return True


@kernel
def _open(track: Any, ts: int, x: float, y: float, step_km: float) -> None:
    """Open a leap, if it shows from the fix before the last as well: the last may be off by itself."""
    off_km = _apart(x, y, track.before_x, track.before_y)
    pace_km = track.path_km / (track.last_ms - track.first_ms)
    if _lasts(off_km, step_km, pace_km * (ts - track.before_ms), ts - track.before_ms):
        left_km = _apart(track.x, track.y, track.before_x, track.before_y)
        track.left_kmh = left_km / (track.last_ms - track.before_ms) * 3_600_000
        track.from_ms = track.last_ms
        track.from_x = track.x
        track.from_y = track.y
        track.to_ms = ts
        track.to_x = x
        track.to_y = y
        track.settling = 1


@kernel
def _settle(track: Any, ts: int, x: float, y: float) -> bool:
    """One fix more since a leap: it lasts, or is undone. Returns whether the receiver is where it was."""
    back_km = _apart(x, y, track.from_x, track.from_y)
    undone = back_km < _apart(x, y, track.to_x, track.to_y)
    leap_km = _apart(track.from_x, track.from_y, track.to_x, track.to_y)
    if track.settling == 1:
        pace_km = (track.path_km - leap_km) / (track.from_ms - track.first_ms)
        undone = undone or not _lasts(back_km, leap_km, pace_km * (ts - track.from_ms), ts - track.from_ms)
    track.settling += 1
    if undone:
        track.settling = 0
    elif track.settling >= SETTLED_FIXES and ts - track.to_ms >= 1000 * SETTLED_S:
        track.settling = 0
        track.jumps += 1
    return bool(undone and back_km <= BACK * leap_km)


@kernel
def _is_settled(track: Any) -> bool:
    """Whether the receiver was where the car is for so long that a leap from there is one."""
    calm_ms = track.last_ms - track.wild_ms
    if track.pings - track.wild >= SETTLED_FIXES and calm_ms >= 1000 * SETTLED_S:
        return True
    if track.wild > 0 or track.pings < BEGUN_FIXES or calm_ms < 1000 * BEGUN_S:
        return False
    drives = track.largest_km <= LEAP_ALLOWED_KMH * track.largest_s / 3600
    return bool(track.path_km >= BEGUN_KM and drives)


@kernel
def leaps(track: Any) -> bool:
    """Whether a completed track leaps: once and stays, also until its end, or again and again."""
    often = track.wilds > OFTEN * (track.pings - 1) + OFTEN_LEAST
    return bool(track.jumps > 0 or often or _ends_there(track))


@kernel
def _ends_there(track: Any) -> bool:
    """Whether the last fixes of a track lie beyond a leap that nothing took back until its end."""
    stayed_ms = track.last_ms - track.to_ms
    if track.settling >= SETTLED_FIXES and stayed_ms >= 1000 * ENDED_S:
        return True
    if track.settling < BEGUN_FIXES or stayed_ms < 1000 * BEGUN_S:
        return False
    least_km = ENDED_KMH * stayed_ms / 3_600_000
    drives = track.left_kmh >= ENDED_KMH and _apart(track.x, track.y, track.to_x, track.to_y) >= least_km
    return bool(drives)


@kernel
def _lasts(km: float, leap_km: float, driven_km: float, ms: int) -> bool:
    """Whether a leap still shows a fix further.

    That is most of it, and ``LEAP_KM`` beyond twice what the car drives at its pace in that time.
    """
    explained_km = min(2 * driven_km, LEAP_ALLOWED_KMH * ms / 3_600_000)
    return km >= STAYS * leap_km and km - explained_km > LEAP_KM


@kernel
def _apart(x: float, y: float, other_x: float, other_y: float) -> float:
    return math.sqrt((x - other_x) * (x - other_x) + (y - other_y) * (y - other_y))


@kernel
def close_track(state: State, trip: Any) -> int:
    """Forget the trip's track; returns its number, 0 for none. The record stays readable until a ping."""
    if state.track_chain[0].running == 0:
        return _EMPTY
    slot = _find(state, trip)
    number = int(state.track_slots[slot])
    if number != _EMPTY:
        _drop(state, slot, number)
    return number


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
    _start(track, ts, lat, lon)
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
