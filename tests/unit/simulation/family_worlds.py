"""Cities of a family of habits, as the tests read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation import CityConfig, Summary, simulate

ACTORS = ("account_id", "rider_id", "driver_id", "to_account_id")


@dataclass(frozen=True)
class FamilyCity:
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

    def decoys(self, kind: str) -> list[list[str]]:
        return [decoy["accounts"] for decoy in self.truth["decoys"] if decoy["kind"] == kind]


def family_city(habits: str, out: Path, **settings: Any) -> FamilyCity:
    config = CityConfig(habits=habits, **settings)
    summary = simulate(config, out)
    lines = summary.events_path.read_bytes().splitlines()
    truth = json.loads(summary.truth_path.read_bytes())
    return FamilyCity(config, summary, lines, [json.loads(line) for line in lines], truth)


def actors(event: dict[str, Any]) -> list[str]:
    return [event[field] for field in ACTORS if field in event]
