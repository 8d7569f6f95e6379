"""A test stuck in a C call ends the run, by its name, though nothing of Python runs any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLED_AFTER_S = 5.0
STUCK = """
import ctypes
import pytest

def test_that_is_well():
    assert True

@pytest.mark.parametrize("seed", [7])
def test_that_never_ends(seed):
    ctypes.{library}(None).sleep(10_000)
"""


STUCK_AT_THE_END = """
import atexit, ctypes

def test_that_is_well():
    atexit.register(ctypes.PyDLL(None).sleep, 10_000)
"""


def run(tmp_path: Path, tests: str) -> subprocess.CompletedProcess[str]:
    hooks = "pytest_configure, pytest_runtest_protocol, pytest_sessionfinish"
    (tmp_path / "conftest.py").write_text(f"from tests.conftest import {hooks}\n")
    (tmp_path / "test_stuck.py").write_text(tests)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "timeout=0", "test_stuck.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RINGFENCE_TEST_KILLED_AFTER_S": str(KILLED_AFTER_S)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("library", ["CDLL", "PyDLL"])
def test_a_test_that_is_stuck_in_c_is_killed_and_named(library: str, tmp_path: Path) -> None:
    """CDLL lets other threads run meanwhile, PyDLL keeps the interpreter to itself."""
    found = run(tmp_path, STUCK.format(library=library))
    assert found.returncode < 0, found.stdout
    assert "Stuck where no timeout reaches it" in found.stderr
    assert "test_stuck.py::test_that_never_ends[7]" in found.stderr
    # Where it stood, from faulthandler.
    assert "in test_that_never_ends" in found.stderr


@pytest.mark.slow
def test_a_run_that_is_stuck_after_its_last_test_is_killed_as_well(tmp_path: Path) -> None:
    found = run(tmp_path, STUCK_AT_THE_END)
    assert found.returncode < 0, found.stdout
    assert "'the end of the run'" in found.stderr
