"""`make explore` finds what the steady examples miss, says how to find it again, and ends by itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROPERTY = """
from hypothesis import given, strategies as st

@given(st.integers(0, 10_000))
def test_a_property(number):
    assert {claim}
"""


def explore(tmp_path: Path, claim: str, *options: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "conftest.py").write_text("import tests.conftest\n")
    (tmp_path / "test_claim.py").write_text(PROPERTY.format(claim=claim))
    return subprocess.run(
        [sys.executable, "-m", "tests.explore", *options, "test_claim.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_a_property_that_does_not_hold_fails_with_its_example_and_its_seed(tmp_path: Path) -> None:
    found = explore(tmp_path, "number < 17", "--seed", "7")
    assert found.returncode == 1, found.stderr
    assert "== round 1, seed 7" in found.stdout
    assert "number=17" in found.stdout
    assert "again with: python -m tests.explore --seed 7" in found.stdout


@pytest.mark.slow
def test_rounds_go_on_under_new_seeds_until_the_time_is_up(tmp_path: Path) -> None:
    found = explore(tmp_path, "number >= 0", "--minutes", "0.1")
    assert found.returncode == 0, found.stdout + found.stderr
    seeds = re.findall(r"== round \d+, seed (\d+)", found.stdout)
    assert len(seeds) == len(set(seeds)) >= 1
    assert f"== {len(seeds)} rounds, 0 of them failed" in found.stdout
