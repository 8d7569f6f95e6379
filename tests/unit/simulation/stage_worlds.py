"""Cities of the third family of habits, as the tests read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulation import CityConfig, Summary, simulate
from simulation.stages.building import plan
from simulation.stages.city import City

ACTORS = ("account_id", "rider_id", "driver_id", "to_account_id")


@dataclass(frozen=True)
class StageCity:
    config: CityConfig
    summary: Summary
    lines: list[bytes]
    events: list[dict[str, Any]]
    truth: dict[str, Any]

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (event for event in self.events if event["type"] in kinds)

    def guilty(self) -> set[str]:
        return {account for ring in self.truth["rings"] for account in ring["accounts"]}


def stage_city(out: Path, **settings: Any) -> StageCity:
    config = CityConfig(habits="third", **settings)
    summary = simulate(config, out)
    lines = summary.events_path.read_bytes().splitlines()
    truth = json.loads(summary.truth_path.read_bytes())
    return StageCity(config, summary, lines, [json.loads(line) for line in lines], truth)


@cache
def planned(seed: int, camouflage: float = 0.4, fraud_share: float = 0.2) -> City:
    return plan(
        CityConfig(
            seed=seed,
            habits="third",
            riders=1_000,
            drivers=150,
            days=14,
            fraud_share=fraud_share,
            camouflage=camouflage,
            transfers=True,
        )
    )


def actors(event: dict[str, Any]) -> list[str]:
    return [event[field] for field in ACTORS if field in event]
