"""One region's history: the results of detect, and a state that a service takes up."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from graph.model.errors import BadCall, NoEvents
from ringfence.engines import new_engine
from streaming import detect
from streaming.backfill.replay import replay_region
from streaming.service.core import Core
from streaming.service.journal import Entry
from streaming.service.ports import Partition
from streaming.service.recovery import recover
from streaming.service.state_folder import PartitionPosition, StateFolder
from tests.unit.streaming.records import NOON, ping

NOW_MS = NOON + 86_400_000
MAKE = partial(new_engine, 90)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Lines in order: events, some twice, some none."""
    from simulation import CityConfig, simulate

    folder = tmp_path_factory.mktemp("history") / "city"
    simulate(CityConfig(seed=8, riders=500, drivers=50, days=8, fraud_share=0.1), folder)
    lines = (folder / "events.ndjson").read_bytes().splitlines()
    return [*lines[:2000], b"{", lines[1500], *lines[2000:], ping("late", NOON * 2)]


def taken(lines: list[bytes], size: int = 700) -> list[list[bytes]]:
    return [lines[begin : begin + size] for begin in range(0, len(lines), size)]


def test_results_of_a_region_are_those_of_detect(city: list[bytes], tmp_path: Path) -> None:
    summary = replay_region("north", taken(city), tmp_path / "north", MAKE, NOW_MS, {})
    (tmp_path / "events").write_bytes(b"".join(line + b"\n" for line in city))
    plain = detect([tmp_path / "events"], tmp_path / "plain", MAKE(), now_ms=NOW_MS)
    for name in ("flags", "rings", "accounts", "ledger"):
        ours, theirs = (
            (folder / f"{name}.ndjson").read_bytes()
            for folder in (tmp_path / "north" / "results", tmp_path / "plain")
        )
        assert ours == theirs
        assert ours
    assert (summary.state_digest, summary.events) == (plain.state_digest, plain.events)
    assert (summary.duplicates, summary.rejected) == (1, plain.rejected.by_reason)
    letters = [
        json.loads(line)
        for line in (tmp_path / "north" / "results" / "dead_letters.ndjson").read_bytes().splitlines()
    ]
    assert [(each["source"], each["offset"], each["reason"]) for each in letters] == [
        ("region north", 2000, "invalid_json"),
        ("region north", len(city) - 1, "time_out_of_range"),
    ]


def test_a_service_takes_up_the_state_where_the_history_ended(city: list[bytes], tmp_path: Path) -> None:
    summary = replay_region("north", taken(city), tmp_path / "north", MAKE, NOW_MS, {"trips-0": 7})
    with StateFolder(tmp_path / "north" / "state", 3, print) as state:
        found = recover(
            state,
            lambda clock_ms: Core(MAKE(), clock_ms),
            _nothing_to_decode,
            _nothing_to_read,
            _nothing,
            NOW_MS,
        )
    assert found.core.engine.state_digest() == summary.state_digest
    assert (found.batch, found.positions) == (1, {Partition("trips", 0): PartitionPosition(7, 0)})
    assert (found.core.tally.events, found.core.tally.duplicates) == (summary.events, 1)
    assert sum(found.core.tally.flags.values()) == summary.flags


def test_a_backfill_replaces_an_earlier_one_and_never_the_state_of_a_service(tmp_path: Path) -> None:
    for events in (1, 2):
        lines = [ping(str(number), NOON + number) for number in range(events)]
        assert replay_region("a", [lines], tmp_path / "a", MAKE, NOW_MS, {}).events == events
    with StateFolder(tmp_path / "a" / "state", 3, print) as state:
        state.append(Entry(batch=2, clock_ms=NOW_MS))
    with pytest.raises(BadCall, match="found the state of a service"):
        replay_region("a", [[ping("a", NOON)]], tmp_path / "a", MAKE, NOW_MS, {})
    assert json.loads((tmp_path / "a" / "results" / "summary.json").read_text())["events"] == 2


def test_a_region_without_an_event_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoEvents, match="expected events of the region a, found 1 lines and none of them one"):
        replay_region("a", [[b"{"]], tmp_path / "a", MAKE, NOW_MS, {})
    assert list((tmp_path / "a").iterdir()) == []


def _nothing_to_decode(values):
    raise AssertionError(values)


def _nothing_to_read(offsets):
    raise AssertionError(offsets)


def _nothing(_partitions) -> int:
    return -1
