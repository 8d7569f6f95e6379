"""Every ``bench_*.py`` beside this file, one after another, and a table of what their figures amount to.

Their lines of JSON are shown as they come and kept in ``--out``; the table compares each ratio with what the
engine is held to. ``--events FILE`` gives ``bench_detect`` one more file of events, plain or packed.

Before each, it looks how many cores are free, and says so first. A figure that needs two of them, because the
program reads ahead in a second thread, is marked where there were fewer. One that fails is named in the end
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
from typing import Any, Final, NamedTuple, TextIO

from rich.console import Console
from rich.table import Table
from surroundings import free_cores, surroundings

HERE: Final = Path(__file__).parent
NEARLY: Final = 0.8
"""Of a core that counts as free: a machine is never quite idle."""
ENDED: Final = "ended"
"""What a line is of that says that a benchmark ended well, and how many cores were free before it."""
Found = dict[tuple[str, str], dict[str, Any]]
Free = dict[str, float | None]
"""By benchmark, the cores that were free before it; None where nobody knows."""


class Row(NamedTuple):
    """One line of the table; ``wanted`` is a least or greatest value, by its sign.

    ``bench`` names what the figure comes from where that needs ``cores`` of them free.
    """

    name: str
    value: float
    wanted: float
    bench: str = ""
    cores: int = 1

    def verdict(self, free: Free) -> str:
        """Whether it is as wanted, and whether it had the cores that it needs."""
        is_met = self.value >= self.wanted if self.wanted > 0 else self.value <= -self.wanted
        there = free.get(self.bench)
        lacking = there is not None and there < NEARLY * self.cores
        return ("met" if is_met else "short") + (
            f" ({there:g} of {self.cores} cores were free)" if lacking else ""
        )


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


def rows(found: Found) -> Iterator[Row]:
    """The ratios that the cases at hand allow."""
    links = {
        int(case.split()[1]): one
        for (bench, case), one in found.items()
        if bench == "links" and case.startswith("groups ")
    }
    for size, one in sorted(links.items()):
        times = one["times_faster_per_batch"]
        yield Row(f"links, {size:,} live: times faster a batch than igraph", times["igraph"], 100)
        yield Row("  than igraph on a graph already built", times["igraph, components alone"], 100)
        yield Row("  share of union-find that cannot delete", one["of_union_find"], 0.10)
    if len(links) > 1:
        small, large = min(links), max(links)
        cost = links[large]["ns_per_update"] / links[small]["ns_per_update"]
        yield Row(f"links: cost of an update at {large:,} over {small:,}", cost, -3)
    for (bench, case), one in found.items():
        if case.startswith("memory "):
            yield Row(f"bytes a live link, {case[7:]} of them", one["resident_bytes_per_live_link"], -70)
            yield Row("  bytes an entity", one["resident_bytes_per_entity"], -200)
        elif bench == "peeling":
            times = one["times_faster"]["levels"]
            yield Row(f"peeling, {one['edges']:,} pairs: times faster than from scratch", times["add"], 1000)
            yield Row("  median microseconds to add one", one["add"]["median_us"], -50)
            yield Row("  to remove one", one["remove"]["median_us"], -50)
        elif bench == "detect" and "ratios" in one:
            share = one["ratios"]["detect_share_of_ceiling"]
            yield Row(f"detect, {case}: share of decoding alone", share, 0.30, "detect", 2)
        elif bench == "detect" and case == "one core":
            yield Row(
                "detect on one core: processor, reading ahead over in turn", one["ahead_over_in_turn"], -1.05
            )
        elif bench == "detect" and case == "growth":
            yield Row("detect: cost of an event, graph a hundredfold", one["last_over_first"], -2)
        elif bench == "workers" and case != "0 workers":
            alone = found[bench, "0 workers"]["owner_us"]
            yield Row(f"service, {case}: processor time of the owner over alone", one["owner_us"] / alone, -1)
        elif bench == "flink" and case.startswith("functions"):
            spent = one["decode_us"] + one["pack_us"] + one["shard_us"]
            yield Row(f"Flink, {case}: microseconds of processor an event", spent, -10)
        elif bench == "flink" and case == "rocksdb":
            yield Row(
                f"Flink, RocksDB: bytes an id, {one['events']:,} of them", one["checkpoint_bytes_per_id"], -40
            )
            yield Row("  microseconds of processor an event", one["front_us"], -40)
        elif bench == "backfill":
            yield Row(
                f"backfill, {one['events']:,} events: processor time over detect",
                one["backfill_us"] / one["detect_us"],
                -5,
            )
        elif bench == "flink":
            yield Row(
                f"Flink, {case}: processor time of front over owner",
                one["front_us"] / one["straight_us"],
                -10,
            )
        elif bench == "regions":
            yield Row("across regions: microseconds of processor an event", one["us"], -100)
        elif bench == "decisions" and case == "in one process":
            ours = one["decision_processor_us"]["p50"]
            for rival in ("store_query", "igraph_components"):
                times = one[f"{rival}_processor_us"]["p50"] / ours
                yield Row(f"decision, {one['live_links']:,} links: times faster than {rival}", times, 1)
        elif bench == "decisions" and case == "500 a second":
            yield Row("decision over HTTP: processor microseconds", one["processor_us"], -300)
            yield Row("  over the same route answering a constant", one["more_than_constant_us"], -300)
            if "calm_p99_ms" in one:
                yield Row("  milliseconds, 99 %, a third of the machine idle", one["calm_p99_ms"], -5)
        elif bench == "console" and "p99_ms" in one:
            yield Row(f"console, {case}: milliseconds, 99 %", one["p99_ms"], -300)
        elif bench == "console" and "frames_per_second" in one:
            frames = one["frames_per_second"]
            yield Row(f"console: frames a second, {one['nodes']:,} nodes panned", frames, 30)
        elif bench == "console" and case == "weight queue":
            yield Row("console: kilobytes of the first page", one["kilobytes"], -400)
        elif bench == "live_vectors" and case == "batch":
            yield Row("vectors: touched entities a second", one["touched_per_second"], 10_000)
        elif bench == "live_vectors" and case == "edge":
            yield Row("vectors: milliseconds for one edge, 99 %", one["all"]["p99_ms"], -20)
            yield Row("  for one at a hub", one["at_the_hub"]["p99_ms"], -20)


def table(found: Found, free: Free) -> Table:
    """The rows with what they are held to."""
    shown = Table("measure", "value", "wanted", "", box=None)
    for row in rows(found):
        wanted = f"{'at least' if row.wanted > 0 else 'at most'} {abs(row.wanted):g}"
        shown.add_row(row.name, f"{row.value:,.3g}", wanted, row.verdict(free))
    return shown


def run(script: Path, arguments: list[str], kept: TextIO) -> Found:
    """Run one benchmark, show its lines, keep those of JSON; its cases. Raises Failed."""
    found: Found = {}
    for line in lines_of(script, arguments):
        print(line, end="", flush=True)
        if line.startswith("{"):
            kept.write(line)
            one = json.loads(line)
            if "bench" not in one or "case" not in one:
                raise Failed("a line without its bench or case")
            found[one["bench"], one["case"]] = one
    return found


def ended(out: Path) -> dict[str, list[dict[str, Any]]]:
    """By benchmark that ended well, the lines that an earlier run kept; last the one that says so."""
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    lines = [json.loads(line) for line in text.splitlines()]
    ends = {one["case"]: one for one in lines if one["bench"] == ENDED}
    return {name: [*(one for one in lines if one["bench"] == name), end] for name, end in ends.items()}


def main() -> None:
    """Run them all, keep their lines, print the table."""
    parser = argparse.ArgumentParser(description="Run every benchmark and compare the ratios.")
    parser.add_argument("--out", type=Path, default=Path("out/bench.jsonl"))
    parser.add_argument(
        "--resume",
        action="store_true",
        help="leave out those that an earlier run with this OUT ended",
    )
    parser.add_argument(
        "--events", type=Path, help="one more file of events for bench_detect, plain or packed"
    )
    options = parser.parse_args()
    if options.events is not None and not options.events.is_file():
        parser.error(f"expected a file of events at {options.events}, found none: check the path")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    found: Found = {}
    free: Free = {}
    failed: list[str] = []
    before = ended(options.out) if options.resume else {}
    machine = {"bench": "machine", "case": "before all", "free_cores": free_cores(), **surroundings(())}
    print(json.dumps(machine), flush=True)
    with options.out.open("w", encoding="utf-8") as kept:
        for lines in before.values():
            kept.writelines(json.dumps(one) + "\n" for one in lines)
            found |= {(one["bench"], one["case"]): one for one in lines if one["bench"] != ENDED}
            free[lines[-1]["case"]] = lines[-1]["free_cores"]
        for script in sorted(HERE.glob("bench_*.py")):
            name = script.stem.removeprefix("bench_")
            if name in before:
                continue
            free[name] = cores = free_cores()
            print(f"== {script.name} ({'unknown' if cores is None else cores} cores free)", flush=True)
            takes_events = options.events is not None and name == "detect"
            try:
                found |= run(script, ["--events", str(options.events)] if takes_events else [], kept)
            except Failed as reason:
                failed.append(f"{script.name} ({reason})")
                print(f"expected {script.name} to end well, found {reason}; going on", flush=True)
            else:
                kept.write(json.dumps({"bench": ENDED, "case": name, "free_cores": cores}) + "\n")
            kept.flush()
    Console().print(table(found, free))
    if failed:
        raise SystemExit(f"expected every benchmark to end well, found {', '.join(failed)}: see above")


if __name__ == "__main__":
    main()
