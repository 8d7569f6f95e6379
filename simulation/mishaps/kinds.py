"""The mishaps of a trip, each as a change of its positions and of what it claims."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians
from typing import Any, Final

from simulation.streams import Dice

Event = dict[str, Any]
KM_A_DEGREE: Final = 111.2
LONGEST_CLOCK_S: Final = 130_000.0


def _spike(pings: list[Event], _: Event, dice: Dice) -> list[Event]:
    """One fix, or two in a row, off by 1 to 5 km."""
    first = dice.randrange(len(pings))
    east, north = dice.choice([-1, 1]) * dice.uniform(1, 5), dice.uniform(-1, 1)
    return [
        _moved(ping, east, north) if first <= n <= first + (len(pings) > 6) * dice.randrange(2) else ping
        for n, ping in enumerate(pings)
    ]


def _canyon(pings: list[Event], _: Event, dice: Dice) -> list[Event]:
    """Between high houses: every fix off by 200 m or so."""
    return [_moved(ping, dice.gauss(0, 0.2), dice.gauss(0, 0.2)) for ping in pings]


def _tunnel(pings: list[Event], _: Event, dice: Dice) -> list[Event]:
    """No fix for 60 to 300 seconds."""
    begins = pings[dice.randrange(len(pings))]["ts"]
    ends = begins + int(1000 * dice.uniform(60, 300))
    return [ping for ping in pings if not begins <= ping["ts"] < ends]


def _clock(pings: list[Event], trip: Event, dice: Dice) -> list[Event]:
    """A clock that was not stopped: twelve hours or more."""
    if trip.get("duration_s") is not None:
        trip["duration_s"] = round(dice.uniform(43_200, LONGEST_CLOCK_S))
    return pings


def _round_trip(pings: list[Event], trip: Event, _: Dice) -> list[Event]:
    """There and back the same way; drop-off is where pick-up was."""
    if "pickup_lat" in trip:
        trip["dropoff_lat"], trip["dropoff_lon"] = trip["pickup_lat"], trip["pickup_lon"]
    half = (len(pings) + 1) // 2
    there = [(ping["lat"], ping["lon"]) for ping in pings[:half]]
    back = there[::-1][len(pings) % 2 :]
    return [{**ping, "lat": lat, "lon": lon} for ping, (lat, lon) in zip(pings, there + back, strict=True)]


MISHAPS: Final[dict[str, Callable[[list[Event], Event, Dice], list[Event]]]] = {
    "spike": _spike,
    "canyon": _canyon,
    "tunnel": _tunnel,
    "clock": _clock,
    "round_trip": _round_trip,
}
"""By name: from positions and trip to the positions that are told; the trip is changed in place."""


def _moved(ping: Event, east_km: float, north_km: float) -> Event:
    lat, lon = ping["lat"], ping["lon"]
    return {
        **ping,
        "lat": round(max(-90.0, min(90.0, lat + north_km / KM_A_DEGREE)), 6),
        "lon": round(max(-180.0, min(180.0, lon + east_km / (KM_A_DEGREE * cos(radians(lat))))), 6),
    }
