"""Two workers share a run: what belongs together stays together, and what takes long comes first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shares import SERVERS, order, share_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("nodeid", "share"),
    [
        ("tests/contract/test_store_contract.py::test_one[neo4j]", SERVERS),
        ("tests/integration/test_service_chaos.py::test_one[a::b/c]", SERVERS),
        ("tests/integration/test_notebooks.py::test_one", "tests/integration/test_notebooks.py"),
        ("tests/unit/graph/test_mutations.py::test_one[x]", "tests/unit/graph/test_mutations.py"),
    ],
)
def test_a_share_is_a_file_or_all_that_runs_on_servers(nodeid: str, share: str) -> None:
    assert share_of(nodeid) == share


def test_servers_come_first_then_files_with_slow_tests_then_the_rest() -> None:
    names = ["tests/unit/b.py::x", "tests/unit/a.py::y", "tests/contract/c.py::z", "tests/unit/a.py::w"]
    ordered = sorted(names, key=lambda name: order(name, {"tests/unit/a.py"}))
    assert ordered == [names[2], names[1], names[3], names[0]]


TESTS = """
import os

def test_which_process(request):
    with open("{place}", "a") as file:
        file.write(f"{{request.path.stem}} {{os.getpid()}}\\n")

test_again = test_which_process
"""


def test_a_file_is_run_by_one_worker(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_xdist_make_scheduler\n")
    for name in "abcd":
        (tmp_path / f"test_{name}.py").write_text(TESTS.format(place=tmp_path / "ran"))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = (tmp_path / "ran").read_text().split("\n")[:-1]
    assert len(ran) == 8
    assert len(set(ran)) == 4, "each file with one process"
    assert len({line.split()[1] for line in ran}) == 2
