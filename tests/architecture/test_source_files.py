"""Habits that every source file keeps."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for package in ("graph", "queries", "simulation", "streaming", "gnn", "ringfence", "flink")
    for path in (ROOT / package).rglob("*.py")
    if ".venv" not in path.parts
)
DRAWERS = {"utils", "helpers", "common", "manager", "base", "misc"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_starts_by_saying_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    assert [name_of(path) for path in SOURCES if path.stem in DRAWERS] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    # The job of Flink reads nothing there: it sets what only the environment tells its library.
    if path not in (ROOT / "ringfence" / "settings.py", ROOT / "flink" / "job.py"):
        assert not re.search(
            r"\bos\.(environ|getenv)\b|\bfrom os import .*\b(environ|getenv)\b", path.read_text()
        )


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_left_for_later(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", path.read_text())
