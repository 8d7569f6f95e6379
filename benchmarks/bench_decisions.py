"""Decisions over HTTP: a what-if on a graph of a million live links, asked 500 times a second.

A server process is the application of ``ringfence serve`` with desk, tokens, limits and edges; it follows a
stream of its own at 1,000 events a second while a light client asks at random moments (a Poisson process,
open loop: a late answer delays no question, and counts from when it was due). In turns with it the same way
in answers a constant, and nobody asks, so that what the stream costs can be taken off. Reported: percentiles
of the latency, processor time of the server for one decision and for one constant, and how much of the
machine was idle; windows in which a third of it was are judged apart, since a latency on busy cores says how
busy they are. At 1,000 requests a second the same, reported only. Beside it, in one process, the same
question answered by a query of a store (SQLite, two steps around the account) and by recomputing components
with igraph. One line of JSON for each case, and in the end a table.

    python benchmarks/bench_decisions.py           # as `make bench` does
    python benchmarks/bench_decisions.py --short   # three windows of six seconds of each kind
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import socket
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from decisions.city import accounts_for, filled, keep, question
from decisions.client import load
from decisions.rivals import in_process
from decisions.server import serve

PORT = 8479
ASKED, CONSTANT, NOBODY = "/v1/decisions", "/v1/constant", ""
CALM = 1 / 3
"""Of the machine idle, so that a latency says something about the program."""
RIVALS = {
    "decision_processor_us": "a decision without HTTP",
    "store_query_processor_us": "a query of a store for each decision",
    "igraph_components_processor_us": "components anew with igraph for each decision",
}


def told(case: str, **figures: Any) -> None:
    """One line of JSON."""
    print(json.dumps({"bench": "decisions", "case": case, **figures}), flush=True)


def summary(windows: list[dict[str, Any]], rate: int, event_cpu_s: float) -> dict[str, Any]:
    """What windows at a rate came to; ``event_cpu_s``: what an event of the stream costs the server."""
    ours = {
        path: [each for each in windows if (each["path"], each["rate"]) == (path, rate)]
        for path in (ASKED, CONSTANT)
    }
    each_us = {
        path: [
            1e6 * (one["server_cpu_s"] - event_cpu_s * one["events_applied"]) / one["answers"]
            for one in found
        ]
        for path, found in ours.items()
    }
    asked = ours[ASKED]
    calm = [one for one in asked if one["idle_share"] >= CALM]
    median = {path: round(statistics.median(found), 1) for path, found in each_us.items()}
    figures: dict[str, Any] = {
        "processor_us": median[ASKED],
        "constant_processor_us": median[CONSTANT],
        "more_than_constant_us": round(median[ASKED] - median[CONSTANT], 1),
        "p50_ms": statistics.median(one["p50_ms"] for one in asked),
        "p99_ms": statistics.median(one["p99_ms"] for one in asked),
        "p999_ms": statistics.median(one["p999_ms"] for one in asked),
        "failed": sum(one["failed"] for one in asked),
        "windows": len(asked),
        "calm_windows": len(calm),
        "idle_share": [one["idle_share"] for one in asked],
    }
    if calm:
        figures["calm_p99_ms"] = statistics.median(one["p99_ms"] for one in calm)
    return figures


def main() -> None:
    """Prints one line of JSON for each case."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--links", type=int, default=1_000_000)
    reading.add_argument("--events", type=int, default=1_000)
    reading.add_argument("--seconds", type=float, default=15.0, help="of one window")
    reading.add_argument("--windows", type=int, default=5, help="of each kind at 500 requests a second")
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--short", action="store_true", help="three windows of six seconds")
    given = reading.parse_args()
    seconds, windows = (6.0, 3) if given.short else (given.seconds, given.windows)
    told("machine", cores=os.cpu_count(), load=[round(each, 2) for each in os.getloadavg()])
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as folder:
        measure(given, seconds, windows, Path(folder) / "graph.rfsnap")


def measure(given: argparse.Namespace, seconds: float, windows: int, graph: Path) -> None:
    """Everything on one graph, which is made once and lies in a file for the server."""
    engine, taken = filled(given.links, given.seed)
    keep(graph, engine, taken)
    alone = in_process(engine, given.links, given.seed, 1_000 if given.short else 5_000)
    del engine
    told("in one process", **alone)
    cases = [(NOBODY, 0), (ASKED, 500), (CONSTANT, 500)] * windows
    cases += [(ASKED, 1_000), (CONSTANT, 1_000)] * max(1, windows // 2)
    making = multiprocessing.get_context("spawn")
    ready = making.Queue()
    whole_s = 3 * seconds * len(cases)
    server = making.Process(
        target=serve, args=(PORT, graph, given.links, given.events, whole_s, ready), daemon=True
    )
    server.start()
    try:
        token, links, ts = ready.get(timeout=600)
        told("graph", live_links=links)
        wait_for(PORT)
        # One short window that nobody counts.
        accounts, found = accounts_for(given.links), []
        cases.insert(0, (ASKED, 200))
        for number, (path, rate) in enumerate(cases):
            chance = random.Random(given.seed + number)
            bodies = [question(accounts, chance, ts) for _ in range(int((rate or 1) * seconds))]
            window = load(PORT, path, token, bodies, rate, given.seed + number)
            if number:
                told(f"window {number}", **window)
                found.append(window)
    finally:
        server.terminate()
        server.join(10)
    nobody = [one["server_cpu_s"] / max(1, one["events_applied"]) for one in found if not one["rate"]]
    event_cpu_s = statistics.median(nobody)
    sums = {rate: summary(found, rate, event_cpu_s) for rate in (500, 1_000)}
    for rate, figures in sums.items():
        told(f"{rate} a second", event_processor_us=round(1e6 * event_cpu_s, 1), **figures)
    print_table(alone, found, sums)


def print_table(
    alone: dict[str, Any], windows: list[dict[str, Any]], sums: dict[int, dict[str, Any]]
) -> None:
    """The same for people."""
    print(f"\nDecisions on {alone['live_links']:,} live links, over HTTP; load now {os.getloadavg()[0]:.1f}")
    print(
        f"{'asked a second':>14} {'idle':>6} {'p50 ms':>9} {'p99 ms':>9} {'p99.9 ms':>9} {'events/s':>9}  of"
    )
    for one in windows:
        if one["rate"]:
            of = "decisions" if one["path"] == ASKED else "a constant"
            times = " ".join(f"{one[name]:9.2f}" for name in ("p50_ms", "p99_ms", "p999_ms"))
            idle = f"{100 * one['idle_share']:4.0f} %"
            print(f"{one['rate']:14,} {idle} {times} {one['events_applied_a_second']:9,}  {of}")
    for rate, figures in sums.items():
        print(
            f"{rate:,} a second, processor: {figures['processor_us']:.0f} us a decision, "
            f"{figures['constant_processor_us']:.0f} a constant, {figures['more_than_constant_us']:.0f} more"
        )
    calm = sums[500].get("calm_p99_ms")
    said = f"p99 {calm:.2f} ms in windows with a third idle (bar 5)" if calm else "no window had a third idle"
    print(f"500 a second: {said}; {sums[500]['more_than_constant_us']:.0f} us more than a constant (bar 300)")
    for name, label in RIVALS.items():
        print(f"{label}: {alone[name]['p50']:,.0f} us of processor (median), {alone[name]['p99']:,.0f} (p99)")


def wait_for(port: int) -> None:
    """Until the server listens. Raises OSError when it does not within ten seconds."""
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
