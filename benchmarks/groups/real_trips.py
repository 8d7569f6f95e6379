"""Real taxi trips from a file of arrays, and how they are dealt to families and strangers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.groups.stream import DAY_MS

WAY: Final = ("distance_km", "duration_s", "pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")
"""Fields of a trip, named as in ``TripCompleted``."""
FEWEST: Final = 8
MOST: Final = 10
"""Trips inside a family."""


@dataclass(frozen=True)
class RealTrip:
    """Ended ``day`` days after the first of the file; ``way`` holds ``WAY``, None where it is missing."""

    day: float
    fare: float
    way: dict[str, float | None]

    def without_facts(self) -> RealTrip:
        """The same time and fare, and nothing of the way."""
        return replace(self, way=dict.fromkeys(WAY))


def read_trips(path: Path) -> list[RealTrip]:
    """All trips of an ``npz`` file as published, in the order of time."""
    with np.load(path) as stored:
        columns = {name: stored[name].astype(np.float64) for name in ("fare", *WAY)}
        ended = stored["ts_ms"]
    order = np.argsort(ended, kind="stable")
    days = ((ended - ended.min())[order] / DAY_MS).tolist()
    fares = columns["fare"][order].tolist()
    ways = zip(*(columns[name][order].tolist() for name in WAY), strict=True)
    return [
        RealTrip(day, fare, {n: None if np.isnan(v) else v for n, v in zip(WAY, way, strict=True)})
        for day, fare, way in zip(days, fares, ways, strict=True)
    ]


def deal(
    trips: Sequence[RealTrip], families: int, draw: random.Random
) -> tuple[list[list[RealTrip]], list[RealTrip]]:
    """Eight to ten trips for each family, and those left over; each in the order given.

    Raises ValueError when there are too few trips.
    """
    sizes = [draw.randint(FEWEST, MOST) for _ in range(families)]
    if sum(sizes) > len(trips):
        raise ValueError(f"expected {sum(sizes)} trips for {families} families, found {len(trips)}")
    taken = draw.sample(range(len(trips)), sum(sizes))
    dealt: list[list[RealTrip]] = []
    for size in sizes:
        dealt.append([trips[place] for place in sorted(taken[:size])])
        del taken[:size]
    inside = {id(trip) for ours in dealt for trip in ours}
    return dealt, [trip for trip in trips if id(trip) not in inside]
