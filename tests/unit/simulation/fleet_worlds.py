"""Cities of the fifth family of habits, as the tests read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulation import CityConfig, Summary, simulate
from simulation.fleets.city import City
from simulation.fleets.crews.casting import cast_crews
from simulation.fleets.lookalikes.casting import cast_lookalikes
from simulation.fleets.settling import settle
from simulation.fleets.voices import Voices

ACTORS = ("account_id", "rider_id", "driver_id", "to_account_id")


@dataclass(frozen=True)
class FleetCity:
    config: CityConfig
    summary: Summary
    lines: list[bytes]
    events: list[dict[str, Any]]
    truth: dict[str, Any]

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (event for event in self.events if event["type"] in kinds)

    def guilty(self) -> set[str]:
        return {account for ring in self.truth["rings"] for account in ring["accounts"]}

    def joined(self) -> dict[str, int]:
        return {event["account_id"]: event["ts"] for event in self.of("account_created")}


def fleet_city(out: Path, **settings: Any) -> FleetCity:
    config = CityConfig(habits="fifth", **settings)
    summary = simulate(config, out)
    lines = summary.events_path.read_bytes().splitlines()
    truth = json.loads(summary.truth_path.read_bytes())
    return FleetCity(config, summary, lines, [json.loads(line) for line in lines], truth)


@cache
def planned(seed: int, **settings: Any) -> City:
    """A city in which every story is cast, and nothing else said."""
    chosen = {"riders": 1_500, "drivers": 250, "days": 21, "fraud_share": 0.25, "transfers": True} | settings
    city = City(CityConfig(seed=seed, habits="fifth", **chosen))
    voices = Voices(city)
    settle(city)
    cast_crews(city, voices)
    cast_lookalikes(city, voices)
    return city


def actors(event: dict[str, Any]) -> list[str]:
    return [event[field] for field in ACTORS if field in event]
