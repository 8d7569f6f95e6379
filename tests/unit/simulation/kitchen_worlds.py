"""Cities of the fourth family of habits, as the tests read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulation import CityConfig, Summary, simulate
from simulation.kitchens.city import City
from simulation.kitchens.crews.casting import cast_crews
from simulation.kitchens.lookalikes.casting import cast_lookalikes
from simulation.kitchens.settling import settle
from simulation.kitchens.voices import Voices

ACTORS = ("account_id", "rider_id", "driver_id", "to_account_id")


@dataclass(frozen=True)
class KitchenCity:
    config: CityConfig
    summary: Summary
    lines: list[bytes]
    events: list[dict[str, Any]]
    truth: dict[str, Any]

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (event for event in self.events if event["type"] in kinds)

    def guilty(self) -> set[str]:
        return {account for ring in self.truth["rings"] for account in ring["accounts"]}


def kitchen_city(out: Path, **settings: Any) -> KitchenCity:
    config = CityConfig(habits="fourth", **settings)
    summary = simulate(config, out)
    lines = summary.events_path.read_bytes().splitlines()
    truth = json.loads(summary.truth_path.read_bytes())
    return KitchenCity(config, summary, lines, [json.loads(line) for line in lines], truth)


@cache
def planned(seed: int, **settings: Any) -> City:
    """A city in which every story is cast, and nothing else said."""
    chosen = {"riders": 1_000, "drivers": 180, "days": 21, "fraud_share": 0.25, "transfers": True} | settings
    city = City(CityConfig(seed=seed, habits="fourth", **chosen))
    voices = Voices(city)
    settle(city)
    cast_crews(city, voices)
    cast_lookalikes(city, voices)
    return city


def actors(event: dict[str, Any]) -> list[str]:
    return [event[field] for field in ACTORS if field in event]
