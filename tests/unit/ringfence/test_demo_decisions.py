"""What the demonstration prints about decisions can be called as it stands."""

from __future__ import annotations

import io
import json
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from graph.stores.opening import StoreAddress
from queries import open_results
from ringfence import demo_decisions
from ringfence.demo_decisions import TOKEN, serving, show_decisions
from ringfence.settings import read_settings
from ringfence.wiring import DetectOptions, run_detection
from servers.port import Port
from simulation import CityConfig, simulate


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_the_printed_serve_and_the_printed_calls_work_word_by_word(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(demo_decisions, "PORT", Port().number)
    city = simulate(CityConfig(seed=11, riders=600, drivers=50, days=14), tmp_path / "city")
    store, found, folder = tmp_path / "store.db", tmp_path / "found", tmp_path / "asking"
    options = DetectOptions.from_settings(read_settings())
    summary = run_detection([str(city.events_path)], found, options, None, StoreAddress(str(store)))
    results, out = open_results(found), io.StringIO()
    for _ in range(2):
        # Also where an earlier demonstration left its desk.
        out.truncate(0)
        with serving(store, city.events_path, folder) as begun:
            asked = (begun, summary.last_ts, list(results.rings()), results.accounts())
            assert show_decisions(*asked, Console(file=out, width=1_000))
    printed = [line.strip() for line in out.getvalue().strip("\0").splitlines()]
    assert stat.S_IMODE((folder / TOKEN).stat().st_mode) == 0o600
    serve, *_ = (line for line in printed if "serve" in line)
    calls = [line for line in printed if line.startswith("curl")]
    said = [line.partition(",")[0] for line in printed if ", score " in line]
    assert len(calls) == 2
    assert said[0] in ("block", "review")
    assert said[1] == "allow"
    _, *words = shlex.split(serve)
    with subprocess.Popen([sys.executable, "-m", "ringfence", *words], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert b"Serving" in process.stdout.readline()
            for call, wanted in zip(calls, said, strict=True):
                assert _decision(call) == wanted
        finally:
            process.terminate()


def _decision(call: str) -> str:
    """What the call is told once the files were read; the shell's part in it is played here."""
    secret = re.sub(r"\$\(cat (.+?)\)", lambda match: Path(match[1]).read_text(), call)
    _, _, header, _, body, address = shlex.split(secret)
    name, _, value = header.partition(": ")
    for _ in range(600):
        told = httpx.post(
            address, content=json.dumps(json.loads(body)), headers={name: value}, timeout=60
        ).json()
        if told["lag"] == 0:
            return str(told["decision"])
    raise AssertionError("expected the files to be read, found them still being read")
