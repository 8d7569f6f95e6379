"""What trips cost and how fast they are in a city, and which claims do not fit it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.kernels.geometry import EARTH_KM_PER_DEGREE
from graph.model.events import TripCompleted
from graph.model.vocabulary import TripReason
from graph.state.sizes import AREAS
from graph.updates import sketches
from graph.updates.habits import (
    CROW_LEAST,
    CROW_MOST,
    CROW_UNUSUAL,
    CROW_USUAL,
    DEAR_LEAST,
    DEAR_MOST,
    DEAR_UNUSUAL,
    DEAR_USUAL,
    DEAREST,
    FARTHEST_KM,
    FAST_UNUSUAL,
    FAST_USUAL,
    FASTEST_KMH,
    FIRST_KMH,
    MIN_TRIPS,
    MOST_APART,
    MOST_SURCHARGE,
    ORDINARY,
    SHRINK,
    SLOW_UNUSUAL,
    SLOW_USUAL,
    SLOWEST_KMH,
)
from graph.updates.sharing import DAY_MS
from tests.twin.places import Place, Places, is_place
from tests.twin.ramp import ramp
from tests.twin.signs import Signs
from tests.twin.sketches import Sketch

HOURS_MS = 3 * 3_600_000


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Equirectangular distance: within 0.1 % of the great circle at city scale."""
    x = (lon_b - lon_a) * math.cos(math.radians((lat_a + lat_b) / 2))
    return EARTH_KM_PER_DEGREE * math.hypot(x, lat_b - lat_a)


@dataclass(slots=True)
class Usual:
    """By how much trips of one sort differ from the city's."""

    trips: int = 0
    difference: float = 0.0

    @property
    def known(self) -> float:
        """The difference as far as it is known."""
        return self.difference / (self.trips + SHRINK)

    def note(self, difference: float) -> None:
        """Learn from one more trip."""
        self.trips += 1
        self.difference += max(-1.0, min(1.0, difference))


@dataclass(slots=True)
class Sort:
    """Trips of one sort, by speed and by fare."""

    speed: Usual = field(default_factory=Usual)
    fare: Usual = field(default_factory=Usual)


@dataclass(slots=True)
class Area:
    """Which area holds a record, and for how long it will."""

    square: tuple[int, int] | None = None
    support: int = 0
    sort: Sort = field(default_factory=Sort)


class CityHabits:
    """What trips cost, how fast they are and when accounts are created, learnt from the trips so far."""

    def __init__(self) -> None:
        self.trips = 0
        self.incentives = 0
        self.coefficients: tuple[float, float, float] | None = None
        self._creations: Counter[int] = Counter()
        self._created = 0
        self._normal = [[0.0] * 3 for _ in range(3)]
        self._moment = [0.0] * 3
        self._priced = self._solved_at = 0
        self._speeds = 0
        self._speed_mean = math.log(FIRST_KMH)
        self._cells: defaultdict[tuple[int, int], Sort] = defaultdict(Sort)
        self._areas: defaultdict[int, Area] = defaultdict(Area)
        self._nowhere = Sort()
        self._places = Places()
        self._speed, self._fare, self._crow = map(Sketch, (sketches.SPEED, sketches.FARE, sketches.CROW))

    @property
    def incentive_rate(self) -> float:
        """Share of trips with an incentive, with one pseudo-trip in ten before any is seen."""
        return (self.incentives + 1) / (self.trips + 10)

    def created(self, ts: int) -> None:
        """Learn that an account was created. One number is kept for each day."""
        self._creations[ts // DAY_MS] += 1
        self._created += 1

    def creation_share(self, first_ms: int, last_ms: int, left_out: Sequence[int]) -> float:
        """Share of all creations but those left out that fell on the days from one moment to another."""
        days = range(first_ms // DAY_MS, last_ms // DAY_MS + 1)
        created = sum(self._creations[day] for day in days) - sum(ms // DAY_MS in days for ms in left_out)
        return max(created, 0) / max(self._created - len(left_out), 1)

    def judge(self, signs: Signs, trip: TripCompleted, path_km: float) -> tuple[Place | None, Place | None]:
        """Add the signs of a trip's claims, then learn from it; ``path_km`` is 0 without a track.

        Returns its ends, None where they are no places.
        """
        pickup = place_of(trip.pickup_lat, trip.pickup_lon)
        dropoff = place_of(trip.dropoff_lat, trip.dropoff_lon)
        picked, dropped = self._places.note(pickup), self._places.note(dropoff)
        km, seconds = trip.distance_km or 0.0, trip.duration_s or 0.0
        if km > 0 and seconds > 0:
            cell = self._cells[sum(km >= far for far in (1, 2, 4, 8, 16)), trip.ts // HOURS_MS % 8]
            area = self._area(pickup)
            ordinary = self._judge_speed(signs, cell.speed, area.speed, km, seconds)
            self._judge_fare(signs, cell.fare, area.fare, trip.fare, km, seconds / 60, ordinary=ordinary)
        if km > 1 and pickup is not None and dropoff is not None and picked and dropped:
            self._judge_crow(signs, km, distance_km(*pickup, *dropoff), path_km)
        self.trips += 1
        self.incentives += bool(trip.incentive)
        return pickup if picked else None, dropoff if dropped else None

    def _area(self, pickup: Place | None) -> Sort:
        if pickup is None or not is_place(pickup):
            return self._nowhere
        row, column = (math.floor(each * 50) for each in pickup)
        area = self._areas[(row * 7_919 + column * 104_729) % (AREAS - 1)]
        if area.square == (row, column):
            area.support += 1
        elif area.support > 0:
            area.support -= 1
            return self._nowhere
        else:
            area.square, area.support, area.sort = (row, column), 1, Sort()
        return area.sort

    def _judge_speed(self, signs: Signs, cell: Usual, area: Usual, km: float, seconds: float) -> bool:
        log_kmh = math.log(max(SLOWEST_KMH, min(FASTEST_KMH, km / seconds * 3600)))
        mean = self._speed_mean
        in_cell = mean + cell.known
        expected = in_cell + area.known
        fast, slow = self._speed.above(log_kmh - expected), self._speed.below(log_kmh - expected)
        signs.add(TripReason.TOO_FAST, ramp(fast, FAST_USUAL, FAST_UNUSUAL))
        signs.add(TripReason.TOO_SLOW, ramp(slow, SLOW_USUAL, SLOW_UNUSUAL))
        signs.expected_s = km / math.exp(expected) * 3600
        self._speed.learn(log_kmh - expected)
        cell.note(log_kmh - mean)
        area.note(log_kmh - in_cell)
        self._speeds += 1
        self._speed_mean = mean + max(-1.0, min(1.0, log_kmh - mean)) / (self._speeds + SHRINK)
        return fast < ORDINARY and slow < ORDINARY

    def _judge_fare(
        self,
        signs: Signs,
        cell: Usual,
        area: Usual,
        fare: float,
        km: float,
        minutes: float,
        *,
        ordinary: bool,
    ) -> None:
        apart = 0.0
        if self._priced >= MIN_TRIPS and self._priced - self._solved_at > self._solved_at // 8:
            self.coefficients = _solve(self._normal, self._moment)
            self._solved_at = self._priced
        if self.coefficients is not None:
            base, per_km, per_minute = self.coefficients
            listed = max(base + per_km * km + per_minute * minutes, 0.5)
            apart = max(-MOST_APART, min(MOST_APART, math.log(max(fare, 0.01) / listed)))
            in_cell = cell.known
            usual = in_cell + area.known
            signs.expected_fare = listed * math.exp(usual)
            signs.surcharge = max(-MOST_SURCHARGE, min(MOST_SURCHARGE, apart - usual))
            unusual = ramp(self._fare.above(signs.surcharge), DEAR_USUAL, DEAR_UNUSUAL)
            dear = ramp(signs.surcharge, math.log(DEAR_LEAST), math.log(DEAR_MOST))
            signs.add(TripReason.OVERPRICED, unusual * dear)
            self._fare.learn(signs.surcharge)
            if ordinary:
                cell.note(apart)
                area.note(apart - in_cell)
        if ordinary and km <= FARTHEST_KM and abs(apart) < math.log(DEAREST):
            self._learn(fare, km, minutes)

    def _judge_crow(self, signs: Signs, km: float, straight_km: float, path_km: float) -> None:
        log_share = math.log(max(straight_km, 0.01) / km)
        if path_km == 0:
            unusual = ramp(self._crow.below(log_share), CROW_USUAL, CROW_UNUSUAL)
            near = 1 - ramp(straight_km / km, CROW_LEAST, CROW_MOST)
            signs.add(TripReason.SHORTER_THAN_CLAIMED, unusual * near)
        self._crow.learn(log_share)

    def _learn(self, fare: float, km: float, minutes: float) -> None:
        x = (1.0, km, minutes)
        self._priced += 1
        for i in range(3):
            self._moment[i] += x[i] * fare
            for j in range(3):
                self._normal[i][j] += x[i] * x[j]


def place_of(lat: float | None, lon: float | None) -> Place | None:
    """Coordinates, if both are there."""
    return None if lat is None or lon is None else (lat, lon)


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
