"""Histories replayed by Spark: every region as detect would have it, and a service goes on from there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from ringfence.engines import new_engine
from ringfence.main import app
from simulation import CityConfig, simulate
from streaming import detect
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.service_child import run_here
from tests.integration.spark import NEEDS_SPARK
from tests.integration.test_service_kafka import given

DAY_MS = 86_400_000
MAPPING = """
[[event]]
type = "chargeback"
where = { kind = "dispute" }
fields.event_id = "id"
fields.ts = { column = "at", unit = "s" }
fields.account_id = "who"
fields.amount = { column = "cents", unit = "cents" }
"""
pytestmark = NEEDS_SPARK


def order(line: bytes) -> tuple[int, str]:
    event = json.loads(line)
    return event["ts"], event["event_id"]


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders region=NAME, each a simulated city with its truth."""
    folder = tmp_path_factory.mktemp("cities")
    for seed, region in enumerate(("north", "south"), 21):
        config = CityConfig(seed=seed, riders=400, drivers=40, days=8, fraud_share=0.1)
        simulate(config, folder / f"region={region}")
    return folder


@pytest.fixture(scope="module")
def regions(cities: Path) -> dict[str, list[bytes]]:
    """By region, its events in the order of time and id."""
    return {
        region: sorted((cities / f"region={region}" / "events.ndjson").read_bytes().splitlines(), key=order)
        for region in ("north", "south")
    }


def backfill(*words: object, code: int = 0):
    result = CliRunner().invoke(app, ["backfill", *map(str, words), "--master", "local[2]"])
    assert result.exit_code == code, result.output
    return result


def write(lines: list[bytes], root: Path, region: str) -> None:
    """A history by region and day, each day in two files, out of order."""
    days: dict[int, list[bytes]] = {}
    for line in lines:
        days.setdefault(json.loads(line)["ts"] // DAY_MS, []).append(line)
    for day, some in days.items():
        folder = root / f"region={region}" / f"day={day}"
        folder.mkdir(parents=True)
        for name, half in (("b", some[::2]), ("a", some[1::2])):
            (folder / f"{name}.ndjson").write_bytes(b"".join(line + b"\n" for line in reversed(half)))


def test_each_region_is_as_detect_has_it_and_a_service_goes_on(
    regions: dict[str, list[bytes]], kafka_address: str, tmp_path: Path
) -> None:
    half = {region: lines[: len(lines) // 2] for region, lines in regions.items()}
    for region, lines in half.items():
        write([*lines, lines[5]], tmp_path / "history", region)
        (tmp_path / "history" / f"region={region}" / "day=0").mkdir()
        (tmp_path / "history" / f"region={region}" / "day=0" / "bad.ndjson").write_bytes(b"{\n")
    result = backfill(tmp_path / "history", "--out", tmp_path / "out")
    summaries = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["region"] for each in summaries] == ["north", "south"]
    for summary in summaries:
        region = summary["region"]
        (tmp_path / region).write_bytes(b"".join(line + b"\n" for line in half[region]))
        plain = detect([tmp_path / region], tmp_path / f"plain-{region}", new_engine(90))
        assert summary["state_digest"] == plain.state_digest
        assert (summary["duplicates"], summary["rejected"]) == (1, {"invalid_json": 1})
        for name in ("flags", "rings", "ledger", "accounts"):
            ours = tmp_path / "out" / f"region={region}" / "results" / f"{name}.ndjson"
            assert ours.read_bytes() == (tmp_path / f"plain-{region}" / f"{name}.ndjson").read_bytes()

    north = regions["north"]
    run = given(kafka_address, tmp_path / "out" / "region=north" / "state", order_within_ms=600_000)
    create_topics(KafkaOptions(bootstrap=kafka_address, prefix=run.prefix), 2)
    feeder = Feeder(KafkaOptions(bootstrap=kafka_address, prefix=run.prefix))
    # What the history ended with comes again, as from a topic that reaches back a little.
    feeder.feed(north[len(half["north"]) - 50 :])
    feeder.close()
    running, status = run_here(run)
    (tmp_path / "all").write_bytes(b"".join(line + b"\n" for line in north))
    whole = detect([tmp_path / "all"], tmp_path / "whole", new_engine(90))
    assert running.core.engine.state_digest() == whole.state_digest
    assert (status.tally.events, sum(status.tally.flags.values())) == (whole.events, whole.flags)


def test_judgements_of_all_regions_are_one_table(
    regions: dict[str, list[bytes]], cities: Path, tmp_path: Path
) -> None:
    for region, lines in regions.items():
        write(lines[: len(lines) // 2], tmp_path / "history", region)
    truth = cities / "region=north" / "truth.json"
    (tmp_path / "truth" / "region=north").mkdir(parents=True)
    shutil.copy(truth, tmp_path / "truth" / "region=north")
    words = ["--out", tmp_path / "out", "--evidence", "--truth", tmp_path / "truth", "--components"]
    said = backfill(tmp_path / "history", *words).stdout.splitlines()
    assert [json.loads(line).get("region") for line in said] == ["north", "south", None]
    assert json.loads(said[2])["accounts"] > 0
    table = pyarrow.parquet.read_table(tmp_path / "out" / "evidence")
    planted = {account for ring in json.loads(truth.read_text())["rings"] for account in ring["accounts"]}
    for region in ("north", "south"):
        rows = [row for row in table.to_pylist() if row["region"] == region]
        flags = (tmp_path / "out" / f"region={region}" / "results" / "flags.ndjson").read_text().splitlines()
        assert {json.loads(flag)["event_id"] for flag in flags} <= {row["event_id"] for row in rows}
        for row in rows:
            inside = sum(account in planted for account in row["accounts"])
            assert row["label"] == (2 * inside >= len(row["accounts"]) if region == "north" else None)
        assert any(row["label"] for row in rows) == (region == "north")


def test_foreign_parquet_is_mapped_in_spark(tmp_path: Path) -> None:
    at = 1_767_268_800
    for region, people in (("a", ["x", "y"]), ("b", ["z", "z"])):
        folder = tmp_path / "history" / f"region={region}"
        folder.mkdir(parents=True)
        table = pa.table(
            {
                "kind": ["dispute", "other", "dispute"],
                "id": ["1", "2", "3"],
                "at": [at + 9, at, at],
                "who": [*people, "w"],
                "cents": [1250, 1, 99],
            }
        )
        pyarrow.parquet.write_table(table, folder / "part.parquet")
    (tmp_path / "map.toml").write_text(MAPPING)
    words = ["--format", "parquet", "--mapping", tmp_path / "map.toml"]
    result = backfill(tmp_path / "history", *words, "--out", tmp_path / "out")
    assert [json.loads(line)["events"] for line in result.stdout.splitlines()] == [2, 2]
    accounts = (tmp_path / "out" / "region=b" / "results" / "accounts.ndjson").read_text().splitlines()
    assert [json.loads(line)["account_id"] for line in accounts] == ["w", "z"]


def test_what_is_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "events.ndjson").write_text("{}\n")
    (tmp_path / "empty" / "region=a").mkdir(parents=True)
    (tmp_path / "empty" / "region=a" / "events.ndjson").write_text("{\n")
    (tmp_path / "rows.toml").write_text(MAPPING.replace('"id"', '{ text = "{row}" }'))
    for words, code, expected in (
        ([tmp_path / "none"], 2, "expected a history"),
        ([tmp_path / "plain"], 2, "expected folders region=..."),
        ([tmp_path / "empty"], 3, "expected events of the region a, found 1 lines and none of them one"),
        ([tmp_path / "plain", "--mapping", tmp_path / "rows.toml"], 2, "expected --format parquet"),
        (
            [tmp_path / "plain", "--format", "parquet", "--mapping", tmp_path / "rows.toml"],
            2,
            "expected ids made of columns",
        ),
    ):
        result = backfill(*words, "--out", tmp_path / "out", code=code)
        last = result.stderr.splitlines()[-1]
        assert last.startswith("ringfence: ")
        assert expected in last
