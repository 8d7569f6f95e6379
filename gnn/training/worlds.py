"""Whole worlds as lessons: simulated cities, and event files with their truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from gnn.evaluation.truth import Truth, decode_truth
from gnn.logistic.judgements import first_guess
from gnn.tensors.examples import EVERY_DAYS, snapshots_of
from gnn.tensors.lessons import Lesson, lesson_of
from gnn.tensors.snapshot import Snapshot
from graph.model.event_batch import EventBatch
from graph.model.events import Event, EventBase
from simulation import CityConfig, simulate

FANOUT: Final = 16
"""Senders that a receiver keeps of each relation while learning; scoring keeps all."""


@dataclass(frozen=True, slots=True)
class World:
    """One world's lessons, its truth and how many accounts live in it."""

    name: str
    lessons: tuple[Lesson, ...]
    truth: Truth
    accounts: int

    @property
    def honest(self) -> int:
        """Accounts in no ring."""
        return self.accounts - len(self.truth.fraudulent())


def world_of(
    events: Iterable[EventBase] | Iterable[EventBatch],
    truth: Truth,
    name: str = "",
    every_days: float = EVERY_DAYS,
) -> list[Snapshot]:
    """Snapshots of a world; candidates are judged by the first guess, as no fit may depend on another."""
    return snapshots_of(events, truth, first_guess(), every_days, f"{name} " if name else "")


def lessons_of(snapshots: Iterable[Snapshot], layers: int, fanout: int | None) -> tuple[Lesson, ...]:
    """A lesson for each snapshot; the draw of neighbours is seeded by its position."""
    return tuple(lesson_of(snapshot, layers, fanout, seed) for seed, snapshot in enumerate(snapshots))


def simulated(
    config: CityConfig, layers: int, fanout: int | None = FANOUT, every_days: float = EVERY_DAYS
) -> World:
    """Simulate one city and learn its lessons. Seconds for a few thousand accounts."""
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / "city"
        summary = simulate(config, city)
        truth = decode_truth(summary.truth_path.read_bytes(), "truth.json")
        decoder = msgspec.json.Decoder(Event)
        name = str(config.seed)
        with summary.events_path.open("rb") as lines:
            snapshots = world_of((decoder.decode(line) for line in lines), truth, name, every_days)
    return World(name, lessons_of(snapshots, layers, fanout), truth, summary.accounts)
