"""How likely a completed trip is what it says, from its track, its claims and the city so far."""

from __future__ import annotations

import math

from graph.model.events import TripCompleted
from graph.model.vocabulary import TripReason
from graph.state.sizes import MAX_TRACKS
from graph.updates.forgeries import (
    BOTH_UNUSUAL,
    BOTH_USUAL,
    CLAIM_LEAST,
    CLAIM_MOST,
    CLAIM_UNUSUAL,
    CLAIM_USUAL,
    DRAWN_FIXES,
    DRAWN_KM,
    ENDS_FAR_KM,
    ENDS_KMH,
    ENDS_LEAST_KM,
    ENDS_NEAR,
    ENDS_NEAR_KM,
    ENDS_USUAL_KM,
    ENOUGH_FIXES,
    EVEN_DRAWN,
    EVEN_DRIVEN,
    GAP_LONG,
    GAP_USUAL,
    HIDES_S,
    LEGS_DRAWN,
    LEGS_DRIVEN,
    MIN_FIXES,
    MOVED,
    MOVED_KM,
    NOISE_DRAWN,
    NOISE_DRIVEN,
    NOISE_KM,
    OUTSIDE_LONG_S,
    OUTSIDE_USUAL_S,
    PACE_DRAWN,
    PACE_DRIVEN,
    SHOWS_S,
    STILL,
    STILL_KM,
    SURE_FIXES,
    SURE_LESS,
    UNIFORM_DRAWN,
    UNIFORM_DRIVEN,
    UNUSUAL,
    USUAL,
    WHOLE,
)
from graph.updates.sketches import CLAIM, CLOCK, ENDS, LEGS, PACE, TIME, UNIFORM
from tests.twin.habits import CityHabits
from tests.twin.places import Place, is_place, is_rounded
from tests.twin.ramp import ramp
from tests.twin.replays import Replays, prints_of
from tests.twin.signs import Signs
from tests.twin.sketches import Sketch
from tests.twin.sums import moment, sum_of
from tests.twin.tracks import Track, Tracks, apart
from tests.twin.whereabouts import Whereabouts


class Integrity:
    """Judges completed trips against their tracks and the city so far, and learns from them."""

    def __init__(self, room: int = MAX_TRACKS) -> None:
        self.tracks = Tracks(room)
        self.habits = CityHabits()
        self.replays = Replays()
        self.whereabouts = Whereabouts()
        self._sketches = {
            number: Sketch(number)
            for number in (
                ENDS,
                TIME,
                CLOCK,
                *(first + n for first in (CLAIM, UNIFORM, PACE, LEGS) for n in range(4)),
            )
        }

    def judge(self, trip: TripCompleted) -> Signs:
        """What the trip shows."""
        signs = Signs()
        track = self.tracks.close(trip.trip_id)
        if track is not None:
            self._judge_track(signs, track, trip)
        path_km = sum_of(km for km, _ in track.steps()) if track is not None else 0.0
        ends = self.habits.judge(signs, trip, path_km)
        self.whereabouts.judge(signs, trip, *ends)
        return signs

    def _judge_track(self, signs: Signs, track: Track, trip: TripCompleted) -> None:
        fixes = len(track.fixes)
        if fixes < MIN_FIXES or 2 * sum(is_rounded(fix, 1e3) for fix in track.fixes) > fixes:
            return
        if 2 * sum(is_rounded(fix, 1e4) for fix in track.fixes) <= fixes:
            share = self.replays.share(prints_of(track.times, track.ways, track.fixes))
            signs.add(TripReason.REPLAYED, ramp(share, 0.3, 0.6))
        if track.leaps() or track.is_one_step():
            signs.add(TripReason.JUMPS, 1.0)
        mean_interval = track.seconds[-1] / (fixes - 1)
        interval = sum(mean_interval >= limit for limit in (8, 30, 90))
        self._judge_clock(signs, track, trip)
        if fixes >= DRAWN_FIXES:
            self._judge_shape(signs, track, interval)
        if fixes >= ENOUGH_FIXES:
            self._judge_claims(signs, track, interval, trip)

    def _judge_clock(self, signs: Signs, track: Track, trip: TripCompleted) -> None:
        if trip.duration_s:
            outside = max(trip.ts / 1000 - trip.duration_s - track.times[0] / 1000, 0.0)
            outside += max((track.times[-1] - trip.ts) / 1000, 0.0)
            usual, log_min = self._sketches[CLOCK], math.log(1 + outside / 60)
            unusual = ramp(usual.above(log_min), CLAIM_USUAL, CLAIM_UNUSUAL)
            signs.add(TripReason.CLOCK_OFF, unusual * ramp(outside, OUTSIDE_USUAL_S, OUTSIDE_LONG_S))
            usual.learn(log_min)

    def _judge_shape(self, signs: Signs, track: Track, interval: int) -> None:
        n, times, steps = len(track.fixes), track.seconds, track.steps()
        way, covered = [0.0], 0.0
        for km, _ in steps:
            covered += km
            way.append(covered)
        if covered < DRAWN_KM:
            return
        speeds = [km / seconds for km, seconds in steps]
        mean = sum_of(speeds) / (n - 1)
        pace = math.sqrt(max(sum_of(v * v for v in speeds) / (n - 1) - mean * mean, 0.0)) / mean
        ruler = 0.0
        strict = min((n - SURE_LESS) / (SURE_FIXES - SURE_LESS), 1.0)
        shows = 1 - ramp(times[-1] / (n - 1), SHOWS_S, HIDES_S)
        shows *= 1 - ramp(max(seconds for _, seconds in steps) / times[-1], GAP_USUAL, GAP_LONG)
        east, north = [x for x, _ in track.ways], [y for _, y in track.ways]
        spread = moment(times, times)
        toward = [moment(times, each) / spread for each in (east, north, way)]
        straight_km = math.sqrt(toward[0] * toward[0] + toward[1] * toward[1]) * times[-1]
        if straight_km > DRAWN_KM:
            toward_x, toward_y = toward[0], toward[1]
            rest_xx = moment(east, east) - toward_x * toward_x * spread
            rest_xy = moment(east, north) - toward_x * toward_y * spread
            rest_yy = moment(north, north) - toward_y * toward_y * spread
            ahead = toward_x * toward_x * rest_xx + toward_y * toward_y * rest_yy
            ahead += 2 * toward_x * toward_y * rest_xy
            ahead /= toward_x * toward_x + toward_y * toward_y
            aside_km = math.sqrt(max(rest_xx + rest_yy - ahead, 0.0) / n)
            ahead_km = math.sqrt(max(ahead, 0.0) / n)
            uniform = math.sqrt(ahead_km * ahead_km + aside_km * aside_km) / straight_km
            usual, log_uniform = self._sketches[UNIFORM + interval], math.log(max(uniform, 1e-4))
            drawn = shows * (1 - ramp(uniform / strict, UNIFORM_DRAWN, UNIFORM_DRIVEN))
            drawn *= 1 - ramp(ahead_km / (aside_km + NOISE_KM), NOISE_DRAWN, NOISE_DRIVEN)
            ruler = drawn * ramp(usual.below(log_uniform), USUAL, UNUSUAL)
            signs.add(TripReason.RULER, ruler)
            usual.learn(log_uniform)
        left = moment(way, way) - toward[2] * toward[2] * spread
        even = math.sqrt(max(left, 0.0) / n) / covered
        usual, log_pace = self._sketches[PACE + interval], math.log(max(pace, 1e-3))
        drawn = shows * (1 - ramp(even / strict, EVEN_DRAWN, EVEN_DRIVEN))
        drawn *= 1 - ramp(pace / strict, PACE_DRAWN, PACE_DRIVEN)
        drawn *= ramp(usual.below(log_pace), USUAL, UNUSUAL)
        drawn = max(drawn, shows * self._drawn_in_legs(speeds, interval))
        signs.add(TripReason.STEADY, max(drawn - ruler, 0.0))
        usual.learn(log_pace)

    def _drawn_in_legs(self, speeds: list[float], interval: int) -> float:
        slowest, left = min(speeds), len(speeds) - 1
        mean = (sum_of(speeds) - slowest) / left
        if len(speeds) < ENOUGH_FIXES - 1 or mean <= 0:
            return 0.0
        square = (sum_of(v * v for v in speeds) - slowest * slowest) / left
        legs = math.sqrt(max(square - mean * mean, 0.0)) / mean
        usual, log_legs = self._sketches[LEGS + interval], math.log(max(legs, 1e-3))
        strict = min((left + 1 - SURE_LESS) / (SURE_FIXES - SURE_LESS), 1.0)
        drawn = 1 - ramp(legs / strict, LEGS_DRAWN, LEGS_DRIVEN)
        drawn *= ramp(usual.below(log_legs), USUAL, UNUSUAL) * usual.is_known
        usual.learn(log_legs)
        return drawn

    def _judge_claims(self, signs: Signs, track: Track, interval: int, trip: TripCompleted) -> None:
        km, seconds = trip.distance_km or 0.0, trip.duration_s or 0.0
        span, steps = track.seconds[-1], track.steps()
        seen = span - max(duration for _, duration in steps)
        covered = min(seen / seconds, 1.0) if seconds > 0 else seen / span
        still = 0.0
        if km > 1:
            far_km = sorted(math.sqrt(x * x + y * y) for x, y in track.ways)[-2]
            least_km, most_km = min(STILL * km * covered, STILL_KM), min(MOVED * km * covered, MOVED_KM)
            still = 1 - ramp(far_km, least_km, most_km)
            signs.add(TripReason.STANDS_STILL, still)
        whole = self._judge_ends(signs, track, trip)
        path_km = sum_of(length for length, _ in steps)
        longer = math.log(km / path_km) if km > 1 and path_km > 0.1 else None
        slower = math.log(seconds / (span + span / len(steps))) if seconds > 60 else None
        far, late = self._sketches[CLAIM + interval], self._sketches[TIME]
        too_far, too_late = odd_excess(far, longer), odd_excess(late, slower)
        if longer is not None:
            too_far = max(too_far, too_late * odd_excess(far, longer, BOTH_USUAL, BOTH_UNUSUAL))
        if slower is not None:
            beside = odd_excess(far, longer) * odd_excess(late, slower, BOTH_USUAL, BOTH_UNUSUAL)
            too_late = max(too_late, beside)
        if still == 0:
            signs.add(TripReason.LONGER_THAN_TRACK, whole * too_far)
        signs.add(TripReason.SLOWER_THAN_TRACK, whole * too_late)
        for usual, excess in ((far, longer), (late, slower)):
            if excess is not None and whole > WHOLE:
                usual.learn(excess)

    def _judge_ends(self, signs: Signs, track: Track, trip: TripCompleted) -> float:
        """Add the sign of ends that are elsewhere; returns 0 where the track is but a part, else 1."""
        began = trip.ts - 1000 * trip.duration_s if trip.duration_s else track.times[0]
        unseen_ms = max(track.times[0] - began, 0.0) + max(trip.ts - track.times[-1], 0.0)
        ends = ((pickup_of(trip), track.ways[:2]), (dropoff_of(trip), track.ways[:-3:-1]))
        whole, farthest, usual = 1.0, 0.0, self._sketches[ENDS]
        near_km = min(ENDS_NEAR_KM, max(ENDS_LEAST_KM, ENDS_NEAR * sum_of(km for km, _ in track.steps())))
        for place, ways in ends:
            if place is None or not is_place(place):
                continue
            here = track.way_to(place)
            km = min(apart(here, way) for way in ways)
            log_km = math.log(km + 0.05)
            unusual = ramp(usual.above(log_km), CLAIM_USUAL, CLAIM_UNUSUAL)
            usual.learn(log_km)
            allowed_km = ENDS_KMH * unseen_ms / 3_600_000
            farthest = max(farthest, unusual * ramp(km - allowed_km, ENDS_USUAL_KM, ENDS_FAR_KM))
            whole = min(whole, 1 - ramp(km, near_km, 2 * near_km))
        signs.add(TripReason.ENDS_ELSEWHERE, farthest)
        return whole


def odd_excess(
    usual: Sketch, value: float | None, least: float = CLAIM_USUAL, most: float = CLAIM_UNUSUAL
) -> float:
    """How strongly the logarithm of a claim over what the track shows lies above the city's."""
    if value is None:
        return 0.0
    return ramp(usual.above(value), least, most) * ramp(value - usual.centre, CLAIM_LEAST, CLAIM_MOST)


def pickup_of(trip: TripCompleted) -> Place | None:
    """Where a trip began, if it says so."""
    if trip.pickup_lat is None or trip.pickup_lon is None:
        return None
    return trip.pickup_lat, trip.pickup_lon


def dropoff_of(trip: TripCompleted) -> Place | None:
    """Where a trip ended, if it says so."""
    if trip.dropoff_lat is None or trip.dropoff_lon is None:
        return None
    return trip.dropoff_lat, trip.dropoff_lon
