"""What is odd about a trip, judged against the city's own trips so far.

Fares: ordinary least squares of fare on (1, km, minutes) over the trips seen so far, by normal
equations, solved anew whenever the number of trips has grown by an eighth. Speeds: running mean and
variance of log km/h (Welford). Both move slowly, hold three numbers each, and use the past alone.
Tracks: one small accumulator per running trip, dropped when it completes or after ``TRACK_LIFE_MS``.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.kernels.geometry import EARTH_KM_PER_DEGREE
from graph.model.events import GpsPing, TripCompleted
from graph.updates.habits import MIN_TRIPS, OVERPRICED, SPEED_DEVIATIONS, STRAIGHT_TOLERANCE
from graph.updates.sharing import DAY_MS
from graph.updates.tracks import (
    JUMP_KMH,
    MAX_TRACKS,
    RULER_EXCESS,
    RULER_PINGS,
    STANDSTILL_SHARE,
    TRACK_LIFE_MS,
)


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Equirectangular distance: within 0.1 % of the great circle at city scale."""
    x = (lon_b - lon_a) * math.cos(math.radians((lat_a + lat_b) / 2))
    return EARTH_KM_PER_DEGREE * math.hypot(x, lat_b - lat_a)


@dataclass(frozen=True, slots=True)
class TripJudgement:
    """What a trip shows: its surcharge over the city's fare, and which claims do not hold."""

    surcharge: float
    oddities: tuple[str, ...]


@dataclass(slots=True)
class _Track:
    started_ms: int
    last_ms: int
    start: tuple[float, float]
    last: tuple[float, float]
    pings: int = 1
    path_km: float = 0.0
    jumps: int = 0


@dataclass(slots=True)
class Tracks:
    """GPS tracks of running trips, the newest ``room`` of them."""

    room: int = MAX_TRACKS
    _tracks: OrderedDict[str, _Track] = field(default_factory=OrderedDict)

    def ping(self, ping: GpsPing) -> None:
        """Add a position to the trip's track; one that is older than the last is left out. O(1)."""
        here = (ping.lat, ping.lon)
        track = self._tracks.get(ping.trip_id)
        if track is None:
            while self._tracks:
                oldest = next(iter(self._tracks.values()))
                if len(self._tracks) < self.room and ping.ts - oldest.last_ms <= TRACK_LIFE_MS:
                    break
                self._tracks.popitem(last=False)
            self._tracks[ping.trip_id] = _Track(ping.ts, ping.ts, here, here)
            return
        seconds = (ping.ts - track.last_ms) / 1000
        if seconds <= 0:
            return
        step_km = distance_km(*track.last, *here)
        track.path_km += step_km
        track.jumps += step_km / seconds * 3600 > JUMP_KMH and step_km > 0.5
        track.pings += 1
        track.last_ms, track.last = ping.ts, here

    def close(self, trip_id: str, claimed_km: float | None) -> list[str]:
        """Forget the trip's track; returns what is odd about it."""
        track = self._tracks.pop(trip_id, None)
        if track is None or track.pings < 3:
            return []
        odd = []
        if track.jumps:
            odd.append("gps_jumps")
        if claimed_km is not None and claimed_km > 1 and track.path_km < STANDSTILL_SHARE * claimed_km:
            odd.append("gps_stands_still")
        straight_km = distance_km(*track.start, *track.last)
        if track.pings >= RULER_PINGS and straight_km > 1 and track.path_km < RULER_EXCESS * straight_km:
            odd.append("gps_ruler")
        return odd


class CityHabits:
    """What trips cost and how fast they are in this city, learnt from the trips so far."""

    def __init__(self) -> None:
        self.trips = 0
        self.incentives = 0
        self._creations: dict[int, int] = {}
        self._created = 0
        self._normal = [[0.0] * 3 for _ in range(3)]
        self._moment = [0.0] * 3
        self._coefficients: tuple[float, float, float] | None = None
        self._solved_at = 0
        self._speeds = 0
        self._speed_mean = 0.0
        self._speed_square = 0.0

    @property
    def incentive_rate(self) -> float:
        """Share of trips with an incentive, with one pseudo-trip in ten before any is seen."""
        return (self.incentives + 1) / (self.trips + 10)

    def created(self, ts: int) -> None:
        """Learn that an account was created. One number is kept for each day."""
        day = ts // DAY_MS
        self._creations[day] = self._creations.get(day, 0) + 1
        self._created += 1

    def creation_share(self, first_ms: int, last_ms: int) -> float:
        """Share of all creations so far that fell on the days from one moment to another."""
        days = range(first_ms // DAY_MS, last_ms // DAY_MS + 1)
        return sum(self._creations.get(day, 0) for day in days) / max(self._created, 1)

    def judge(self, trip: TripCompleted, track_oddities: Sequence[str]) -> TripJudgement:
        """Compare one trip with the city so far, then learn from it. O(1)."""
        odd = list(track_oddities)
        surcharge = 0.0
        km, seconds = trip.distance_km, trip.duration_s
        if km is not None and seconds is not None and seconds > 0 and km > 0:
            minutes = seconds / 60
            odd += self._speed_oddity(math.log(max(km / seconds * 3600, 0.1)))
            surcharge = self._surcharge(trip.fare, km, minutes)
            if surcharge > math.log(OVERPRICED):
                odd.append("overpriced")
            self._learn(trip.fare, km, minutes)
        if km is not None and km > 1 and _crow_km(trip) < STRAIGHT_TOLERANCE * km:
            odd.append("shorter_than_claimed")
        self.trips += 1
        self.incentives += bool(trip.incentive)
        return TripJudgement(surcharge, tuple(odd))

    def _speed_oddity(self, log_kmh: float) -> list[str]:
        odd = []
        if self._speeds >= MIN_TRIPS:
            deviation = math.sqrt(self._speed_square / self._speeds)
            if log_kmh > self._speed_mean + SPEED_DEVIATIONS * deviation:
                odd.append("too_fast")
            elif log_kmh < self._speed_mean - SPEED_DEVIATIONS * deviation:
                odd.append("too_slow")
            # The city's habit is that of its ordinary trips: what is odd does not shift it.
            if odd:
                return odd
        self._speeds += 1
        step = log_kmh - self._speed_mean
        self._speed_mean += step / self._speeds
        self._speed_square += step * (log_kmh - self._speed_mean)
        return odd

    def _surcharge(self, fare: float, km: float, minutes: float) -> float:
        """Log of the fare over what the city charges for this distance and time; 0 while unknown."""
        if self.trips - self._solved_at > self._solved_at // 8 and self.trips >= MIN_TRIPS:
            self._coefficients = _solve(self._normal, self._moment)
            self._solved_at = self.trips
        if self._coefficients is None:
            return 0.0
        base, per_km, per_minute = self._coefficients
        expected = max(base + per_km * km + per_minute * minutes, 0.5)
        return max(-1.5, min(1.5, math.log(max(fare, 0.01) / expected)))

    def _learn(self, fare: float, km: float, minutes: float) -> None:
        x = (1.0, km, minutes)
        for i in range(3):
            self._moment[i] += x[i] * fare
            for j in range(3):
                self._normal[i][j] += x[i] * x[j]


def _crow_km(trip: TripCompleted) -> float:
    if (
        trip.pickup_lat is None
        or trip.pickup_lon is None
        or trip.dropoff_lat is None
        or trip.dropoff_lon is None
    ):
        return math.inf
    return distance_km(trip.pickup_lat, trip.pickup_lon, trip.dropoff_lat, trip.dropoff_lon)


def _solve(normal: list[list[float]], moment: list[float]) -> tuple[float, float, float] | None:
    """Solve the 3x3 normal equations by elimination with pivoting; None when they are singular."""
    rows = [[*normal[i], moment[i]] for i in range(3)]
    for column in range(3):
        pivot = max(range(column, 3), key=lambda r: abs(rows[r][column]))
        if abs(rows[pivot][column]) < 1e-9:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for other in range(3):
            if other != column:
                factor = rows[other][column] / rows[column][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return (rows[0][3] / rows[0][0], rows[1][3] / rows[1][1], rows[2][3] / rows[2][2])
