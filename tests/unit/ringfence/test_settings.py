"""Settings and the pseudonym key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graph.model.errors import BadCall
from ringfence.settings import Settings, pseudonym_key, read_settings, settings_with

SECRET = "0123456789abcdef"


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_BATCH_SIZE", "7")
    assert read_settings().batch_size == 7


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().batch_size = 3  # type: ignore[misc]


def test_there_is_no_pseudonym_key_by_default() -> None:
    assert pseudonym_key(Settings(), None) is None


def test_the_key_file_of_the_call_wins(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text("f" * 32 + "\n")
    assert pseudonym_key(settings_with({"pseudonym_key": SECRET}), key_file) == b"f" * 32


def test_the_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_PSEUDONYM_KEY", SECRET)
    assert pseudonym_key(read_settings(), None) == SECRET.encode()


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="expected one pseudonym key"):
        pseudonym_key(settings_with({"pseudonym_key": SECRET, "pseudonym_key_file": tmp_path / "key"}), None)


def test_a_key_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="No such file"):
        pseudonym_key(Settings(), tmp_path / "key")


@pytest.mark.parametrize("length", [0, 15, 65])
def test_a_key_of_the_wrong_length_is_refused(tmp_path: Path, length: int) -> None:
    (tmp_path / "key").write_text("k" * length)
    with pytest.raises(BadCall, match=f"found {length};"):
        pseudonym_key(Settings(), tmp_path / "key")


def test_the_key_is_not_shown_with_the_settings() -> None:
    assert SECRET not in repr(settings_with({"pseudonym_key": SECRET}))


@pytest.mark.parametrize(
    ("name", "word", "said"),
    [
        ("batch_size", "0", "expected int >= 1"),
        ("window_days", "-1", "expected float > 0"),
        ("serve_port", "70000", "expected int <= 65535"),
        ("kafka_topics", ",", "expected array of length >= 1"),
        ("warm", "perhaps", "expected bool"),
        ("remember_hours", "long", "expected float, got str"),
    ],
)
def test_a_value_that_is_not_valid_names_its_variable(
    name: str, word: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"RINGFENCE_{name.upper()}", word)
    with pytest.raises(BadCall, match=f"RINGFENCE_{name.upper()} to be valid, found .*{said}"):
        read_settings()


@pytest.mark.parametrize(
    ("word", "meant"), [("yes", True), ("ON", True), ("1", True), ("no", False), ("F", False)]
)
def test_a_switch_is_told_as_people_tell_it(word: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_WARM", word)
    assert read_settings().warm is meant


def test_lists_paths_and_numbers_are_read_from_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_KAFKA_TOPICS", "trips, gps,")
    monkeypatch.setenv("ringfence_model", "models")
    monkeypatch.setenv("RINGFENCE_MAX_FALSE_ALERTS", "0.05")
    found = settings_with({"window_days": 30, "rules": Path("rules"), "store": None})
    assert found.kafka_topics == ("trips", "gps")
    assert (found.model, found.rules, found.store) == (Path("models"), Path("rules"), None)
    assert (found.max_false_alerts, found.window_days) == (0.05, 30)


def test_a_command_without_serving_does_not_load_what_serving_needs() -> None:
    """Every start of the command pays for what it loads."""
    code = "import sys, ringfence.main, ringfence.commands.detect; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pydantic", "scipy", "yaml", "cffi", "neo4j", "starlette"} & set(loaded)
