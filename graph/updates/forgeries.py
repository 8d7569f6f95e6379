"""What a completed trip's track shows: driven before, drawn, standing still, leaping, or not what is claimed.

Each sign compares a number of the track with a threshold that no drive crosses and with what is usual among
the city's own tracks of the same interval between fixes (``graph.updates.sketches``), and takes the weaker of
the two. A track whose fixes are rounded to a tenth of a kilometre says nothing. O(1) a trip.
"""

from __future__ import annotations

import math
from typing import Any, Final

from graph.kernels.geometry import EARTH_KM_PER_DEGREE
from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.event_slots import (
    DISTANCE_KM,
    DROPOFF_LAT,
    DROPOFF_LON,
    DURATION_S,
    PICKUP_LAT,
    PICKUP_LON,
)
from graph.state.state import State
from graph.updates.places import is_place
from graph.updates.replays import replayed_share
from graph.updates.signs import (
    CLOCK_OFF,
    ENDS_ELSEWHERE,
    JUMPS,
    LONGER_THAN_TRACK,
    REPLAYED,
    RULER,
    SLOWER_THAN_TRACK,
    STANDS_STILL,
    STEADY,
    add_sign,
)
from graph.updates.sketches import (
    CLAIM,
    CLOCK,
    ENDS,
    LEGS,
    PACE,
    TIME,
    UNIFORM,
    above,
    below,
    centre_of,
    is_known,
    learn,
)
from graph.updates.tracks import leaps

MIN_FIXES: Final = 3
DRAWN_FIXES: Final = 4
ENOUGH_FIXES: Final = 6
"""Fixes from which on a shape says anything, and from which on a length does."""
SURE_FIXES: Final = 10
SURE_LESS: Final = 3
"""With fewer fixes than ``SURE_FIXES`` thresholds of shape are stricter, down to none at ``SURE_LESS``."""
GAP_USUAL: Final = 0.35
GAP_LONG: Final = 0.6
"""Share of the time that the longest gap takes, from where a shape says less to where it says nothing: before
and after a long tunnel every car goes straight on."""
DRAWN_KM: Final = 1.0
"""A street may be as straight as this."""
UNIFORM_DRAWN: Final = 0.02
UNIFORM_DRIVEN: Final = 0.035
"""Root mean square distance from uniform motion on a straight line, over its length: what was drawn with a
ruler, noise and all, and what was driven."""
NOISE_KM: Final = 0.01
NOISE_DRAWN: Final = 2.0
NOISE_DRIVEN: Final = 4.0
"""How far fixes are ahead of or behind uniform motion, over how far they are aside of it and the noise of a
good receiver: noise goes all ways, and a drive along a straight street is early and late, and never aside."""
EVEN_DRAWN: Final = 0.01
EVEN_DRIVEN: Final = 0.018
"""Root mean square of how far the way driven is from even progress, over the way: the same for bent lines."""
PACE_DRAWN: Final = 0.15
PACE_DRIVEN: Final = 0.27
"""Deviation of the steps' speeds over their mean."""
LEGS_DRAWN: Final = 0.02
LEGS_DRIVEN: Final = 0.05
"""The same without the slowest step: the one round the corner of two straight legs is short."""
SHOWS_S: Final = 120.0
HIDES_S: Final = 300.0
"""Between fixes so far apart lights and turns are no longer seen: every drive is even."""
USUAL: Final = 2.5
UNUSUAL: Final = 4.0
"""Spreads below the city's centre between which a shape becomes unusual."""
ONE_STEP_KM: Final = 0.9
ONE_STEP_S: Final = 0.4
"""A step of more than this share of the way in less than this share of the time is a leap and no drive."""
STILL: Final = 0.06
MOVED: Final = 0.15
STILL_KM: Final = 0.2
MOVED_KM: Final = 0.5
"""Farthest fix from the start over the distance claimed, and by itself: standing still, noise and all, and
a round trip."""
CLAIM_USUAL: Final = 2.0
CLAIM_UNUSUAL: Final = 4.0
CLAIM_LEAST: Final = 0.15
CLAIM_MOST: Final = 0.35
"""Spreads above the city's centre, and logarithm of the excess over it, between which a claim becomes odd."""
BOTH_USUAL: Final = 1.0
BOTH_UNUSUAL: Final = 2.0
"""The same spreads beside a claim of the other sort that is odd: distance beside duration, or the reverse."""
WHOLE: Final = 0.5
"""How near both ends of a track must be for it to teach what claims are usual."""
OUTSIDE_USUAL_S: Final = 600.0
OUTSIDE_LONG_S: Final = 1_800.0
"""How long a track is outside of its trip: what a car takes to its rider, and what no approach takes."""
ENDS_NEAR_KM: Final = 0.5
ENDS_NEAR: Final = 0.1
ENDS_LEAST_KM: Final = 0.001
"""A track whose ends are this near to pick-up and drop-off, or by this share of its way, is whole."""
ENDS_KMH: Final = 60.0
"""How far the car may have come between the end of its track and the end of its trip."""
ENDS_USUAL_KM: Final = 0.8
ENDS_FAR_KM: Final = 1.8


@kernel
def judge_track(state: State, track: Any, ts: int, values: Any) -> None:
    """Add the signs of a track to those of the trip that ends at ``ts``, then learn from it."""
    trip, habits = state.trip[0], state.habits[0]
    if track.pings < MIN_FIXES or 2 * track.rough > track.pings:
        return
    span_s = (track.last_ms - track.first_ms) / 1000
    interval = _interval(span_s / (track.pings - 1))
    if 2 * track.coarse <= track.pings:
        add_sign(trip, REPLAYED, ramp(replayed_share(state, track), 0.3, 0.6))
    if leaps(track) or _is_one_step(track, span_s):
        add_sign(trip, JUMPS, 1.0)
    _judge_clock(trip, habits, track, ts, values)
    if track.pings >= DRAWN_FIXES:
        _judge_shape(trip, habits, track, span_s, interval)
    if track.pings >= ENOUGH_FIXES:
        _judge_claims(trip, habits, track, span_s, interval, ts, values)


@kernel
def _is_one_step(track: Any, span_s: float) -> bool:
    """Whether the car stood but for one step, that was neither a gap in the track nor short."""
    if track.pings < DRAWN_FIXES or track.path_km < DRAWN_KM:
        return False
    one = track.largest_km > ONE_STEP_KM * track.path_km and track.largest_s < ONE_STEP_S * span_s
    return bool(one)


@kernel
def _interval(seconds: float) -> int:
    """Which of four classes the mean interval between fixes falls into."""
    return (seconds >= 8) + (seconds >= 30) + (seconds >= 90)


@kernel
def _judge_shape(trip: Any, habits: Any, track: Any, span_s: float, interval: int) -> None:
    """Drawn with a ruler, or driven at one speed all the way."""
    n = track.pings
    if track.path_km < DRAWN_KM:
        return
    # Few fixes may lie evenly by chance: so much the stricter.
    strict = min((n - SURE_LESS) / (SURE_FIXES - SURE_LESS), 1.0)
    shows = 1 - ramp(span_s / (n - 1), SHOWS_S, HIDES_S)
    shows *= 1 - ramp(track.longest_s / span_s, GAP_USUAL, GAP_LONG)
    spread_t = track.sum_tt - track.sum_t * track.sum_t / n
    toward_x = (track.sum_tx - track.sum_t * track.sum_x / n) / spread_t
    toward_y = (track.sum_ty - track.sum_t * track.sum_y / n) / spread_t
    mean = track.sum_v / (n - 1)
    pace = math.sqrt(max(track.sum_vv / (n - 1) - mean * mean, 0.0)) / mean
    ruler = 0.0
    toward_s = (track.sum_ts - track.sum_t * track.sum_s / n) / spread_t
    straight_km = math.sqrt(toward_x * toward_x + toward_y * toward_y) * span_s
    if straight_km > DRAWN_KM:
        rest_xx = track.sum_xx - track.sum_x * track.sum_x / n - toward_x * toward_x * spread_t
        rest_xy = track.sum_xy - track.sum_x * track.sum_y / n - toward_x * toward_y * spread_t
        rest_yy = track.sum_yy - track.sum_y * track.sum_y / n - toward_y * toward_y * spread_t
        ahead = toward_x * toward_x * rest_xx + toward_y * toward_y * rest_yy
        ahead += 2 * toward_x * toward_y * rest_xy
        ahead /= toward_x * toward_x + toward_y * toward_y
        aside_km = math.sqrt(max(rest_xx + rest_yy - ahead, 0.0) / n)
        ahead_km = math.sqrt(max(ahead, 0.0) / n)
        uniform = math.sqrt(ahead_km * ahead_km + aside_km * aside_km) / straight_km
        log_uniform = math.log(max(uniform, 1e-4))
        drawn = shows * (1 - ramp(uniform / strict, UNIFORM_DRAWN, UNIFORM_DRIVEN))
        drawn *= 1 - ramp(ahead_km / (aside_km + NOISE_KM), NOISE_DRAWN, NOISE_DRIVEN)
        ruler = drawn * ramp(below(habits, UNIFORM + interval, log_uniform), USUAL, UNUSUAL)
        add_sign(trip, RULER, ruler)
        learn(habits, UNIFORM + interval, log_uniform)
    apart = track.sum_ss - track.sum_s * track.sum_s / n - toward_s * toward_s * spread_t
    even = math.sqrt(max(apart, 0.0) / n) / track.path_km
    log_pace = math.log(max(pace, 1e-3))
    drawn = shows * (1 - ramp(even / strict, EVEN_DRAWN, EVEN_DRIVEN))
    drawn *= 1 - ramp(pace / strict, PACE_DRAWN, PACE_DRIVEN)
    drawn *= ramp(below(habits, PACE + interval, log_pace), USUAL, UNUSUAL)
    drawn = max(drawn, shows * _drawn_in_legs(habits, track, interval))
    # A ruler is steady too: what it said is not said twice.
    add_sign(trip, STEADY, max(drawn - ruler, 0.0))
    learn(habits, PACE + interval, log_pace)


@kernel
def _drawn_in_legs(habits: Any, track: Any, interval: int) -> float:
    """How strongly all steps but the slowest have one speed."""
    steps = track.pings - 2
    mean = (track.sum_v - track.slowest) / steps
    if track.pings < ENOUGH_FIXES or mean <= 0:
        return 0.0
    square = (track.sum_vv - track.slowest * track.slowest) / steps
    legs = math.sqrt(max(square - mean * mean, 0.0)) / mean
    log_legs = math.log(max(legs, 1e-3))
    strict = min((track.pings - 1 - SURE_LESS) / (SURE_FIXES - SURE_LESS), 1.0)
    drawn = 1 - ramp(legs / strict, LEGS_DRAWN, LEGS_DRIVEN)
    # Some cities are told as straight legs by everybody: nothing is said before that is known.
    drawn *= ramp(below(habits, LEGS + interval, log_legs), USUAL, UNUSUAL) * is_known(
        habits, LEGS + interval
    )
    learn(habits, LEGS + interval, log_legs)
    return drawn


@kernel
def _judge_clock(trip: Any, habits: Any, track: Any, ts: int, values: Any) -> None:
    """Add the sign of fixes from before the trip began or after it ended."""
    if values[DURATION_S] > 0:
        outside_s = max(ts / 1000 - values[DURATION_S] - track.first_ms / 1000, 0.0)
        outside_s += max((track.last_ms - ts) / 1000, 0.0)
        log_min = math.log(1 + outside_s / 60)
        unusual = ramp(above(habits, CLOCK, log_min), CLAIM_USUAL, CLAIM_UNUSUAL)
        add_sign(trip, CLOCK_OFF, unusual * ramp(outside_s, OUTSIDE_USUAL_S, OUTSIDE_LONG_S))
        learn(habits, CLOCK, log_min)


@kernel
def _judge_claims(
    trip: Any, habits: Any, track: Any, span_s: float, interval: int, ts: int, values: Any
) -> None:
    """Distance, duration and ends that are claimed, against those of the track."""
    km, seconds = values[DISTANCE_KM], values[DURATION_S]
    # What is absent is not a number, which is above nothing.
    seen_s = span_s - track.longest_s
    covered = min(seen_s / seconds, 1.0) if seconds > 0 else seen_s / span_s
    if km > 1:
        still_km = min(STILL * km * covered, STILL_KM)
        moved_km = min(MOVED * km * covered, MOVED_KM)
        add_sign(trip, STANDS_STILL, 1 - ramp(track.far_km, still_km, moved_km))
    whole = _judge_ends(trip, habits, track, ts, values)
    # What is absent or too little to compare is not above anything.
    longer = slower = -math.inf
    if km > 1 and track.path_km > 0.1:
        longer = math.log(km / track.path_km)
    if seconds > 60 and span_s > 0:
        # The first and last fix may be an interval from the ends.
        slower = math.log(seconds / (span_s + span_s / (track.pings - 1)))
    far = _excess(habits, CLAIM + interval, longer, CLAIM_USUAL, CLAIM_UNUSUAL)
    late = _excess(habits, TIME, slower, CLAIM_USUAL, CLAIM_UNUSUAL)
    # Errors of a distance and of a clock seldom meet: beside the one, less of the other does.
    far_too = late * _excess(habits, CLAIM + interval, longer, BOTH_USUAL, BOTH_UNUSUAL)
    late_too = far * _excess(habits, TIME, slower, BOTH_USUAL, BOTH_UNUSUAL)
    if trip.signs[STANDS_STILL] == 0:
        add_sign(trip, LONGER_THAN_TRACK, whole * max(far, far_too))
    add_sign(trip, SLOWER_THAN_TRACK, whole * max(late, late_too))
    # What is usual is learnt from whole tracks: a part is shorter than any claim.
    if longer > -math.inf and whole > WHOLE:
        learn(habits, CLAIM + interval, longer)
    if slower > -math.inf and whole > WHOLE:
        learn(habits, TIME, slower)


@kernel
def _excess(habits: Any, sketch: int, value: float, usual: float, unusual: float) -> float:
    """How strongly the logarithm of a claim over what the track shows lies above the city's."""
    spreads = ramp(above(habits, sketch, value), usual, unusual)
    return spreads * ramp(value - centre_of(habits, sketch), CLAIM_LEAST, CLAIM_MOST)


@kernel
def _judge_ends(trip: Any, habits: Any, track: Any, ts: int, values: Any) -> float:
    """Add the sign of ends that are elsewhere; returns 0 where the track is but a part, else 1."""
    whole, farthest = 1.0, 0.0
    near_km = min(ENDS_NEAR_KM, max(ENDS_LEAST_KM, ENDS_NEAR * track.path_km))
    began_ms = ts - 1000 * values[DURATION_S] if values[DURATION_S] > 0 else track.first_ms
    # Unseen in all: a clock that runs late loses the end of the track, and shows it at the beginning.
    unseen_ms = max(track.first_ms - began_ms, 0.0) + max(ts - track.last_ms, 0.0)
    if is_place(values[PICKUP_LAT], values[PICKUP_LON]):
        x, y = _seen_from(track, values[PICKUP_LAT], values[PICKUP_LON])
        km = min(_apart(x, y, 0.0, 0.0), _apart(x, y, track.second_x, track.second_y))
        farthest = max(farthest, _ends_excess(habits, km, unseen_ms))
        whole = min(whole, 1 - ramp(km, near_km, 2 * near_km))
    if is_place(values[DROPOFF_LAT], values[DROPOFF_LON]):
        x, y = _seen_from(track, values[DROPOFF_LAT], values[DROPOFF_LON])
        km = min(_apart(x, y, track.x, track.y), _apart(x, y, track.before_x, track.before_y))
        farthest = max(farthest, _ends_excess(habits, km, unseen_ms))
        whole = min(whole, 1 - ramp(km, near_km, 2 * near_km))
    add_sign(trip, ENDS_ELSEWHERE, farthest)
    return whole


@kernel
def _ends_excess(habits: Any, km: float, unseen_ms: float) -> float:
    """How strongly an end lies farther than the unseen time allows, and than is usual in the city."""
    log_km = math.log(km + 0.05)
    unusual = ramp(above(habits, ENDS, log_km), CLAIM_USUAL, CLAIM_UNUSUAL)
    learn(habits, ENDS, log_km)
    allowed_km = ENDS_KMH * unseen_ms / 3_600_000
    return unusual * ramp(km - allowed_km, ENDS_USUAL_KM, ENDS_FAR_KM)


@kernel
def _seen_from(track: Any, lat: float, lon: float) -> tuple[float, float]:
    """A place as the track's places are measured."""
    return (lon - track.start_lon) * track.km_a_lon, (lat - track.start_lat) * EARTH_KM_PER_DEGREE


@kernel
def _apart(x: float, y: float, other_x: float, other_y: float) -> float:
    return math.sqrt((x - other_x) * (x - other_x) + (y - other_y) * (y - other_y))
