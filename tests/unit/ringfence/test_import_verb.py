"""``ringfence import`` and tables in ``ringfence detect``, from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ringfence.main import app
from ringfence.table_wiring import PARQUET_AND_CSV
from streaming.tables.reading import CSV_SUFFIXES, PARQUET_SUFFIXES
from tests.unit.streaming.tables.schemas import couriers


@pytest.fixture
def tables(tmp_path: Path) -> list[str]:
    """Paths of two tables, and the mapping beside them as ``map.toml``."""
    schema = couriers()
    (tmp_path / "map.toml").write_text(schema.mapping)
    return [str(path) for path in schema.write(tmp_path)]


def call(*words: object, code: int = 0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def test_import_shows_the_first_rows_and_writes_events_in_the_order_of_time(tables, tmp_path) -> None:
    result = call("import", *tables, "--mapping", tmp_path / "map.toml", "--out", tmp_path / "out")
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["events"], summary["rejected"]["total"]) == (3, 3, 0)
    assert [json.loads(line)["event_id"] for line in result.stderr.splitlines()] == [
        "o2",
        "o1",
        "disputes.csv:0",
    ]
    lines = (tmp_path / "out" / "events.ndjson").read_text().splitlines()
    assert [json.loads(line)["event_id"] for line in lines] == ["o1", "disputes.csv:0", "o2"]


def test_a_dry_run_writes_nothing_and_counts_the_same(tables, tmp_path) -> None:
    before = sorted(tmp_path.iterdir())
    result = call("import", *tables, "--mapping", tmp_path / "map.toml", "--dry-run", "--quiet")
    assert (json.loads(result.stdout)["events"], result.stderr) == (3, "")
    assert sorted(tmp_path.iterdir()) == before


def test_detect_reads_tables_and_writes_parquet(tables, tmp_path) -> None:
    mapped = ["--mapping", tmp_path / "map.toml"]
    call("detect", *tables, *mapped, "--out", tmp_path / "a", "--parquet")
    call("import", *tables, *mapped, "--out", tmp_path / "events")
    call("detect", tmp_path / "events" / "events.ndjson", "--out", tmp_path / "b")
    assert (tmp_path / "a" / "accounts.parquet").exists()
    for name in ("accounts", "rings", "flags", "ledger"):
        assert (tmp_path / "a" / f"{name}.ndjson").read_bytes() == (
            tmp_path / "b" / f"{name}.ndjson"
        ).read_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["detect", "TABLE", "--out", "OUT"], "expected a mapping for the table"),
        (["detect", "MAP", "--mapping", "MAP", "--out", "OUT"], "expected a Parquet or CSV file"),
        (["import", "TABLE", "--mapping", "MAP"], "expected --out DIR or --dry-run"),
        (["import", "TABLE", "--mapping", "NONE", "--dry-run"], "expected a mapping file at"),
        (["import", "NONE", "--mapping", "MAP", "--dry-run"], "expected a table at"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(words, expected, tables, tmp_path) -> None:
    names = {
        "TABLE": tables[0],
        "MAP": tmp_path / "map.toml",
        "OUT": tmp_path / "o",
        "NONE": "orders_none.csv",
    }
    result = call(*(names.get(word, word) for word in words), code=2)
    assert expected in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_the_library_of_tables_it_says_what_to_install(tables, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = call("import", tables[0], "--mapping", tmp_path / "map.toml", "--dry-run", code=2)
    assert "pip install 'ringfence[tables]'" in result.stderr


def test_what_is_a_table_is_known_before_the_library_is_loaded() -> None:
    assert set(PARQUET_AND_CSV) == {*CSV_SUFFIXES, *PARQUET_SUFFIXES}
