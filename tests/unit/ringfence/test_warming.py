"""What is loaded before events wait for it is what they call for."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from numba import njit
from numba.core import event

from ringfence.warming import Progress

ROOT = Path(__file__).resolve().parents[3]

LOADED_LATER = """
import sys
from pathlib import Path
from graph.kernels.kernel import Kernel
from ringfence.engines import new_engine
from ringfence.warming import warm_up
from simulation import CityConfig, simulate
from streaming.decoding.columns import ColumnDecoder

def loaded():
    found = set()
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("gnn", "graph", "streaming"):
            for word, each in vars(module).items():
                if isinstance(each, Kernel) and "dispatcher" in vars(each):
                    found |= {(each.__module__, word, str(signature)) for signature in each.overloads}
    return found

model = Path(sys.argv[2]) if sys.argv[2] else None
warm_up(model)
before = loaded()
assert before
warm_up(model)
city = simulate(CityConfig(seed=11, riders=600, drivers=60, days=10, gps=True), Path(sys.argv[1]))
engine, decoder = new_engine(30, model), ColumnDecoder()
lines = city.events_path.read_bytes().splitlines()
for first in range(0, len(lines), 4096):
    engine.apply(decoder.decode_values(lines[first : first + 4096]).batch)
assert engine.counts()["open_rings"]
print(sorted(loaded() - before))
"""


@pytest.mark.slow
@pytest.mark.parametrize("model", ["", "gnn/weights/network"])
def test_after_warming_up_a_city_calls_for_no_kernel_that_is_not_loaded(model: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOADED_LATER, str(tmp_path / "city"), model]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout == "[]\n", result.stdout + result.stderr


def test_what_is_compiled_is_counted_and_said() -> None:
    out = StringIO()
    progress = Progress(out, every_s=0.0)
    with event.install_listener("numba:compile", progress):
        njit(lambda number: number + 1)(1)
    assert progress.compiled == 1
    assert out.getvalue().startswith("Compiled 1 kernels in ")


@pytest.mark.slow
def test_nothing_is_said_where_everything_is_compiled() -> None:
    command = [sys.executable, "-m", "ringfence.warming"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout == b""
