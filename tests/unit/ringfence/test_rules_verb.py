"""``ringfence rules`` from an onset to a rule that flags: propose, try, approve, run, show, end."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from ringfence.main import app
from ringfence.rule_texts import moment_of
from ringfence.rules_wiring import now_or
from tests.unit.rules.attacks import DAY, START, attack, quiet_city, together

BEGINS = START + 20 * DAY
AT = str(BEGINS + DAY)


def call(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.output
    return result.output


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("attacked") / "events.ndjson"
    stream = together(quiet_city(24), attack(BEGINS, 4))
    place.write_bytes(b"\n".join(map(msgspec.json.encode, stream)) + b"\n")
    return str(place)


@pytest.fixture(scope="module")
def book(events: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder with a proposal, its name and what was said."""
    folder = tmp_path_factory.mktemp("book") / "rules"
    said = call("rules", "propose", events, "--rules", str(folder), "--at", AT, "--days", "18", "-q")
    name = sorted(folder.glob("*.toml"))[0].stem
    return folder, name, said


def test_a_proposal_says_why_and_what_it_would_do(book) -> None:
    folder, name, said = book
    assert "accounts since 2025-03-2" in said
    assert f"{name}: Like the attack seen in" in said
    assert "honest look-alikes:" in said
    assert "met: thief" in said
    assert (folder / f"{name}.toml").read_text().startswith("# Tried on the 18 days before")


def test_an_approved_rule_flags_in_a_run_and_shows_how_it_did(book, events: str, tmp_path: Path) -> None:
    folder, name, _ = book
    rules = ["--rules", str(folder)]
    assert "0 of 1 approvals" in call("rules", "list", *rules, "--at", AT)
    assert "  shadow  " in call("rules", "approve", name, *rules, "--by", "ann", "--at", AT, "--note", "seen")
    out = tmp_path / "out"
    call("detect", events, "--out", str(out), *rules, "--quiet")
    flags = [json.loads(line) for line in (out / "flags.ndjson").read_bytes().splitlines()]
    by_rule = [flag for flag in flags if flag["ring_id"] == f"rule_{name}"]
    assert len(by_rule) > 10
    assert all(flag["ts"] >= int(AT) + 6 * 3_600_000 for flag in by_rule)
    report = json.loads((out / "rules.ndjson").read_bytes().splitlines()[0])
    assert (report["rule"], report["stage"], report["flagged"]) == (name, "live", len(by_rule))
    assert json.loads((out / "summary.json").read_bytes())["rules"].startswith("rules_")
    shown = call("rules", "show", name, *rules, "--at", AT, "--results", str(out))
    assert "approve by ann: seen" in shown
    assert f"flagged {len(by_rule)}; 0 fraud and 0 legit: no answers yet" in shown
    tried = call("rules", "backtest", name, events, *rules, "--at", AT, "--since", str(BEGINS), "-q")
    assert "by contrast with them: precision" in tried
    assert "  retired  " in call("rules", "retire", name, *rules, "--by", "bob", "--at", AT)


def test_a_rule_by_hand_is_tried_and_added_and_may_be_rejected(book, events: str, tmp_path: Path) -> None:
    folder, name, _ = book
    text = (folder / f"{name}.toml").read_text().replace(name, "by-hand").replace('"onset"', '"cleo"')
    (tmp_path / "mine.toml").write_text(text)
    rules = ["--rules", str(tmp_path / "other")]
    said = call("rules", "propose", events, *rules, "--at", AT, "--file", str(tmp_path / "mine.toml"), "-q")
    assert "by-hand: " in said
    assert "another person than cleo" in refused("rules", "approve", "by-hand", *rules, "--by", "cleo")
    assert "  rejected  " in call("rules", "reject", "by-hand", *rules, "--by", "ann")


def test_without_an_onset_nothing_is_proposed(events: str, tmp_path: Path) -> None:
    at = str(START + 19 * DAY)
    said = call("rules", "propose", events, "--rules", str(tmp_path / "r"), "--at", at, "-q")
    assert said == "no onset of an attack in the last seven days; nothing is proposed\n"


def test_bad_calls_are_one_line(events: str, tmp_path: Path) -> None:
    assert "give --rules DIR or set RINGFENCE_RULES" in refused("rules", "list")
    assert "expected a folder of rules, found no" in refused("rules", "list", "--rules", str(tmp_path / "x"))
    assert "expected a time such as" in refused("rules", "list", "--rules", str(tmp_path), "--at", "soon")
    words = ("rules", "propose", events, "--rules", str(tmp_path), "--at", AT, "--onset", "x", "-q")
    assert "expected the onset x in the events" in refused(*words)


def test_times_are_read_as_utc_unless_they_say_otherwise() -> None:
    assert now_or("2025-03-03T00:00") == now_or("2025-03-03T01:00+01:00") == START
    assert now_or(str(START)) == START
    assert moment_of(START) == "2025-03-03 00:00"
