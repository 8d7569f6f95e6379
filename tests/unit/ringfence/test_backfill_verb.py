"""What ``ringfence backfill`` refuses before Spark is started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.model.errors import BadCall
from ringfence.backfill_wiring import positions_in
from ringfence.main import app


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "expected {\"REGION\": {\"TOPIC-PARTITION\": OFFSET}}"),
        ('{"north": 3}', "Expected `object`, got `int`"),
        ('{"north": {"accounts": 3}}', "found accounts: 3"),
        ('{"north": {"accounts-0": -1}}', "found accounts-0: -1"),
    ],
)  # fmt: skip
def test_bad_positions_are_refused_in_one_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "positions.json").write_text(text)
    with pytest.raises(BadCall) as caught:
        positions_in(tmp_path / "positions.json")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_positions_are_read_by_region_and_partition(tmp_path: Path) -> None:
    (tmp_path / "positions.json").write_text('{"north": {"region-north-trips-12": 7}}')
    assert positions_in(tmp_path / "positions.json") == {"north": {"region-north-trips-12": 7}}


def test_without_spark_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("pyspark", "streaming.backfill"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    result = CliRunner().invoke(app, ["backfill", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "pip install 'ringfence[spark]'" in result.stderr


def test_a_mapping_is_for_parquet(tmp_path: Path) -> None:
    words = ["backfill", str(tmp_path), "--out", str(tmp_path / "out"), "--mapping", "map.toml"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "expected --format parquet with --mapping" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--no-replay"], "expected something to do, found --no-replay alone"),
        (["--no-replay", "--components", "--evidence"], "expected a replay with --evidence"),
        (["--truth", "planted"], "expected --evidence with --truth"),
        (["--components", "--most-users", "1"], "a good value for --most-users"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], said: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["backfill", str(tmp_path), "--out", str(tmp_path / "out"), *words])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_delta_table_is_not_read_as_parquet(tmp_path: Path) -> None:
    (tmp_path / "history" / "_delta_log").mkdir(parents=True)
    words = ["backfill", str(tmp_path / "history"), "--out", str(tmp_path / "out"), "--format", "parquet"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "found a Delta table" in result.stderr
