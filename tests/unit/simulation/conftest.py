from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from graph.model.events import Event
from simulation import CityConfig, Summary, simulate
from simulation.truth import RING_KINDS

DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class RingTruth(msgspec.Struct, forbid_unknown_fields=True):
    ring: str
    kind: str
    accounts: list[str]
    drivers: list[str]
    victims: list[str]
    first_ts: int
    fraud_events: list[tuple[str, float]]
    camouflage: float


class DecoyTruth(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    accounts: list[str]


class Truth(msgspec.Struct, forbid_unknown_fields=True):
    rings: list[RingTruth]
    decoys: list[DecoyTruth]
    config: dict[str, object]


@dataclass(frozen=True)
class City:
    config: CityConfig
    summary: Summary
    events: list[Event]
    truth: Truth

    def accounts_of(self, event: Event) -> Iterator[str]:
        for field in ("account_id", "rider_id", "driver_id"):
            value = getattr(event, field, None)
            if value is not None:
                yield value


def build(config: CityConfig, out: Path) -> City:
    summary = simulate(config, out)
    with summary.events_path.open("rb") as file:
        events = [DECODER.decode(line) for line in file]
    truth = msgspec.json.decode(summary.truth_path.read_bytes(), type=Truth)
    return City(config, summary, events, truth)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city of 3,000 accounts with every kind of ring."""
    config = CityConfig(seed=5, riders=2_800, drivers=200, days=20, fraud_share=0.08)
    built = build(config, tmp_path_factory.mktemp("city") / "out")
    assert {ring.kind for ring in built.truth.rings} == set(RING_KINDS)
    return built


@pytest.fixture(scope="session")
def gps_city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A small city with GPS pings."""
    config = CityConfig(
        seed=6, riders=300, drivers=40, days=4, fraud_share=0.2, gps=True, ping_interval_s=60.0
    )
    return build(config, tmp_path_factory.mktemp("gps") / "out")
