"""Where a candidate's riders are picked up: one hand leaves from one door, strangers from many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.twin.accounts import Account
from tests.twin.habits import distance_km


@dataclass(frozen=True, slots=True)
class Places:
    """``spread_km``: median distance of the riders' mean pick-ups from their middle; 0 when unknown."""

    riders: int
    """Riders with a known pick-up."""
    spread_km: float


def measure_places(accounts: Sequence[Account]) -> Places:
    """Cost: O(accounts log accounts)."""
    points = [
        (a.pickup_lat / a.pickups, a.pickup_lon / a.pickups)
        for a in accounts
        if a.pickups and not a.is_driver
    ]
    if len(points) < 2:
        return Places(len(points), 0.0)
    middle_lat = sorted(lat for lat, _ in points)[len(points) // 2]
    middle_lon = sorted(lon for _, lon in points)[len(points) // 2]
    distances = sorted(distance_km(lat, lon, middle_lat, middle_lon) for lat, lon in points)
    return Places(len(points), distances[len(distances) // 2])
