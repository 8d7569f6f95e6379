"""GPS tracks of running trips, and whether a receiver was ever where the car was not.

A track is kept as the list of its fixes; everything is worked out from it when the trip completes.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field

from graph.kernels.geometry import EARTH_KM_PER_DEGREE
from graph.model.events import GpsPing
from graph.state.sizes import MAX_TRACKS
from graph.updates.forgeries import DRAWN_FIXES, DRAWN_KM, ONE_STEP_KM, ONE_STEP_S
from graph.updates.tracks import (
    BACK,
    BACK_S,
    BEGUN_FIXES,
    BEGUN_KM,
    BEGUN_S,
    ENDED_KMH,
    ENDED_S,
    HELD_S,
    LEAP_ALLOWED_KMH,
    LEAP_KM,
    LEAP_KMH,
    OFTEN,
    OFTEN_LEAST,
    SETTLED_FIXES,
    SETTLED_S,
    STAYS,
    TRACK_LIFE_MS,
)
from tests.twin.places import Place
from tests.twin.sums import sum_of


@dataclass(slots=True)
class Track:
    """The fixes of a running trip: when, where, and where in km east and north of the first."""

    times: list[int] = field(default_factory=list)
    fixes: list[Place] = field(default_factory=list)
    ways: list[Place] = field(default_factory=list)

    def add(self, ts: int, fix: Place) -> None:
        """Add a fix that is newer than the last."""
        self.times.append(ts)
        self.fixes.append(fix)
        self.ways.append(self.way_to(fix))

    def way_to(self, place: Place) -> Place:
        """A place in km east and north of the first fix."""
        lat, lon = self.fixes[0]
        km_a_lon = EARTH_KM_PER_DEGREE * math.cos(math.radians(lat))
        return (place[1] - lon) * km_a_lon, (place[0] - lat) * EARTH_KM_PER_DEGREE

    @property
    def seconds(self) -> list[float]:
        """When, in seconds since the first fix."""
        return [(ts - self.times[0]) / 1000 for ts in self.times]

    def steps(self) -> list[tuple[float, float]]:
        """Length in km and duration in s of each step."""
        return [
            (apart(a, b), (later - earlier) / 1000)
            for a, b, earlier, later in zip(
                self.ways[:-1], self.ways[1:], self.times[:-1], self.times[1:], strict=True
            )
        ]

    def is_one_step(self) -> bool:
        """Whether the car stood but for one step, that was neither a gap in the track nor short."""
        way_km = self._path_to(len(self.ways))
        if len(self.ways) < DRAWN_FIXES or way_km < DRAWN_KM:
            return False
        km, seconds = max(self.steps(), key=lambda step: step[0])
        return km > ONE_STEP_KM * way_km and seconds < ONE_STEP_S * self.seconds[-1]

    def leaps(self) -> bool:
        """Whether the receiver was ever somewhere else and stayed, or was so again and again."""
        n, newest, confirmed, since = 1, 0, 0, 0
        wilds = [n for n in range(1, len(self.ways)) if self._is_wild(n)]
        while n < len(self.ways):
            stays = 0
            if n in wilds:
                if confirmed and self._takes_back(newest, n):
                    confirmed -= 1
                elif self._is_settled(n, since) and self._still_shows(n):
                    newest, stays = n, self._stay_after(n)
                    if stays < 0:
                        confirmed += 1
                        stays = -stays
            for k in wilds:
                if n <= k <= n + stays:
                    since = 0 if k > n and self._is_home(n, k) else k
            n += 1 + stays
        steps = len(self.ways) - 1
        return confirmed > 0 or len(wilds) > OFTEN * steps + OFTEN_LEAST

    def _is_settled(self, n: int, since: int) -> bool:
        """Whether the receiver was where the car is before fix n, the last wild step being to ``since``."""
        calm_ms = self.times[n - 1] - self.times[since]
        if n - since >= SETTLED_FIXES and calm_ms >= 1000 * SETTLED_S:
            return True
        if since or n < BEGUN_FIXES or calm_ms < 1000 * BEGUN_S or self._path_to(n - 1) < BEGUN_KM:
            return False
        km, took_s = max(self.steps()[: n - 1], key=lambda step: step[0])
        return km <= LEAP_ALLOWED_KMH * took_s / 3600

    def _is_home(self, leap: int, n: int) -> bool:
        """Whether fix n is where the leap to an earlier one began."""
        start, there = self.ways[leap - 1], self.ways[leap]
        return apart(self.ways[n], start) <= BACK * apart(start, there)

    def _drives(self, n: int) -> bool:
        """Whether the car drove in the step before the one to fix n, and from there until the last."""
        left_km, left_ms = apart(self.ways[n - 1], self.ways[n - 2]), self.times[n - 1] - self.times[n - 2]
        stayed_ms = self.times[-1] - self.times[n]
        moved_km = apart(self.ways[-1], self.ways[n])
        drove = left_km / left_ms * 3_600_000 >= ENDED_KMH
        return drove and stayed_ms >= 1000 * BEGUN_S and moved_km >= ENDED_KMH * stayed_ms / 3_600_000

    def _is_wild(self, n: int) -> bool:
        """Whether nobody drives so far as from the fix before to fix n."""
        new = n - 1
        while new > 0 and self.ways[new - 1] == self.ways[n - 1]:
            new -= 1
        last_ms, held_ms = (self.times[n] - self.times[k] for k in (n - 1, new))
        step_km, seconds = (
            apart(self.ways[n], self.ways[n - 1]),
            max(last_ms, min(held_ms, 1000 * HELD_S)) / 1000,
        )
        return step_km / seconds * 3600 > LEAP_KMH and step_km - LEAP_ALLOWED_KMH * seconds / 3600 > LEAP_KM

    def _takes_back(self, leap: int, n: int) -> bool:
        """Whether the step to fix n undoes the leap to an earlier one."""
        if self.times[n] - self.times[leap] > 1000 * BACK_S:
            return False
        there, back = ((self.ways[k], self.ways[k - 1]) for k in (leap, n))
        (x, y), (back_x, back_y) = ((a[0] - b[0], a[1] - b[1]) for a, b in (there, back))
        return apart((back_x, back_y), (-x, -y)) <= BACK * math.sqrt(x * x + y * y)

    def _still_shows(self, n: int) -> bool:
        """Whether the step shows from the fix before the last as well."""
        pace_km = self._path_to(n - 1) / (self.times[n - 1] - self.times[0])
        return lasts(
            apart(self.ways[n], self.ways[n - 2]),
            apart(self.ways[n], self.ways[n - 1]),
            pace_km,
            self.times[n] - self.times[n - 2],
        )

    def _path_to(self, n: int) -> float:
        return sum_of(km for km, _ in self.steps()[:n])

    def _stay_after(self, n: int) -> int:
        """How many fixes were looked at until the leap to fix n was undone; less than 0 when it was not."""
        start, there = self.ways[n - 1], self.ways[n]
        leap_km = apart(start, there)
        pace_km = (self._path_to(n) - leap_km) / (self.times[n - 1] - self.times[0])
        for k in range(n + 1, len(self.ways)):
            back_km, ms = apart(self.ways[k], start), self.times[k] - self.times[n - 1]
            undone = back_km < apart(self.ways[k], there)
            if undone or (k == n + 1 and not lasts(back_km, leap_km, pace_km, ms)):
                return k - n
            if k - n + 1 >= SETTLED_FIXES and self.times[k] - self.times[n] >= 1000 * SETTLED_S:
                return n - k
        fixes = len(self.ways) - n
        stayed = fixes >= SETTLED_FIXES and self.times[-1] - self.times[n] >= 1000 * ENDED_S
        return -fixes if stayed or (fixes >= BEGUN_FIXES and self._drives(n)) else fixes


def lasts(km: float, leap_km: float, pace_km: float, ms: int) -> bool:
    """Whether a leap still shows a fix further, at a pace in km/ms."""
    explained_km = min(2 * (pace_km * ms), LEAP_ALLOWED_KMH * ms / 3_600_000)
    return km >= STAYS * leap_km and km - explained_km > LEAP_KM


def square(a: Place, b: Place) -> float:
    """The square of a distance in km."""
    return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])


def apart(a: Place, b: Place) -> float:
    """A distance in km between two places in km."""
    return math.sqrt(square(a, b))


@dataclass(slots=True)
class Tracks:
    """GPS tracks of running trips, the newest ``room`` of them."""

    room: int = MAX_TRACKS
    _tracks: OrderedDict[str, Track] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._tracks)

    def ping(self, ping: GpsPing) -> None:
        """Add a position to the trip's track; zeros, and one older than the last, are left out."""
        if ping.lat == ping.lon == 0:
            return
        track = self._tracks.get(ping.trip_id)
        if track is None:
            while self._tracks:
                oldest = next(iter(self._tracks.values()))
                if len(self._tracks) < self.room and ping.ts - oldest.times[-1] <= TRACK_LIFE_MS:
                    break
                self._tracks.popitem(last=False)
            track = self._tracks[ping.trip_id] = Track()
        elif ping.ts <= track.times[-1]:
            return
        track.add(ping.ts, (ping.lat, ping.lon))

    def close(self, trip_id: str) -> Track | None:
        """Forget the trip's track and return it."""
        return self._tracks.pop(trip_id, None)
