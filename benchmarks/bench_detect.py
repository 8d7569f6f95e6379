"""How fast ``ringfence detect`` is, beside the least a program could do and a plain twin on networkx.

Simulated cities of one seed are written to a temporary folder: the one that ``ringfence simulate`` makes
unless told otherwise, which has no GPS positions and 6 of 100 accounts in rings, the same with 1 of 100, and
a small one without and with positions; ``--events FILE`` is measured before them, unpacked. Measured on each,
interleaved, ``--repeats`` times after one run that is thrown away; one line of JSON for each file with the
median of every measure:

* ``detect``: the whole pipeline in this process, results written to disk;
* ``command``: the same as a process of its own, start-up included, with its peak memory (MiB);
* ``command_on_one_event``: what of that is start-up and finishing;
* ``decode_only``: reading the file and decoding every line with msgspec into the same types, and no more: the
  ceiling of any program that reads this format with this library;
* ``decode_columns``: reading the file, cutting it into lines and decoding to columns as ``detect`` does;
* ``networkx_twin``: the same file read and decoded, the identity links of its first ``TWIN_EVENTS`` events
  added to a networkx graph whose components are recomputed once every ``TWIN_EVERY`` events. It knows no
  ageing, no strength, no trips, and its components are out of date for all events but one in ``TWIN_EVERY``.

Ratios: ``detect_share_of_ceiling`` is detect over decode_only; ``detect_over_twin`` is detect over
networkx_twin. A rate is input events per second.

Another, ``one core``: seconds of detect held to one core, reading ahead and not, by turns.

One more line, ``growth``: a small city is applied a hundred times over, each time with other identifiers, to
one engine; microseconds an event in the first copies, around the tenth and in the last, and memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final
from unittest.mock import patch

import msgspec
import networkx as nx
from surroundings import rate, surroundings

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import ABSENT, EventBatch, hash_texts
from graph.model.events import Event
from simulation import CityConfig, simulate
from streaming import ColumnDecoder, InputFiles, detect
from streaming.files.sources.compression import PIECE_BYTES, plain_pieces
from streaming.files.sources.decoded import decoded
from streaming.files.sources.read_ahead import read_ahead

TWIN_EVENTS: Final = 10_000
TWIN_EVERY: Final = 1_000
COPIES: Final = 100
BATCH: Final = 1_000
IDENTITIES: Final = (
    ("account_id", ("device_id", "ip", "phone_hash", "email_hash", "card_id", "bank_account_id")),
    ("rider_id", ("rider_device_id", "card_id")),
    ("driver_id", ("driver_device_id",)),
)
PACKAGES: Final = ["ringfence", "msgspec", "networkx", "numpy", "numba"]


def detect_here(events: Path, out: Path) -> None:
    """The whole pipeline in this process."""
    detect([str(events)], out, Engine(EngineConfig(), load_scorer()))


def detect_as_command(events: Path, out: Path) -> float:
    """The same as a process; its peak memory in MiB."""
    command = [sys.executable, "-m", "ringfence", "detect", str(events), "--out", str(out), "--quiet"]
    # By way of a shell that forks: on Linux a peak survives exec, so a direct child would report ours.
    subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", *command], check=True)
    return float(json.loads((out / "summary.json").read_bytes())["peak_memory_mb"])


def decode_only(events: Path) -> None:
    """Every line decoded and let go."""
    decode = msgspec.json.Decoder(Event).decode
    with events.open("rb") as lines:
        for line in lines:
            decode(line)


def decode_columns(events: Path) -> None:
    """Every line decoded to columns and let go."""
    with InputFiles([str(events)]) as inputs:
        for _ in decoded(inputs.files[0], ColumnDecoder()):
            pass


def networkx_twin(events: Path, limit: int) -> None:
    """Identity links of the first events into networkx, components recomputed now and then."""
    graph = nx.Graph()
    decode = msgspec.json.Decoder(Event).decode
    with events.open("rb") as lines:
        for number, line in enumerate(islice(lines, limit), 1):
            event = decode(line)
            for holder, identifiers in IDENTITIES:
                account = getattr(event, holder, None)
                for name in identifiers if account is not None and hasattr(event, identifiers[0]) else ():
                    identifier = getattr(event, name, None)
                    if identifier is not None:
                        kind = name.removeprefix("rider_").removeprefix("driver_")
                        graph.add_edge(account, (kind, identifier))
            if number % TWIN_EVERY == 0:
                sum(1 for _ in nx.connected_components(graph))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes on the clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def unpacked(events: Path, scratch: Path) -> Path:
    """A plain file of the same events: what is measured is no unpacking."""
    plain = scratch / "plain.ndjson"
    with events.open("rb") as packed, plain.open("wb") as out:
        out.writelines(plain_pieces(events.name, lambda: packed.read(PIECE_BYTES)))
    return plain


def measure(events: Path, scratch: Path, repeats: int) -> dict[str, Any]:
    """Every measure on one file."""
    with events.open("rb") as lines:
        total = sum(1 for _ in lines)
    one_event = scratch / "one.ndjson"
    with events.open("rb") as lines:
        one_event.write_bytes(lines.readline())
    memory: list[float] = []
    outs = (scratch / f"out{number}" for number in count())
    first = min(total, TWIN_EVENTS)
    works: dict[str, tuple[int, Callable[[], object]]] = {
        "detect": (total, lambda: detect_here(events, next(outs))),
        "command": (total, lambda: memory.append(detect_as_command(events, next(outs)))),
        "command_on_one_event": (1, lambda: detect_as_command(one_event, next(outs))),
        "decode_only": (total, lambda: decode_only(events)),
        "decode_columns": (total, lambda: decode_columns(events)),
        "networkx_twin": (first, lambda: networkx_twin(events, first)),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats + 1):
        for name, (_, work) in works.items():
            spent = seconds(work)
            if turn > 0:
                taken[name].append(spent)
    rates = {name: rate(done, taken[name]) for name, (done, _) in works.items()}

    def ratio(over: str, under: str) -> float:
        return round(float(str(rates[over]["per_second"])) / float(str(rates[under]["per_second"])), 4)

    return {
        "events": total,
        "file_mb": round(events.stat().st_size / 1e6, 1),
        "rates": rates,
        "command_peak_memory_mib": max(memory),
        "ratios": {
            "detect_share_of_ceiling": ratio("detect", "decode_only"),
            "columns_share_of_ceiling": ratio("decode_columns", "decode_only"),
            "detect_over_twin": ratio("detect", "networkx_twin"),
        },
    }


def on_one_core(events: Path, scratch: Path, repeats: int) -> dict[str, Any]:
    """Seconds of ``detect`` held to one core, reading ahead in a second thread and not, by turns."""
    ours = os.sched_getaffinity(0)
    ways: dict[str, Any] = {"ahead": read_ahead, "in turn": lambda items: items}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    os.sched_setaffinity(0, {min(ours)})
    try:
        for turn in range(repeats + 1):
            for name, way in ways.items():
                began, worked = perf_counter(), process_time()
                with patch("streaming.files.detect.read_ahead", way):
                    detect_here(events, scratch / f"{name} {turn}")
                if turn > 0:
                    taken[name].append((perf_counter() - began, process_time() - worked))
    finally:
        os.sched_setaffinity(0, ours)
    clock, processor = (
        {name: round(median(each[at] for each in runs), 4) for name, runs in taken.items()} for at in (0, 1)
    )
    return {
        "clock_s": clock,
        "processor_s": processor,
        "ahead_over_in_turn": round(processor["ahead"] / processor["in turn"], 3),
    }


def renamed(batch: EventBatch, copy: int) -> EventBatch:
    """The same events with other identifiers: the first two bytes of each are replaced by a number."""
    buffer = batch.buffer.copy()
    records = batch.records.copy()
    starts = records["text_start"][records["text_start"] != ABSENT]
    for place, digit in enumerate(divmod(copy, 10)):
        buffer[starts + place] = 48 + digit
        buffer[records["id_start"] + place] = 48 + digit
    hash_texts(records, buffer)
    return EventBatch(records, buffer)


def resident_mib() -> float:
    """What this process holds now, in MiB."""
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return round(int(line.split()[1]) / 1024, 1)


def growth(events: Path) -> dict[str, Any]:
    """Microseconds an event while the graph of one engine grows a hundredfold."""
    with InputFiles([str(events)]) as inputs:
        blocks = [block.records.batch for block in decoded(inputs.files[0], ColumnDecoder())]
    batch = EventBatch.joined(blocks)
    engine = Engine(EngineConfig(), load_scorer())
    spent: list[float] = []
    sizes: list[dict[str, int]] = []
    memory: list[float] = []
    for copy in range(COPIES):
        other = renamed(batch, copy)
        started = perf_counter()
        for start in range(0, len(other), BATCH):
            engine.apply(other[start : start + BATCH])
        spent.append(perf_counter() - started)
        sizes.append(engine.counts())
        memory.append(resident_mib())

    def microseconds(copies: slice) -> float:
        return round(median(spent[copies]) / len(batch) * 1e6, 3)

    stages = {
        "copies_2_to_4": slice(1, 4),
        "copies_9_to_11": slice(8, 11),
        "copies_98_to_100": slice(97, 100),
    }
    measured = {name: microseconds(copies) for name, copies in stages.items()}
    return {
        "events_in_a_copy": len(batch),
        "microseconds_an_event": measured,
        "last_over_first": round(measured["copies_98_to_100"] / measured["copies_2_to_4"], 3),
        "counts_first": sizes[0],
        "counts_last": sizes[-1],
        "resident_mib": {"first": memory[0], "last": memory[-1]},
    }


def main() -> None:
    """Print one line of JSON for each case."""
    parser = argparse.ArgumentParser(description="Events per second of ringfence detect and its rivals.")
    parser.add_argument("--events", type=Path, help="a file of events to measure too, plain or packed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--riders", type=int, default=2000, help="of the small city")
    parser.add_argument("--drivers", type=int, default=150)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    def report(case: str, found: dict[str, Any]) -> None:
        head = {"bench": "detect", "case": case, "seed": options.seed}
        print(json.dumps(head | found | surroundings(PACKAGES)), flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        if options.events is not None:
            plain = unpacked(options.events, scratch)
            report(options.events.name, measure(plain, scratch, options.repeats))
        usual = CityConfig(seed=options.seed)
        small = replace(usual, riders=options.riders, drivers=options.drivers, days=options.days)
        cities = {
            "city": usual,
            "city with little fraud": replace(usual, fraud_share=0.01),
            "small city": small,
            "small city with gps": replace(small, gps=True),
        }
        for case, config in cities.items():
            folder = scratch / case.replace(" ", "-")
            report(case, measure(simulate(config, folder).events_path, folder, options.repeats))
            if config is usual:
                report("one core", on_one_core(folder / "events.ndjson", folder, options.repeats))
        town = replace(usual, riders=400, drivers=40, days=7)
        report("growth", growth(simulate(town, scratch / "town").events_path))


if __name__ == "__main__":
    main()
