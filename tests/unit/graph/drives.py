"""Drives through a made-up city as a receiver sees them, and what happens to them, honest and not."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise

from graph.model.events import GpsPing, TripCompleted
from tests.unit.graph.scenes import KM_LAT

NOON = 1_700_000_000_000
ORIGIN = (0.123456, 0.234567)
Fix = tuple[float, float, float]
"""Seconds since the start, km east and km north of it."""


def drive(seed: int, interval_s: float = 15, minutes: float = 12) -> list[Fix]:
    """Turns at every third corner or so, stops at lights, and goes faster on the next street."""
    draw = random.Random(seed)
    x = y = 0.0
    heading, fixes = draw.randrange(4), [(0.0, 0.0, 0.0)]
    for n in range(1, round(minutes * 60 / interval_s) + 1):
        kmh = draw.choice([2, 10, 25, 35, 50])
        if draw.random() < 0.3:
            heading = (heading + draw.choice([1, 3])) % 4
        step = kmh * interval_s / 3600
        x += step * (1, 0, -1, 0)[heading]
        y += step * (0, 1, 0, -1)[heading]
        fixes.append((n * interval_s, x, y))
    return fixes


def length_km(fixes: Sequence[Fix]) -> float:
    """The way along the fixes."""
    return sum(math.dist(a[1:], b[1:]) for a, b in pairwise(fixes))


def noisy(fixes: Sequence[Fix], metres: float, seed: int = 1) -> list[Fix]:
    """Every fix off by so much."""
    draw, km = random.Random(seed), metres / 1000
    return [(t, x + draw.gauss(0, km), y + draw.gauss(0, km)) for t, x, y in fixes]


def off_at(fixes: Sequence[Fix], place: int, km: float, fixes_off: int = 1) -> list[Fix]:
    """So many fixes off to the east from one on."""
    return [(t, x + km if place <= n < place + fixes_off else x, y) for n, (t, x, y) in enumerate(fixes)]


def without(fixes: Sequence[Fix], begins_s: float, seconds: float) -> list[Fix]:
    """No fix for so long."""
    return [fix for fix in fixes if not begins_s < fix[0] < begins_s + seconds]


def line(length: float, fixes: int, interval_s: float = 15) -> list[Fix]:
    """At one speed along a straight line."""
    return [
        (n * interval_s, 0.8 * length * n / (fixes - 1), 0.6 * length * n / (fixes - 1)) for n in range(fixes)
    ]


def legs(length: float, fixes: int, interval_s: float = 15) -> list[Fix]:
    """At one speed along two lines, east and then north."""
    done = [length * n / (fixes - 1) for n in range(fixes)]
    half = length / 2
    return [(n * interval_s, min(km, half), max(km - half, 0.0)) for n, km in enumerate(done)]


def place(x: float, y: float) -> tuple[float, float]:
    """Coordinates, to the sixth digit, of a place in km from the origin."""
    return round(ORIGIN[0] + y * KM_LAT, 6), round(ORIGIN[1] + x * KM_LAT, 6)


def pings(fixes: Sequence[Fix], trip: str = "t", later_s: float = 0.0, digits: int = 6) -> list[GpsPing]:
    """The fixes as events of a trip."""
    told = []
    for n, (t, x, y) in enumerate(fixes):
        lat, lon = place(x, y)
        told.append(
            GpsPing(
                event_id=f"{trip}{n}",
                ts=NOON + round(1000 * (t + later_s)),
                trip_id=trip,
                driver_id="d",
                lat=round(lat, digits),
                lon=round(lon, digits),
            )
        )
    return told


def trip_of(
    fixes: Sequence[Fix],
    trip: str = "t",
    later_s: float = 0.0,
    times: float = 1.0,
    ends: bool = True,
    **claims: float | str | None,
) -> TripCompleted:
    """What is honestly claimed of the fixes, ``times`` over; ``ends``: with pick-up and drop-off.

    Rider and driver take no other trip unless they are named.
    """
    km, seconds = length_km(fixes), fixes[-1][0]
    told: dict[str, float | None] = {"distance_km": km * times, "duration_s": seconds * times}
    if ends:
        told["pickup_lat"], told["pickup_lon"] = place(*fixes[0][1:])
        told["dropoff_lat"], told["dropoff_lon"] = place(*fixes[-1][1:])
    fare = (2 + 0.5 * km + 0.25 * seconds / 60) * times
    return TripCompleted(
        event_id=f"trip {trip}",
        ts=NOON + round(1000 * (seconds + later_s)),
        trip_id=trip,
        **({"fare": fare, "rider_id": f"rider of {trip}", "driver_id": f"driver of {trip}"} | told | claims),
    )
