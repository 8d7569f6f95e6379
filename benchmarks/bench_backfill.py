"""What `ringfence backfill` (Spark) costs as a history grows, beside `ringfence detect` on the same events.

Run as ``PYTHONPATH=. python benchmarks/bench_backfill.py --events 1000000 20000000`` where the extra
``spark`` is installed; elsewhere it says so and measures nothing. A simulated city with positions is made as
large as asked by repeating it under other ids, 28 days later each time, and lies in ``--regions`` folders of
plain lines, every line in one of them. ``backfill_s`` and ``detect_s`` are seconds of the clock, ``*_us``
processor time an event of the process and all it started; `detect` takes region after region. Both begin
with the start of their program. ``digests_equal``: the state of every region is the same.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_flink import LOOK_EVERY_S, copies_of, events_of_city, processor_s
from surroundings import surroundings


def write_history(size: int, regions: int, folder: Path) -> int:
    """Folders ``region=N``; gives how many events all of them hold."""
    written = 0
    for region in range(regions):
        lines = events_of_city(folder.parent / f"city-{region}", seed=30 + region)
        wanted = size // regions
        (folder / f"region=r{region}").mkdir(parents=True)
        with (folder / f"region=r{region}" / "events.ndjson").open("wb") as file:
            for number, line in enumerate(copies_of(lines, -(-wanted // len(lines)))):
                if number == wanted:
                    break
                file.write(line + b"\n")
                written += 1
    return written


def timed(command: list[str]) -> tuple[float, float, str]:
    """Seconds of the clock and of processor that a command takes, with all that it starts; what it says."""
    began, spent = time.monotonic(), 0.0
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        process = subprocess.Popen(command, stdout=said, stderr=wrong)
        while process.poll() is None:
            # Of those that ended, their parents know; what is spent after the last look is not counted.
            spent = max(spent, processor_s(process.pid, ended=True)[1])
            time.sleep(LOOK_EVERY_S)
        took = time.monotonic() - began
        said.seek(0)
        wrong.seek(0)
        assert process.returncode == 0, wrong.read()[-2000:]
        return took, spent, said.read()


def ours(*words: str) -> tuple[float, float]:
    """The same of a call of the program."""
    return timed([sys.executable, "-m", "ringfence", *words])[:2]


def case(size: int, regions: int, cores: int, folder: Path) -> dict[str, Any]:
    """One size."""
    history, out = folder / "history", folder / "out"
    events = write_history(size, regions, history)
    names = [f"r{region}" for region in range(regions)]
    took_s, spent_s = ours("backfill", str(history), "--out", str(out), "--master", f"local[{cores}]")
    alone_s = alone_spent_s = 0.0
    equal = True
    for name in names:
        alone = folder / "alone"
        lines = history / f"region={name}" / "events.ndjson"
        one_s, one_spent_s = ours("detect", str(lines), "--out", str(alone), "--quiet")
        alone_s, alone_spent_s = alone_s + one_s, alone_spent_s + one_spent_s
        found = [
            json.loads((place / "summary.json").read_bytes())["state_digest"]
            for place in (alone, out / f"region={name}" / "results")
        ]
        equal &= found[0] == found[1]
        shutil.rmtree(alone)
    for place in (history, out):
        shutil.rmtree(place)
    return {
        "events": events,
        "regions": regions,
        "cores": cores,
        "backfill_s": round(took_s, 1),
        "backfill_us": round(spent_s / events * 1e6, 2),
        "detect_s": round(alone_s, 1),
        "detect_us": round(alone_spent_s / events * 1e6, 2),
        "digests_equal": equal,
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Runs every size; says so where there is no Spark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[500_000, 1_000_000], metavar="NUMBER")
    parser.add_argument("--regions", type=int, default=4)
    parser.add_argument("--cores", type=int, default=2)
    words = parser.parse_args()
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        print("no Spark, nothing measured: install the extra spark, and Java 17")
        return
    for size in words.events:
        with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
            found = case(size, words.regions, words.cores, Path(name) / "work")
        known = {"bench": "backfill", "case": f"{size} events", **found, **surroundings(["numba", "pyspark"])}
        print(json.dumps(known), flush=True)


if __name__ == "__main__":
    main()
