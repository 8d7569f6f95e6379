"""Two regions with people of their own, and a ring whose accounts act in both: too few in each to be seen."""

from __future__ import annotations

import json
import random

import msgspec

from tests.unit.graph.city import DRIVERS, live_in, ordinary_ride
from tests.unit.graph.scenes import HOUR, Scene

ACROSS = "gang"
"""How everything is called that is known under one name in both regions."""
_NAMES = (
    *("account_id", "referrer_id", "to_account_id", "rider_id", "driver_id", "device_id", "rider_device_id"),
    *("driver_device_id", "card_id", "bank_account_id", "ip", "trip_id"),
)


def city(seed: int, riders: int = 150, days: int = 32) -> Scene:
    """Honest people of a region."""
    scene = Scene()
    live_in(scene, riders=riders, drivers=DRIVERS, days=days, seed=seed)
    return scene


def gang(scene: Scene, members: tuple[int, ...], begins: float = 20) -> set[str]:
    """Accounts on one phone that share stolen cards and are charged back, as far as they act here."""
    draw = random.Random(members[0] + 7)
    names = {n: f"{ACROSS} {n}" for n in members}
    for n, name in names.items():
        scene.signs_up(name, begins + n * HOUR, f"{ACROSS} phone")
    for card in range(8):
        for n, name in names.items():
            day = begins + 1 + (card * 3 + n / 4) * HOUR
            scene.adds_card(name, day, f"{ACROSS} card {card}", f"{ACROSS} phone")
            ordinary_ride(
                *(scene, draw, name, f"driver{draw.randrange(DRIVERS):03}", day + HOUR / 8),
                rider_device_id=f"{ACROSS} phone",
                card_id=f"{ACROSS} card {card}",
            )
        name = names[members[card % len(members)]]
        scene.disowns(name, begins + 6 + card * HOUR, 20.0, f"{ACROSS} card {card}")
    return set(names.values())


def lines_of(region: str, scene: Scene) -> list[bytes]:
    """The events as a platform sends them: everything carries the region's name but what the gang uses."""
    lines = []
    for event in scene.events:
        record = json.loads(msgspec.json.encode(event))
        record = {name: value for name, value in record.items() if value is not None}
        record["event_id"] = f"{region} {record['event_id']}"
        for name in _NAMES:
            if name in record and not record[name].startswith(ACROSS):
                record[name] = f"{region} {record[name]}"
        lines.append(json.dumps(record, separators=(",", ":")).encode())
    return lines
