"""What reading workers take off the process that owns the graph: processor time of both, on one real broker.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/bench_workers.py``. The events of a simulated city with
positions, in topics of four partitions, read by the whole service (journal, graph, results delivered) with 0,
1 and 2 workers, by turns. ``owner_us`` is processor time of the thread that applies, ``workers_us`` that of
the worker processes less their start, each in microseconds an event, medians; a rate says little where all
share the cores with the broker. Where no broker can be started it says so and measures nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median

from surroundings import surroundings

from ringfence.service_wiring import RunOptions, service
from servers import KafkaServer, ServerUnavailable
from simulation import CityConfig, simulate
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.config import ServiceConfig
from streaming.service.status import Status

PARTITIONS = 4
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """The processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def once(address: str, prefix: str, folder: Path, workers: int, total: int) -> dict[str, float]:
    """One run over everything."""
    group = f"bench-{uuid.uuid4().hex}"
    options = RunOptions(
        kafka=KafkaOptions(bootstrap=address, prefix=prefix, group=group),
        service=ServiceConfig(until_end=True, snapshot_every=10**9),
        state=folder / group,
        window_days=90,
        max_line_bytes=1 << 20,
        workers=workers,
    )
    status, spent = Status(), 0.0
    with service(options, status) as running:
        kafka = running._parts.group
        pids = kafka.pool.pids if workers else []  # type: ignore[attr-defined]
        leave = kafka.leave
        began: list[float] = []

        def leaving() -> None:
            nonlocal spent
            spent = sum(map(processor_s, pids)) - began[2] if pids else 0.0
            began[:2] = [time.perf_counter() - began[0], time.thread_time() - began[1]]
            leave()

        kafka.leave = leaving  # type: ignore[method-assign]
        # Workers load the libraries meanwhile, which is no part of the work.
        time.sleep(8.0 if workers else 0.0)
        began = [time.perf_counter(), time.thread_time(), sum(map(processor_s, pids))]
        running.run()
        del kafka.leave
    assert status.tally.events == total, status.tally
    return {
        "per_second": total / began[0],
        "owner_us": began[1] / total * 1e6,
        "workers_us": spent / total * 1e6,
    }


def main() -> None:
    """Runs every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--riders", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        try:
            server = KafkaServer(folder / "kafka")
            server.start()
        except ServerUnavailable as error:
            print(f"no broker, nothing measured: {error}")
            return
        try:
            measure(server.address, folder, words.riders, words.rounds)
        finally:
            server.kill()


def measure(address: str, folder: Path, riders: int, rounds: int) -> None:
    """Feeds once, then runs with 0, 1 and 2 workers by turns."""
    simulate(CityConfig(seed=3, riders=riders, drivers=riders // 12, days=28, gps=True), folder / "city")
    lines = (folder / "city" / "events.ndjson").read_bytes().splitlines()
    prefix = f"bench-{uuid.uuid4().hex[:6]}-"
    options = KafkaOptions(bootstrap=address, prefix=prefix)
    create_topics(options, PARTITIONS)
    feeder = Feeder(options)
    feeder.feed(lines)
    feeder.close()
    once(address, prefix, folder, 0, len(lines))
    found: dict[int, list[dict[str, float]]] = {0: [], 1: [], 2: []}
    for _ in range(rounds):
        for workers, runs in found.items():
            runs.append(once(address, prefix, folder, workers, len(lines)))
    for workers, runs in found.items():
        middle = {name: round(median(run[name] for run in runs), 2) for name in runs[0]}
        facts = {
            "bench": "workers",
            "case": f"{workers} workers",
            "events": len(lines),
            "runs": rounds,
            **middle,
        }
        print(json.dumps({**facts, **surroundings(["confluent-kafka", "numba"])}), flush=True)


if __name__ == "__main__":
    main()
