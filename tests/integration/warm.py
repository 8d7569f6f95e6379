"""Compiled kernels loaded before the first fork, so that every child has them."""

import tempfile
from pathlib import Path

from ringfence.service_wiring import new_engine
from simulation import CityConfig, simulate
from streaming import detect

with tempfile.TemporaryDirectory() as _name:
    _folder = Path(_name)
    simulate(CityConfig(seed=5, riders=300, drivers=30, days=8), _folder / "city")
    detect([str(_folder / "city" / "events.ndjson")], _folder / "out", new_engine(90))
