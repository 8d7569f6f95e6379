"""Real trips as arrays: claims, and the fixes of those that have a track."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

KM: Final = 111.195
"""Kilometres in a degree of latitude."""
FARE: Final = (2.0, 0.5, 0.25)
"""Base, per km and per minute of trips whose fare is not published."""
QUALIFIES_KM: Final = 2.0
QUALIFIES_FIXES: Final = 6
"""What is done to trips is done to those of more than this, with so many fixes or more."""


@dataclass(frozen=True)
class Trip:
    """A completed trip. ``t`` in s since ``began_s``; ``x``, ``y`` in km from ``lat``, ``lon``; NaN: unknown.

    Without a track the arrays are empty. ``pickup`` and ``dropoff`` are latitude and longitude.
    """

    began_s: float
    t: Floats
    x: Floats
    y: Floats
    lat: float
    lon: float
    fare: float
    km: float
    seconds: float
    pickup: tuple[float, float]
    dropoff: tuple[float, float]

    @property
    def path_km(self) -> float:
        """The length of its track."""
        return float(np.hypot(np.diff(self.x), np.diff(self.y)).sum())

    @property
    def qualifies(self) -> bool:
        """Whether it is long enough, and its track dense enough, for something to be done to it."""
        return len(self.t) >= QUALIFIES_FIXES and self.path_km > QUALIFIES_KM

    def tracked(self, t: Floats, x: Floats, y: Floats) -> Self:
        """The same claims with another track."""
        return replace(self, t=t, x=x, y=y)

    def every(self, number: int) -> Self:
        """One fix in so many; the distance claimed stays that of all."""
        return self.tracked(self.t[::number], self.x[::number], self.y[::number])

    def degrees(self) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of the fixes, to the sixth digit as trackers write them."""
        lat = self.lat + self.y / KM
        lon = self.lon + self.x / (KM * np.cos(np.radians(self.lat)))
        return np.round(lat, 6), np.round(lon, 6)


def with_tracks(path: Path) -> list[Trip]:
    """Trips of a file of fixes (``ping_ptr``, ``ping_ts_ms``, ``ping_lat``, ``ping_lon``), in order of time.

    The claims are those of the track: its length, its time and its ends, at the price list ``FARE``.
    """
    with np.load(path) as stored:
        starts, ts = stored["ping_ptr"], stored["ping_ts_ms"] / 1000
        lats, lons = stored["ping_lat"], stored["ping_lon"]
    trips = []
    for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        if last - first < 2:
            continue
        t, lat, lon = ts[first:last], lats[first:last], lons[first:last]
        x = (lon - lon[0]) * KM * np.cos(np.radians(lat[0]))
        y = (lat - lat[0]) * KM
        km = float(np.hypot(np.diff(x), np.diff(y)).sum())
        seconds = float(t[-1] - t[0])
        trips.append(
            Trip(
                began_s=float(t[0]),
                t=t - t[0],
                x=x,
                y=y,
                lat=float(lat[0]),
                lon=float(lon[0]),
                fare=FARE[0] + FARE[1] * km + FARE[2] * seconds / 60,
                km=km,
                seconds=seconds,
                pickup=(float(lat[0]), float(lon[0])),
                dropoff=(float(lat[-1]), float(lon[-1])),
            )
        )
    return sorted(trips, key=lambda trip: trip.began_s + trip.seconds)


def without_tracks(path: Path) -> list[Trip]:
    """Trips of a file of claims (named as in ``benchmarks.families``), in order of time."""
    names = ("fare", "distance_km", "duration_s", "pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")
    with np.load(path) as stored:
        ended = stored["ts_ms"] / 1000
        columns = [stored[name].astype(np.float64).tolist() for name in names]
    none = np.zeros(0)
    trips = [
        Trip(
            began_s=end - seconds,
            t=none,
            x=none,
            y=none,
            lat=a,
            lon=b,
            fare=fare,
            km=km,
            seconds=seconds,
            pickup=(a, b),
            dropoff=(c, d),
        )
        for end, fare, km, seconds, a, b, c, d in zip(ended.tolist(), *columns, strict=True)
    ]
    return sorted(trips, key=lambda trip: trip.began_s + trip.seconds)
