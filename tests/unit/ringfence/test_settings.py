"""Settings and the pseudonym key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from graph.model.errors import BadCall
from ringfence.settings import Settings, pseudonym_key, read_settings

SECRET = "0123456789abcdef"


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_BATCH_SIZE", "7")
    assert read_settings().batch_size == 7


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().batch_size = 3


def test_there_is_no_pseudonym_key_by_default() -> None:
    assert pseudonym_key(Settings(), None) is None


def test_the_key_file_of_the_call_wins(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text("f" * 32 + "\n")
    assert pseudonym_key(Settings(pseudonym_key=SECRET), key_file) == b"f" * 32


def test_the_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_PSEUDONYM_KEY", SECRET)
    assert pseudonym_key(read_settings(), None) == SECRET.encode()


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="expected one pseudonym key"):
        pseudonym_key(Settings(pseudonym_key=SECRET, pseudonym_key_file=tmp_path / "key"), None)


def test_a_key_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="No such file"):
        pseudonym_key(Settings(), tmp_path / "key")


@pytest.mark.parametrize("length", [0, 15, 65])
def test_a_key_of_the_wrong_length_is_refused(tmp_path: Path, length: int) -> None:
    (tmp_path / "key").write_text("k" * length)
    with pytest.raises(BadCall, match=f"found {length};"):
        pseudonym_key(Settings(), tmp_path / "key")


def test_the_key_is_not_shown_with_the_settings() -> None:
    assert SECRET not in repr(Settings(pseudonym_key=SECRET))
