"""What is done to real trips: fakes, and accidents that happen to honest ones.

Each takes a trip, a seeded source of chance and earlier trips to copy from, and gives the trip as it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from benchmarks.trips.tracks import Trip

Change = Callable[[Trip, np.random.Generator, Sequence[Trip]], Trip]


def noisy(trip: Trip, draw: np.random.Generator, metres: float) -> Trip:
    """Every fix off by so many metres in each direction (normal deviation)."""
    x, y = draw.normal(0, metres / 1000, (2, len(trip.t)))
    return trip.tracked(trip.t, trip.x + x, trip.y + y)


# -- fakes -------------------------------------------------------------------------------------------


def replayed(trip: Trip, draw: np.random.Generator, earlier: Sequence[Trip]) -> Trip:
    """The fixes and claims of an earlier trip of anybody, at another time."""
    model = earlier[int(draw.integers(len(earlier)))]
    return replace(model, began_s=trip.began_s + trip.seconds - model.seconds)


def ruler(trip: Trip, draw: np.random.Generator, _: Sequence[Trip], metres: float) -> Trip:
    """At one speed along the straight line between its ends, with noise."""
    share = trip.t / trip.t[-1]
    return noisy(trip.tracked(trip.t, share * trip.x[-1], share * trip.y[-1]), draw, metres)


def two_legs(trip: Trip, draw: np.random.Generator, _: Sequence[Trip]) -> Trip:
    """At one speed along two straight legs as long as the trip, round a corner between its ends."""
    end_x, end_y = float(trip.x[-1]), float(trip.y[-1])
    straight = float(np.hypot(end_x, end_y))
    if straight < 0.2:
        end_x, end_y, straight = 0.2, 0.0, 0.2
    half = max(trip.path_km, 1.05 * straight) / 2
    aside = float(np.sqrt(half * half - straight * straight / 4)) * draw.choice([-1.0, 1.0])
    corner_x = end_x / 2 - end_y / straight * aside
    corner_y = end_y / 2 + end_x / straight * aside
    share = 2 * trip.t / trip.t[-1]
    x = np.where(share < 1, share * corner_x, corner_x + (share - 1) * (end_x - corner_x))
    y = np.where(share < 1, share * corner_y, corner_y + (share - 1) * (end_y - corner_y))
    return trip.tracked(trip.t, x, y)


def standing(trip: Trip, draw: np.random.Generator, _: Sequence[Trip], interval_s: float) -> Trip:
    """At its start all the time, with 10 m of noise."""
    t = np.arange(0.0, trip.t[-1] + 1, interval_s)
    return noisy(trip.tracked(t, np.zeros(len(t)), np.zeros(len(t))), draw, 10)


def inflated(trip: Trip, _draw: np.random.Generator, _: Sequence[Trip], times: float) -> Trip:
    """Distance, fare and time claimed so many times as large; it ends when it ends."""
    return replace(
        trip,
        km=trip.km * times,
        fare=trip.fare * times,
        seconds=trip.seconds * times,
        began_s=trip.began_s - trip.seconds * (times - 1),
        t=trip.t + trip.seconds * (times - 1),
    )


def teleported(trip: Trip, draw: np.random.Generator, _: Sequence[Trip]) -> Trip:
    """3 km away from one fix to the next, and on from there."""
    at = int(draw.integers(2, len(trip.t) - 1))
    angle = draw.uniform(0, 2 * np.pi)
    x, y = trip.x.copy(), trip.y.copy()
    x[at:] += 3 * np.cos(angle)
    y[at:] += 3 * np.sin(angle)
    return trip.tracked(trip.t, x, y)


# -- accidents ---------------------------------------------------------------------------------------


def off_once(trip: Trip, draw: np.random.Generator, _: Sequence[Trip], km: float) -> Trip:
    """One fix is off by so much."""
    at = int(draw.integers(len(trip.t)))
    angle = draw.uniform(0, 2 * np.pi)
    x, y = trip.x.copy(), trip.y.copy()
    x[at] += km * np.cos(angle)
    y[at] += km * np.sin(angle)
    return trip.tracked(trip.t, x, y)


def among_towers(trip: Trip, draw: np.random.Generator, _: Sequence[Trip]) -> Trip:
    """200 m of noise all the way."""
    return noisy(trip, draw, 200)


def through_a_tunnel(trip: Trip, draw: np.random.Generator, _: Sequence[Trip], seconds: float) -> Trip:
    """No fix for so long, somewhere on the way."""
    enters = draw.uniform(0, max(trip.t[-1] - seconds, 1))
    seen = (trip.t <= enters) | (trip.t >= enters + seconds)
    return trip.tracked(trip.t[seen], trip.x[seen], trip.y[seen])


FAKES: Final[dict[str, tuple[Change, float]]] = {
    "replayed": (replayed, 95),
    "two straight legs, one speed": (two_legs, 90),
    "ruler, 5 m noise": (partial(ruler, metres=5), 90),
    "ruler, 10 m noise": (partial(ruler, metres=10), 80),
    "ruler, 20 m noise": (partial(ruler, metres=20), 60),
    "standing, a fix each 1 s": (partial(standing, interval_s=1), 95),
    "standing, a fix each 5 s": (partial(standing, interval_s=5), 95),
    "all claims x1.5": (partial(inflated, times=1.5), 60),
    "all claims x2": (partial(inflated, times=2), 95),
    "teleport of 3 km": (teleported, 95),
}
"""By name: what is done, and the least share in % wanted to be found."""
ACCIDENTS: Final[dict[str, tuple[Change, float]]] = {
    "one fix off by 1 km": (partial(off_once, km=1), 2),
    "one fix off by 3 km": (partial(off_once, km=3), 2),
    "200 m of noise": (among_towers, 2),
    "tunnel of 60 s": (partial(through_a_tunnel, seconds=60), 2),
    "tunnel of 150 s": (partial(through_a_tunnel, seconds=150), 2),
    "tunnel of 300 s": (partial(through_a_tunnel, seconds=300), 2),
}
"""By name: what happens, and the largest share in % wanted to be called odd."""
