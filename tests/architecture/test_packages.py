"""The rooms of the house: where they are, what they offer, which way imports point."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(
    f"{house}.{place.parent.name}"
    for house in ("graph", "streaming", "gnn", "rules")
    for place in (ROOT / house).glob("*/__init__.py")
)
PACKAGES = ["graph", "queries", "simulation", "streaming", "gnn", "rules", "ringfence", "flink"]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_resolves_inside_the_repository(name: str) -> None:
    """``graph`` and ``queries`` are names that another distribution may use as well."""
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).resolve() == ROOT / name / "__init__.py"


@pytest.mark.parametrize("name", [*PACKAGES, "gnn.evaluation", "ringfence.commands", *ROOMS])
def test_a_package_says_what_it_is_for(name: str) -> None:
    doc = importlib.import_module(name).__doc__
    assert doc is not None
    assert len(doc.split()) >= 4


@pytest.mark.parametrize("name", ["queries", "simulation", "streaming", "ringfence", "gnn.evaluation"])
def test_all_names_what_exists_sorted_and_nothing_twice(name: str) -> None:
    module = importlib.import_module(name)
    exported = list(module.__all__)
    assert exported
    assert len(set(exported)) == len(exported)
    assert [each for each in exported if not hasattr(module, each)] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("queries", {"Answer", "Question", "Results", "Store", "catalogue", "open_results", "open_store"}),
        ("ringfence", {"__version__"}),
    ],
)
def test_a_public_surface_grows_only_on_purpose(name: str, expected: set[str]) -> None:
    assert set(importlib.import_module(name).__all__) == expected


def test_imports_point_down_the_house() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("house", ["graph", "streaming", "gnn", "rules"])
def test_a_house_holds_rooms_and_its_front_and_no_file_beside_them(house: str) -> None:
    assert [path.name for path in (ROOT / house).glob("*.py")] == ["__init__.py"]
