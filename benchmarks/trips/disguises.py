"""Honest trips of one city told as other cities tell theirs: rounded, thinned, late, noisy, with gaps.

Each takes all trips of a city and a seeded source of chance and gives them as they would be told elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from benchmarks.trips.changes import noisy
from benchmarks.trips.tracks import KM, Floats, Trip

Disguise = Callable[[Sequence[Trip], np.random.Generator], list[Trip]]
UNKNOWN: Final = (float("nan"), float("nan"))

# -- of claims ---------------------------------------------------------------------------------------


def in_areas(
    trips: Sequence[Trip], draw: np.random.Generator, degrees: float, quarter_s: float
) -> list[Trip]:
    """The middles of areas for places, a tenth of them missing, and both ends of a trip on rounded clocks."""
    return [
        replace(
            trip,
            began_s=np.round((trip.began_s + trip.seconds) / quarter_s) * quarter_s
            - np.round(trip.seconds / 60) * 60,
            seconds=float(np.round(trip.seconds / 60) * 60),
            pickup=_middle(trip.pickup, degrees) if draw.random() > 0.1 else UNKNOWN,
            dropoff=_middle(trip.dropoff, degrees) if draw.random() > 0.1 else UNKNOWN,
            km=float(np.floor(trip.km / 0.1609) * 0.1609),
        )
        for trip in trips
    ]


def _middle(place: tuple[float, float], degrees: float) -> tuple[float, float]:
    """Of the square that a place is in, never a round number."""
    lat, lon = ((np.floor(each / degrees) + 0.5) * degrees for each in place)
    return float(lat) + 0.0000417, float(lon) - 0.0000313


def rounded(trips: Sequence[Trip], _: np.random.Generator, digits: int) -> list[Trip]:
    """Places with so many digits."""

    def told(place: tuple[float, float]) -> tuple[float, float]:
        return round(place[0], digits), round(place[1], digits)

    return [replace(trip, pickup=told(trip.pickup), dropoff=told(trip.dropoff)) for trip in trips]


def with_holes(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """No distance for one in ten, zeros for one pick-up in five."""
    return [
        replace(
            trip,
            km=0.0 if draw.random() < 0.1 else trip.km,
            pickup=(0.0, 0.0) if draw.random() < 0.2 else trip.pickup,
        )
        for trip in trips
    ]


def priced_before(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """Fares agreed on before, a third off in either direction; one in five flat."""
    fares = [trip.fare * float(np.exp(draw.normal(0, 0.3))) for trip in trips]
    return [
        replace(trip, fare=float(draw.choice([30.0, 52.0])) if draw.random() < 0.2 else fare)
        for trip, fare in zip(trips, fares, strict=True)
    ]


# -- of tracks ---------------------------------------------------------------------------------------


def chosen(trip: Trip, keep: Floats | Sequence[int]) -> Trip:
    """Some of its fixes."""
    which = np.asarray(keep)
    return trip.tracked(trip.t[which], trip.x[which], trip.y[which])


def thinned(trips: Sequence[Trip], draw: np.random.Generator, seconds: float, spread: float) -> list[Trip]:
    """A fix each so many seconds or so, and the last."""
    told = []
    for trip in trips:
        keep, due = [0], seconds
        for n in range(1, len(trip.t)):
            if trip.t[n] - trip.t[keep[-1]] >= due - 1e-6 or n == len(trip.t) - 1:
                keep.append(n)
                due = seconds * float(np.exp(draw.normal(0, spread)))
        told.append(chosen(trip, keep))
    return told


def as_driven_by_fixes(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """A fix a minute, and the distance that these fixes show; ends unknown."""
    return [
        replace(trip, km=trip.path_km, pickup=UNKNOWN, dropoff=UNKNOWN)
        for trip in thinned(trips, draw, 60, 0.5)
    ]


def dense(trips: Sequence[Trip], draw: np.random.Generator, seconds: float, metres: float) -> list[Trip]:
    """A fix each so many seconds on the way between the fixes, off by noise that lasts half a minute."""
    told = []
    for trip in trips:
        t = np.arange(0.0, trip.t[-1] + 1e-9, seconds)
        stays = float(np.exp(-seconds / 30))
        noise = draw.normal(0, metres / 1000 * np.sqrt(1 - stays * stays), (len(t), 2))
        for n in range(1, len(t)):
            noise[n] += stays * noise[n - 1]
        x, y = np.interp(t, trip.t, trip.x) + noise[:, 0], np.interp(t, trip.t, trip.y) + noise[:, 1]
        told.append(trip.tracked(t, x, y))
    return told


def off(trips: Sequence[Trip], draw: np.random.Generator, metres: float) -> list[Trip]:
    """Noise at every fix."""
    return [noisy(trip, draw, metres) for trip in trips]


def with_gaps(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """One fix in five is missing, six at a time."""
    return [
        chosen(trip, np.flatnonzero((np.arange(len(trip.t)) // 6 + draw.integers(5)) % 5 > 0))
        if len(trip.t) > 12
        else trip
        for trip in trips
    ]


def repeated(trips: Sequence[Trip], _: np.random.Generator) -> list[Trip]:
    """Every fix twice, a second apart."""
    return [
        trip.tracked(
            np.repeat(trip.t, 2) + np.tile([0.0, 1.0], len(trip.t)),
            np.repeat(trip.x, 2),
            np.repeat(trip.y, 2),
        )
        for trip in trips
    ]


def held(trips: Sequence[Trip], _: np.random.Generator, fixes: int) -> list[Trip]:
    """The same place told so many times, then where the car is."""
    return [
        trip.tracked(trip.t, *(way[np.arange(len(way)) // fixes * fixes] for way in (trip.x, trip.y)))
        for trip in trips
    ]


def late(trips: Sequence[Trip], draw: np.random.Generator, seconds: float) -> list[Trip]:
    """Phones whose clocks are off by up to so much."""
    return [replace(trip, t=trip.t + draw.uniform(-seconds, seconds)) for trip in trips]


def spiked(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """One trip in ten is off by up to 5 km for two to four fixes."""
    told = []
    for trip in trips:
        x, y = trip.x.copy(), trip.y.copy()
        if len(x) > 6 and draw.random() < 0.1:
            at, away, angle = (
                int(draw.integers(1, len(x) - 3)),
                draw.uniform(0.5, 5),
                draw.uniform(0, 2 * np.pi),
            )
            stay = slice(at, at + int(draw.integers(2, 5)))
            x[stay] += away * np.cos(angle)
            y[stay] += away * np.sin(angle)
        told.append(trip.tracked(trip.t, x, y))
    return told


def coarse(trips: Sequence[Trip], _: np.random.Generator, digits: int) -> list[Trip]:
    """Fixes with so many digits."""
    told = []
    for trip in trips:
        lat, lon = (np.round(each, digits) for each in trip.degrees())
        x = (lon - trip.lon) * KM * np.cos(np.radians(trip.lat))
        told.append(trip.tracked(trip.t, x, (lat - trip.lat) * KM))
    return told


def begun_late(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """One phone in ten is switched on after a third of the way."""
    return [
        chosen(trip, np.arange(len(trip.t) // 3, len(trip.t))) if draw.random() < 0.1 else trip
        for trip in trips
    ]


def measured_by_the_app(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """Distances and durations as an app measures them, with a heavy tail above."""

    def times() -> float:
        return float(np.exp(abs(draw.standard_t(3)) * 0.1))

    return [replace(trip, km=trip.km * times(), seconds=trip.seconds * times()) for trip in trips]


def longer(trips: Sequence[Trip], draw: np.random.Generator) -> list[Trip]:
    """Distances as an app measures them, of which one in a hundred is over twice that of the track."""
    return [replace(trip, km=trip.km * float(np.exp(abs(draw.standard_t(2)) * 0.14))) for trip in trips]


OF_CLAIMS: Final[dict[str, Disguise]] = {
    "as published": lambda trips, _: list(trips),
    "areas of 2 km, clocks of 15 min": partial(in_areas, degrees=0.02, quarter_s=900.0),
    "areas of 10 km, clocks of 15 min": partial(in_areas, degrees=0.1, quarter_s=900.0),
    "places with two digits": partial(rounded, digits=2),
    "places with three digits": partial(rounded, digits=3),
    "missing and zero facts": with_holes,
    "fares agreed on before, or flat": priced_before,
}
OF_TRACKS: Final[dict[str, Disguise]] = {
    "as published": lambda trips, _: list(trips),
    "a fix a minute": partial(thinned, seconds=60.0, spread=0.5),
    "a fix in two minutes": partial(thinned, seconds=120.0, spread=0.5),
    "a fix a minute, its own distance": as_driven_by_fixes,
    "a fix each 10 s": partial(dense, seconds=10.0, metres=3.0),
    "a fix each 5 s": partial(dense, seconds=5.0, metres=3.0),
    "a fix each second": partial(dense, seconds=1.0, metres=2.0),
    "30 m of noise": partial(off, metres=30.0),
    "100 m of noise": partial(off, metres=100.0),
    "200 m of noise": partial(off, metres=200.0),
    "a fifth of the fixes missing": with_gaps,
    "every fix twice": repeated,
    "each place told twice": partial(held, fixes=2),
    "each place told four times": partial(held, fixes=4),
    "clocks off by up to 5 minutes": partial(late, seconds=300.0),
    "excursions of two to four fixes": spiked,
    "fixes with four digits": partial(coarse, digits=4),
    "fixes with three digits": partial(coarse, digits=3),
    "tracks that begin late": begun_late,
    "distances and times of an app": measured_by_the_app,
    "distances of an app, far beyond the track": longer,
}
