"""Whether this checkout is as fast as another: processor time of ``ringfence detect`` by both, by turns.

``--other FOLDER`` is another checkout of this repository, run by this Python with the libraries that it has;
``--events FILE`` what both detect in. Each runs once to compile its kernels, then ``--repeats`` pairs follow,
each pair in the other order than the one before. A third call, on the first event alone, is taken off: it is
start-up. One line of JSON for each pair, and last the median of the ratios: above 1 this one needs less.
Processor time is that of the processes themselves, so that other work on the machine moves it little.

Run it from the repository's root: ``python -m benchmarks.checkouts --other FOLDER --events FILE``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.surroundings import surroundings

OURS: Final = Path(__file__).resolve().parents[1]
MOST_S: Final = 1_800.0


def processor_s(checkout: Path, events: Path, out: Path) -> float:
    """Seconds of processor of one run of ``detect``; raises when it fails."""
    command = [sys.executable, "-m", "ringfence", "detect", str(events), "--out", str(out), "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=checkout, env=environment, timeout=MOST_S)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_event(events: Path, into: Path) -> Path:
    """A file with the first line of another, plain or packed by gzip."""
    with gzip.open(events) if events.suffix == ".gz" else events.open("rb") as lines:
        into.write_bytes(next(iter(lines)))
    return into


def main() -> None:
    """Print a line of JSON for each pair, and the medians."""
    parser = argparse.ArgumentParser(description="Processor time of detect by two checkouts, by turns.")
    parser.add_argument("--other", type=Path, required=True, help="another checkout of this repository")
    parser.add_argument("--events", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    other = options.other.resolve()
    if not (other / "ringfence" / "__main__.py").is_file():
        parser.error(f"expected a checkout at {other}, found none; give the folder that holds ringfence/")
    print(json.dumps({"bench": "checkouts"} | surroundings(["numpy", "numba"])), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        one = first_event(options.events, scratch / "one.ndjson")
        sides = {"other": other, "ours": OURS}
        for name, checkout in sides.items():
            processor_s(checkout, options.events.resolve(), scratch / name)
        ratios = []
        for repeat in range(options.repeats):
            order = list(sides.items())[:: 1 if repeat % 2 else -1]
            spent = {
                name: processor_s(checkout, options.events.resolve(), scratch / name)
                - processor_s(checkout, one, scratch / name)
                for name, checkout in order
            }
            ratios.append(spent["other"] / spent["ours"])
            told = {name: round(seconds, 3) for name, seconds in sorted(spent.items())}
            line = {"bench": "checkouts", "processor_s": told, "ratio": round(ratios[-1], 3)}
            print(json.dumps(line | {"load": round(os.getloadavg()[0], 2)}), flush=True)
    print(json.dumps({"bench": "checkouts", "median_ratio": round(median(ratios), 3)}))


if __name__ == "__main__":
    main()
