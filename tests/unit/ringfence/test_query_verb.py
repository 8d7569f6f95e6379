"""``ringfence query`` and ``ringfence store`` at work on a small city."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from queries import open_store
from ringfence.main import app
from ringfence.settings import read_settings
from ringfence.wiring import DetectOptions, run_engine
from streaming.service.core import Tally
from streaming.service.state_folder import Header, PartitionPosition
from streaming.snapshots import write_snapshot
from tests.serving_places import write_store

runner = CliRunner()


def run(*words: str) -> str:
    result = runner.invoke(app, list(words))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refusal(code: int, *words: str) -> str:
    """What is said on standard error when a call fails with this code."""
    result = runner.invoke(app, list(words))
    assert result.exit_code == code
    return result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("town")
    words = ["--riders", "400", "--drivers", "40", "--days", "6", "--seed", "5", "--fraud-share", "0.2"]
    run("simulate", "--out", str(place / "city"), *words)
    run(
        "detect",
        str(place / "city" / "events.ndjson"),
        "--out",
        str(place / "out"),
        "--store",
        str(place / "s.db"),
    )
    return place


def ask(folder: Path, *words: str) -> str:
    return run("query", "--store", str(folder / "s.db"), *words)


def rings_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "out" / "rings.ndjson").read_text().splitlines()]


def test_the_store_knows_the_rings_that_the_results_hold(folder):
    found = json.loads(ask(folder, "rings", "--json", "-p", "limit=500"))
    assert {row["ring_id"] for row in found["rows"]} == {ring["ring_id"] for ring in rings_of(folder)}
    for ring in rings_of(folder):
        members = json.loads(ask(folder, "members", ring["ring_id"], "--json"))
        assert sorted(row["account_id"] for row in members["rows"]) == ring["accounts"]


def test_a_ring_is_told_whole_and_drawn(folder, tmp_path):
    ring = rings_of(folder)[0]
    text = ask(folder, "ring", ring["ring_id"], "--plot", str(tmp_path / "ring.svg"))
    for title in ("What is this ring?", "Who is in this ring", "What do the accounts", "How did this ring"):
        assert title in text
    assert (tmp_path / "ring.svg").read_text().startswith("<?xml")


def test_a_trip_is_told_with_what_was_expected_of_it_and_drawn(folder, tmp_path):
    ring = rings_of(folder)[0]["ring_id"]
    trip = json.loads(ask(folder, "trips", ring, "--json"))["rows"][0]["trip_id"]
    (found,) = json.loads(ask(folder, "trip", trip, "--json"))["rows"]
    assert 0 < found["integrity"] < 1
    assert isinstance(found["reasons"], list)
    assert found["track"] == []
    text = ask(folder, "trip", trip, "--plot", str(tmp_path / "trip.svg"))
    assert "What was made of this trip?" in text
    assert "expected_s" in text
    assert "no track; P pick-up, D drop-off" in text
    assert "drop-off" in (tmp_path / "trip.svg").read_text()
    assert "odd ones" in ask(folder, "trip", "nobody's")


def test_a_cut_answer_says_so_in_every_form(folder):
    total = len(rings_of(folder))
    assert total > 1
    assert f"1 of {total} rows" in ask(folder, "rings", "-p", "limit=1")
    assert json.loads(ask(folder, "rings", "-p", "limit=1", "--json"))["is_cut"]
    assert ask(folder, "rings", "-p", "limit=1", "--csv").splitlines()[-1] == f"# 1 of {total} rows"


def test_a_text_that_a_sheet_would_take_for_a_formula_is_a_text(tmp_path):
    write_store(tmp_path / "s.db")
    with open_store(tmp_path / "s.db") as store:
        ring_id = store.ask("rings").rows[0][0]
    call = ["query", "--store", str(tmp_path / "s.db"), "members", ring_id]
    rows = list(csv.DictReader(io.StringIO(run(*call, "--csv"))))
    names = {row["account_id"] for row in rows}
    assert "'=cmd()" in names
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert "=cmd()" in {row["account_id"] for row in json.loads(run(*call, "--json"))["rows"]}


def test_the_list_names_every_question_and_needs_no_store():
    assert len(json.loads(run("query", "--list", "--json"))) == 32
    assert "What is this ring?" in run("query", "--list")


def test_explain_tells_the_columns_and_the_plan(folder):
    text = ask(folder, "shared", "ip", "x", "--explain")
    assert "account_id (text): the account" in text
    assert "SEARCH" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ringz"], "did you mean ring"),
        (["ring"], "expected ring_id for ring"),
        (["ring", "a", "b"], "expected 1 values for ring"),
        (["rings", "-p", "limit"], "expected --param KEY=VALUE"),
        (["rings", "-p", "limit=1", "-p", "limit=2"], "found limit twice"),
        (["rings", "--json", "--csv"], "found both"),
        (["rings", "--plot", "x.svg"], "expected --plot with the question ring"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(folder, words, said):
    assert said in refusal(2, "query", "--store", str(folder / "s.db"), *words)


def test_a_store_has_to_be_named():
    assert "found none named" in refusal(2, "query", "rings")


def test_the_store_agrees_with_the_events_and_a_rebuilt_one_too(folder, tmp_path):
    events = str(folder / "city" / "events.ndjson")
    assert "links" in run("store", "verify", events, "--store", str(folder / "s.db"))
    run("store", "rebuild", events, "--store", str(tmp_path / "again.db"))
    run("store", "verify", events, "--store", str(tmp_path / "again.db"))


def a_snapshot(folder: Path, state: Path) -> None:
    """What the service would leave in its state folder after the events of the city."""
    options = DetectOptions.from_settings(read_settings())
    engine, _ = run_engine([str(folder / "city" / "events.ndjson")], state / "out", options, None)
    entries = len((folder / "out" / "ledger.ndjson").read_text().splitlines())
    header = Header(
        batch=7,
        clock_ms=0,
        positions={"trips-0": PartitionPosition(41, 0)},
        tally=Tally(ledger=entries),
        model_id=engine.model_id,
        config_digest=engine.config_digest,
        order_within_ms=0,
    )
    arrays = {f"engine/{name}": array for name, array in engine.save().items()}
    write_snapshot(state / "snapshot-00000000000000000007.rfsnap", header, arrays)


def test_a_store_rebuilt_from_a_snapshot_agrees_with_it_and_with_the_events(folder, tmp_path):
    place, state = tmp_path / "again.db", tmp_path / "state"
    state.mkdir()
    a_snapshot(folder, state)
    assert "open rings" in run("store", "rebuild", str(state), "--store", str(place))
    run("store", "verify", str(state), "--store", str(place))
    run("store", "verify", str(folder / "city" / "events.ndjson"), "--store", str(place))
    told = json.loads(run("query", "--store", str(place), "rings", "--json", "-p", "limit=500"))
    assert {row["ring_id"] for row in told["rows"]} == {ring["ring_id"] for ring in rings_of(folder)}


def test_a_snapshot_of_another_configuration_is_refused(folder, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    a_snapshot(folder, state)
    words = ["store", "rebuild", str(state), "--store", str(tmp_path / "s.db"), "--window-days", "30"]
    assert "expected a snapshot made with the configuration" in refusal(2, *words)
    assert "expected a snapshot in" in refusal(
        2, "store", "verify", str(tmp_path), "--store", str(tmp_path / "s.db")
    )
    assert "expected one snapshot or event files" in refusal(
        2, "store", "rebuild", str(state), "more.ndjson", "--store", "s.db"
    )


def test_a_store_of_other_events_differs_and_the_differences_have_names(folder, tmp_path):
    lines = (folder / "city" / "events.ndjson").read_bytes().splitlines(keepends=True)
    fewer = tmp_path / "fewer.ndjson"
    fewer.write_bytes(b"".join(lines[: len(lines) // 2]))
    said = refusal(1, "store", "verify", str(fewer), "--store", str(folder / "s.db"))
    assert re.search(r"found [\d,]+ differences", said)


def test_a_run_that_fails_leaves_the_former_store(folder, tmp_path):
    place = tmp_path / "s.db"
    place.write_bytes((folder / "s.db").read_bytes())
    before = place.read_bytes()
    (tmp_path / "empty.ndjson").write_text("")
    empty = str(tmp_path / "empty.ndjson")
    refusal(3, "detect", empty, "--out", str(tmp_path / "out"), "--store", str(place))
    assert place.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["empty.ndjson", "s.db"]


def test_a_place_that_holds_something_else_is_left_alone(folder, tmp_path):
    place = tmp_path / "notes.txt"
    place.write_text("not a store")
    events = str(folder / "city" / "events.ndjson")
    said = refusal(2, "store", "rebuild", events, "--store", str(place))
    assert "expected a store or a free place" in said
    assert place.read_text() == "not a store"
