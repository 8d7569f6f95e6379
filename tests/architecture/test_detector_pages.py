"""Every detector of trips has its page, whose constants and tests exist."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from graph.model.vocabulary import TripReason

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "detection"
PARTS = ["What it sees", "Formula", "Source", "Constants", "Honest behaviour that looks the same"]


@cache
def known_names() -> frozenset[str]:
    sources = (path.read_text() for path in (ROOT / "tests" / "unit" / "graph" / "updates").glob("test_*.py"))
    return frozenset(name for source in sources for name in re.findall(r"def (test_\w+)", source))


def test_there_is_one_page_for_each_detector():
    assert {path.stem for path in PAGES.glob("*.md")} == {reason.value for reason in TripReason}


@pytest.mark.parametrize("reason", TripReason)
def test_a_page_has_its_parts_and_names_what_exists(reason):
    text = (PAGES / f"{reason.value}.md").read_text()
    assert text.startswith(f"# `{reason.value}`: ")
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == PARTS
    constants = re.findall(r"`((?:updates|state)\.\w+)\.([A-Z_]+)`", text)
    assert constants
    for module, name in constants:
        assert hasattr(importlib.import_module(f"graph.{module}"), name), f"{module}.{name}"
    named = re.findall(r"\| `(test_\w+)` \|", text)
    assert named
    assert [name for name in named if name not in known_names()] == []
    in_formula = text.split("```")[1]
    told = {name for _, name in constants} | {"USUAL", "UNUSUAL", "CLAIM_USUAL", "CLAIM_UNUSUAL"}
    assert set(re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)*\b", in_formula)) <= told
