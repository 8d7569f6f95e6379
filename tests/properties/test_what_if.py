"""What would be is what then is, and asking changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.engine import Engine, EngineConfig
from graph.engine.what_if import Asking
from graph.kernels.arrays import Arrays
from graph.model.event_batch import EventBatch
from graph.model.events import AnalystAct, Event, GpsPing, Verdict
from graph.model.vocabulary import EntityKind, LedgerChange
from graph.rings.lifecycle import Policy
from ringfence.model_choice import scorer_at
from simulation import CityConfig, simulate
from streaming.decoding.columns import ColumnDecoder

WORLD = (1, 120, 12, 40)
"""Seed, riders, drivers and days of a city."""


def city(tmp_path: Path, seed: int, riders: int, drivers: int, days: int) -> list[Event]:
    written = simulate(CityConfig(seed=seed, riders=riders, drivers=drivers, days=days), tmp_path / "city")
    return list(ColumnDecoder().decode_values(written.events_path.read_bytes().splitlines()).batch.events())


def pieces(arrays: Arrays, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Every array and its bytes, scratch included."""
    for name, field in arrays.fields.items():
        array: Any = getattr(arrays, name)
        if isinstance(field, type):
            yield from pieces(array, f"{prefix}{name}.")
        else:
            yield prefix + name, np.ascontiguousarray(array).tobytes()


def new_engine(model: Path | None = None) -> Engine:
    """Thresholds so low that rings open, grow and close all the time."""
    policy = Policy(review=0.3, block=0.6, close=0.3, min_accounts=2)
    return Engine(EngineConfig(policy=policy), scorer_at(model))


NETWORK = Path(__file__).resolve().parents[2] / "gnn" / "weights" / "network"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (None, {LedgerChange.BORN, LedgerChange.GREW, LedgerChange.CLOSED}),
        (NETWORK, {LedgerChange.BORN, LedgerChange.CLOSED}),
    ],
    ids=["trees", "network"],
)
def test_what_would_be_is_what_then_is(
    tmp_path: Path, model: Path | None, expected: set[LedgerChange]
) -> None:
    engine = new_engine(model)
    prior = scorer_at(model).prior
    asking = Asking(engine, most_ahead_ms=1 << 50)
    asked = 0
    changes = set()
    for event in city(tmp_path, *WORLD):
        batch = EventBatch.of([event])
        if isinstance(event, GpsPing | Verdict | AnalystAct):
            engine.apply(batch)
            continue
        told = asking.ask(batch)
        outcome = engine.apply(batch)
        assert told.outcome == outcome
        state = engine.state
        for account in told.accounts:
            number = engine.entity_index.find(EntityKind.ACCOUNT, account.account_id)
            assert number is not None
            facts = state.accounts[state.entities["account"][number]]
            assert account.score == round(float(facts["score"]) or prior, 6)
        asked += 1
        changes.update(entry.change for entry in outcome.ledger)
    assert asked > 1_000
    assert changes >= expected


UNJOURNALLED = {"completing.features"}
"""Scratch of ``graph.completion.belonging``, which means nothing between two readings."""


def test_asking_changes_no_byte(tmp_path: Path) -> None:
    engine, undisturbed = new_engine(), new_engine()
    asking = Asking(engine)
    flags = []
    for number, event in enumerate(city(tmp_path, *WORLD)):
        batch = EventBatch.of([event])
        if number % 61 == 0 and not isinstance(event, GpsPing | Verdict | AnalystAct):
            engine._memory.reserve(1, batch.text_bytes)
            # Putting rings into words uses scratch.
            rings, digest = engine.rings(), engine.state_digest()
            before = dict(pieces(engine.state))
            asking.ask(batch)
            after = dict(pieces(engine.state))
            changed = {name for name in before if before[name] != after[name]}
            assert changed <= UNJOURNALLED
            assert engine.state_digest() == digest
            assert engine.rings() == rings
        flags += engine.apply(batch).flags
        undisturbed.apply(batch)
    assert flags
    assert engine.state_digest() == undisturbed.state_digest()
    assert list(engine.accounts()) == list(undisturbed.accounts())
