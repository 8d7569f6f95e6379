"""Every ``bench_*.py`` beside this file and those of ``OTHERS``, and a table of what their figures amount to.

Their lines of JSON are shown as they come and kept in ``--out``; the table compares each figure with what the
engine is held to (``held_to``). ``--events FILE`` gives ``bench_detect`` one more file of events, plain or
packed; ``--quix PYTHON`` has the service compared with Quix Streams; ``--only NAME...`` runs a few of them.

Before each, it looks how many cores are free, and says so first. A figure that needs two of them, because the
program reads ahead in a second thread, is marked where there were fewer, and every figure where the host of
a virtual machine took a share of the time. One that fails is named in the end
and holds nothing else up; ``--resume`` runs what the lines in ``--out`` lack.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from held_to import Around, Cases, Found, rows
from rich.console import Console
from rich.table import Table
from surroundings import free_cores, host_took, surroundings, used_ticks

HERE: Final = Path(__file__).parent
OTHERS: Final = {
    "large_rings": [],
    "service_recovery": [],
    "service_speed": ["--riders", "9000"],
    "snapshot_pause": ["--only", "forked", "--turns", "100", "--within", "1"],
    "store_lag": ["--parts", "0.5"],
    "store_speed": ["--asks", "0", "--stores", "Neo4j"],
}
"""Beside ``bench_*.py``, with what each is told here."""
ENDED: Final = "ended"
"""What a line is of that says that a benchmark ended well, and what was around it."""


class Failed(Exception):
    """A benchmark did not end well, or printed a line that is none of a case."""


def lines_of(script: Path, arguments: list[str]) -> Iterator[str]:
    """What one benchmark prints, as it comes; raises Failed when it does not end well."""
    command = [sys.executable, "-u", str(script), *arguments]
    # Some start servers, which are no part of the installed packages.
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield from process.stdout
    if process.returncode != 0:
        raise Failed(f"exit status {process.returncode}")


def table(found: Found, around: dict[str, Around]) -> Table:
    """The rows with what they are held to."""
    shown = Table("measure", "value", "wanted", "", box=None)
    for bench, row in rows(found):
        wanted = f"{'at least' if row.wanted > 0 else 'at most'} {abs(row.wanted):g}"
        shown.add_row(row.name, f"{row.value:,.3g}", wanted, row.verdict(around.get(bench, Around())))
    return shown


def run(script: Path, arguments: list[str], kept: TextIO) -> Cases:
    """Run one benchmark, show its lines, keep those of JSON; its cases. Raises Failed."""
    found: Cases = {}
    for line in lines_of(script, arguments):
        print(line, end="", flush=True)
        if line.startswith("{"):
            kept.write(line)
            one = json.loads(line)
            if one.get("bench") != name_of(script) or "case" not in one:
                raise Failed("a line without its bench or case")
            found[one["case"]] = one
    return found


def name_of(script: Path) -> str:
    """What its lines call a benchmark."""
    return script.stem.removeprefix("bench_")


def scripts() -> dict[str, Path]:
    """Every benchmark there is, by name."""
    others = (HERE / f"{name}.py" for name in OTHERS)
    found = (*HERE.glob("bench_*.py"), *(script for script in others if script.is_file()))
    return {name_of(script): script for script in sorted(found, key=name_of)}


def ended(out: Path) -> dict[str, list[dict[str, Any]]]:
    """By benchmark that ended well, the lines that an earlier run kept; last the one that says so."""
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    lines = [json.loads(line) for line in text.splitlines()]
    ends = {one["case"]: one for one in lines if one["bench"] == ENDED}
    return {name: [*(one for one in lines if one["bench"] == name), end] for name, end in ends.items()}


def read_options() -> argparse.Namespace:
    """What was asked for, or an end that says what was expected."""
    parser = argparse.ArgumentParser(description="Run every benchmark and compare the ratios.")
    parser.add_argument("--out", type=Path, default=Path("out/bench.jsonl"))
    parser.add_argument(
        "--resume", action="store_true", help="leave out those that an earlier run with this OUT ended"
    )
    parser.add_argument(
        "--events", type=Path, help="one more file of events for bench_detect, plain or packed"
    )
    parser.add_argument("--quix", type=Path, metavar="PYTHON", help="an interpreter that has quixstreams")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(scripts()), help="no others")
    options = parser.parse_args()
    for what, path in (("a file of events", options.events), ("an interpreter", options.quix)):
        if path is not None and not path.is_file():
            parser.error(f"expected {what} at {path}, found none: check the path")
    return options


def main() -> None:
    """Run them all, keep their lines, print the table."""
    options = read_options()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    told = {
        **OTHERS,
        "detect": ["--events", str(options.events)] if options.events else [],
        "service_speed": [*OTHERS["service_speed"], *(["--quix", str(options.quix)] if options.quix else [])],
    }
    found: Found = {}
    around: dict[str, Around] = {}
    failed: list[str] = []
    before = ended(options.out) if options.resume else {}
    machine = {"bench": "machine", "case": "before all", "free_cores": free_cores(), **surroundings(())}
    print(json.dumps(machine), flush=True)
    with options.out.open("w", encoding="utf-8") as kept:
        for name, (*lines, end) in before.items():
            kept.writelines(json.dumps(one) + "\n" for one in (*lines, end))
            found[name] = {one["case"]: one for one in lines}
            around[name] = Around(end["free_cores"], end.get("host_took"))
        for name, script in scripts().items():
            if name in before or (options.only and name not in options.only):
                continue
            cores, before_it = free_cores(), used_ticks()
            print(f"== {script.name} ({'unknown' if cores is None else cores} cores free)", flush=True)
            try:
                found[name] = run(script, told.get(name, []), kept)
            except Failed as reason:
                failed.append(f"{script.name} ({reason})")
                print(f"expected {script.name} to end well, found {reason}; going on", flush=True)
            else:
                around[name] = Around(cores, host_took(before_it))
                kept.write(json.dumps({"bench": ENDED, "case": name, **around[name]._asdict()}) + "\n")
            kept.flush()
    Console().print(table(found, around))
    if failed:
        raise SystemExit(f"expected every benchmark to end well, found {', '.join(failed)}: see above")


if __name__ == "__main__":
    main()
