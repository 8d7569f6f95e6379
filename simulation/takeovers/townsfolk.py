"""Who lives in a city that was simulated: riders with their phones and places, drivers, what a ride costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

Place = tuple[float, float]
MOST_PLACES: Final = 400
"""Places of a city that are remembered, the first ones."""


@dataclass(slots=True)
class Resident:
    """One account: when it was heard of (epoch ms), how often it rode or drove, its card, its place."""

    first_ms: int
    last_ms: int
    trips: int = 0
    card: str | None = None
    place: Place | None = None


@dataclass(slots=True)
class Townsfolk:
    """Riders and drivers in the order in which they were first heard of, and what rides are like.

    ``fare_a_km`` and ``seconds_a_km`` are means of the rides that say how far they went, 0 without one.
    """

    riders: dict[str, Resident] = field(default_factory=dict)
    drivers: dict[str, Resident] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    fare: float = 0.0
    seconds: float = 0.0
    km: float = 0.0

    @property
    def fare_a_km(self) -> float:
        """Money for each kilometre."""
        return self.fare / self.km if self.km else 0.0

    @property
    def seconds_a_km(self) -> float:
        """Seconds for each kilometre."""
        return self.seconds / self.km if self.km else 0.0

    def see(self, event: dict[str, Any]) -> None:
        """Learn from one event of the city."""
        ts = event["ts"]
        if event["type"] == "account_created" and event["role"] == "rider":
            self.riders.setdefault(event["account_id"], Resident(ts, ts))
        if event["type"] != "trip_completed":
            return
        pickup = (event["pickup_lat"], event["pickup_lon"]) if "pickup_lat" in event else None
        for known, account in ((self.riders, event["rider_id"]), (self.drivers, event["driver_id"])):
            resident = known.setdefault(account, Resident(ts, ts))
            resident.last_ms = max(resident.last_ms, ts)
            resident.trips += 1
            resident.place = resident.place or pickup
        self.riders[event["rider_id"]].card = event.get("card_id") or self.riders[event["rider_id"]].card
        if pickup is not None and len(self.places) < MOST_PLACES:
            self.places.append(pickup)
        if event.get("distance_km") and event.get("duration_s"):
            self.fare += event["fare"]
            self.seconds += event["duration_s"]
            self.km += event["distance_km"]

    def old_riders(self, by_ms: int, before_ms: int, apart_from: Collection[str]) -> list[str]:
        """Riders with three rides and more who were heard of before ``before_ms`` and after ``by_ms``."""
        return [
            name
            for name, each in self.riders.items()
            if name not in apart_from
            and each.first_ms < before_ms
            and each.last_ms > by_ms
            and each.trips >= 3
        ]

    def busy_drivers(self, at_ms: int, apart_from: Collection[str]) -> list[str]:
        """Drivers who drive before and after a moment."""
        return [
            name
            for name, each in self.drivers.items()
            if name not in apart_from and each.first_ms < at_ms < each.last_ms
        ]


def townsfolk_of(lines: Iterable[bytes]) -> Townsfolk:
    """Everybody in the lines of a city. One pass."""
    folk = Townsfolk()
    for line in lines:
        folk.see(msgspec.json.decode(line))
    return folk
