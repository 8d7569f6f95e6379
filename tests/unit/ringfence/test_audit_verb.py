"""``ringfence audit``: a whole record, a broken one, an export."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from queries.desk.checkpoints import CheckpointFile, checkpoint_of
from queries.desk.desk import open_desk
from ringfence.main import app
from tests.desk_places import TEST

runner = CliRunner()


def called(*words: object):
    return runner.invoke(app, ["audit", *map(str, words)])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The place of a store; the desk beside it has five lines and a checkpoint."""
    place = tmp_path / "s.db"
    desk = open_desk(tmp_path / "s.db.desk", tmp_path / "s.db.desk.key")
    for n in range(5):
        desk.log.append(TEST, f"act {n}")
    CheckpointFile(tmp_path / "s.db.desk.checkpoints").keep(checkpoint_of(desk.log, desk.keys, 1))
    desk.close()
    return place


def cut(store: Path) -> None:
    with closing(sqlite3.connect(f"{store}.desk")) as connection:
        connection.execute("DROP TRIGGER audit_is_never_cut")
        connection.execute("DELETE FROM audit WHERE number = 5")
        connection.commit()


def test_a_whole_record_is_said_to_be_whole(store):
    result = called("verify", "--store", store)
    assert result.exit_code == 0, result.output
    assert result.stdout == "5 lines are whole, 5 of them covered by checkpoints (1)\n"


def test_a_cut_end_is_found_and_is_an_error(store):
    cut(store)
    result = called("verify", "--desk", f"{store}.desk")
    assert result.exit_code == 1
    assert "line 5 is missing at the end" in result.stdout


def test_checkpoints_that_were_kept_elsewhere_count(store, tmp_path):
    kept = tmp_path / "elsewhere"
    Path(f"{store}.desk.checkpoints").rename(kept)
    cut(store)
    assert called("verify", "--store", store).exit_code == 0, "nothing beside the desk says so"
    assert called("verify", "--store", store, "--checkpoints", kept).exit_code == 1


def test_an_export_is_checked_without_the_desk(store, tmp_path):
    out = tmp_path / "audit.ndjson"
    told = called("export", "--store", store, "--out", out)
    assert told.exit_code == 0, told.output
    key = re.search(r"signed by ([0-9a-f]{64})", told.stdout)
    assert key is not None
    assert called("export", "--store", store, "--out", out).exit_code == 2, "an export is never overwritten"
    assert called("verify", out, "--public-key", key[1]).exit_code == 0
    out.write_text(out.read_text().replace("act 3", "act 8"))
    assert "line 4 was changed" in called("verify", out, "--public-key", key[1]).stdout
    out.write_text("no line\n")
    assert called("verify", out).exit_code == 2


def test_a_desk_that_is_not_there_is_not_made(tmp_path):
    result = called("verify", "--store", tmp_path / "s.db")
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_without_a_store_or_a_desk_the_call_says_what_it_needs():
    assert called("verify").exit_code == 2
    assert called("verify", "--store", "bolt://127.0.0.1:1").exit_code == 2
