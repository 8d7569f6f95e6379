"""Judgements of a replay as Parquet: what the engine judged, in order, with what it was in truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import pyarrow.parquet
import pytest

from gnn.evaluation.truth import Truth, decode_truth
from graph.engine import LARGEST_BATCH
from graph.scoring.features import FEATURES
from ringfence.engines import new_engine
from simulation import CityConfig, simulate
from streaming.backfill import judgements as judgement_files
from streaming.backfill.judgements import FILE, JudgementFile
from streaming.backfill.replay import replay_region
from streaming.decoding.columns import ColumnDecoder

MAKE = partial(new_engine, 90)


@dataclass(frozen=True)
class City:
    lines: list[bytes]
    truth: Truth
    now_ms: int


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("judged") / "city"
    written = simulate(CityConfig(seed=8, riders=500, drivers=50, days=8, fraud_share=0.1), folder)
    truth = decode_truth(written.truth_path.read_bytes(), "truth")
    return City(written.events_path.read_bytes().splitlines(), truth, written.last_ts)


def judged_plainly(city: City) -> list[dict]:
    """What an observer is told when the events are applied without any of this."""
    told = []

    def observe(judgement, values, at):
        names = [engine.entity_index.name(account) for account in judgement.accounts]
        evidence = msgspec.to_builtins(judgement.evidence)
        planted = [ring.ring for name in names for ring in city.truth.rings if name in ring.accounts]
        told.append(
            {
                "event_id": at.event_id,
                "ms": at.ts,
                "shape": evidence.pop("shape"),
                "score": judgement.score,
                "truncated": judgement.truncated,
                "accounts": names,
                "features": dict(zip(FEATURES, values, strict=True)),
                "evidence": evidence,
                "label": 2 * len(planted) >= len(names),
            }
        )

    engine = MAKE(observer=observe)
    for first in range(0, len(city.lines), LARGEST_BATCH):
        engine.apply(ColumnDecoder().decode_values(city.lines[first : first + LARGEST_BATCH]).batch)
    return told


def rows_of(folder: Path) -> list[dict]:
    rows = pyarrow.parquet.read_table(folder / FILE).to_pylist()
    for row in rows:
        row["ms"] = round(row.pop("ts").timestamp() * 1000)
    return rows


def replayed(city: City, out: Path, judgements: JudgementFile | None, size: int = 700) -> None:
    batches = [city.lines[first : first + size] for first in range(0, len(city.lines), size)]
    replay_region("north", batches, out, MAKE, city.now_ms, {}, judgements=judgements)


def test_every_judgement_is_a_row_and_results_are_the_same(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judgement_files, "ROWS_AT_ONCE", 40)
    with JudgementFile(tmp_path / "evidence", city.truth.ring_of()) as judgements:
        replayed(city, tmp_path / "north", judgements)
    expected = judged_plainly(city)
    rows = rows_of(tmp_path / "evidence")
    rings = [row.pop("ring") for row in rows]
    assert rows == expected
    assert judgements.rows == len(rows) > 200
    labels = [row["label"] for row in rows]
    assert [ring is not None for ring in rings] == labels
    assert set(labels) == {True, False}
    members = {ring.ring: set(ring.accounts) for ring in city.truth.rings}
    assert all(members[ring] & set(row["accounts"]) for ring, row in zip(rings, rows, strict=True) if ring)
    replayed(city, tmp_path / "plain", None)
    for name in ("flags", "rings", "ledger", "accounts"):
        ours, theirs = (
            (tmp_path / place / "results" / f"{name}.ndjson").read_bytes() for place in ("north", "plain")
        )
        assert ours == theirs


def test_without_a_truth_there_are_no_labels_and_a_second_run_writes_the_same(
    city: City, tmp_path: Path
) -> None:
    written = []
    for size in (700, 3_000):
        with JudgementFile(tmp_path / "evidence", None) as judgements:
            replayed(city, tmp_path / "north", judgements, size)
        written.append((tmp_path / "evidence" / FILE).read_bytes())
    assert written[0] == written[1]
    assert {(row["label"], row["ring"]) for row in rows_of(tmp_path / "evidence")} == {(None, None)}


def test_a_replay_that_fails_leaves_no_judgements(city: City, tmp_path: Path) -> None:
    def breaking():
        yield city.lines[:3_000]
        raise OSError("gone")

    with (
        pytest.raises(OSError, match="gone"),
        JudgementFile(tmp_path / "evidence", None) as judgements,
    ):
        replay_region("north", breaking(), tmp_path / "north", MAKE, city.now_ms, {}, judgements=judgements)
    assert list((tmp_path / "evidence").iterdir()) == []
