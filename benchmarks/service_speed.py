"""How fast the service is, beside what it stands on and what else could be used, on one real broker.

Each case prints one JSON line. The events of one simulated city are put into one topic with one partition:

* ``raw``: a loop that consumes with confluent-kafka and decodes with msgspec, and does nothing else;
* ``service``: the whole service, from an empty state to the end: journal, graph, flags delivered;
* ``quix``: Quix Streams counting by key with its state store on the same topic, where an interpreter that
  has it is given (``--quix PYTHON``);
* ``latency``: events fed at half of the service's rate; from the stamp of the last message of a batch
  with flags until they were safe, as the upper end of the bucket of the service's own histogram;
* ``snapshot``: arrays of the given size written and read back.

Ratios: ``service_over_raw`` and ``service_over_quix``. A rate is input events per second.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from confluent_kafka import Consumer
from surroundings import surroundings

from graph.events import Event
from ringfence.service_wiring import RunOptions, service
from servers import KafkaServer
from simulation import CityConfig, simulate
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.config import ServiceConfig
from streaming.service.status import Status
from streaming.snapshots import read_snapshot, write_snapshot
from streaming.summary import memory_mb

TOPIC = "accounts"

QUIX = """
import sys, time
from quixstreams import Application
address, topic, group, total, state = sys.argv[1:6]
seen, began = 0, None
app = Application(broker_address=address, consumer_group=group, auto_offset_reset="earliest", state_dir=state,
                  loglevel="ERROR")
def count(value, state):
    global seen, began
    began = began or time.perf_counter()
    state.set("n", state.get("n", 0) + 1)
    seen += 1
    return value
frame = app.dataframe(app.topic(topic, value_deserializer="json"))
frame = frame.apply(count, stateful=True)
app.run(count=int(total), timeout=60)
print(time.perf_counter() - began)
"""


class Mark(msgspec.Struct):
    """The header of a synthetic snapshot."""

    batch: int


def raw(address: str, topic: str, total: int) -> float:
    """Seconds to consume and decode everything, from the first message on."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"raw-{uuid.uuid4().hex}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    decode = msgspec.json.Decoder(Event).decode
    seen, began = 0, 0.0
    while seen < total:
        messages = consumer.consume(8192, 1.0)
        began = began or (time.perf_counter() if messages else 0.0)
        for message in messages:
            decode(message.value())
        seen += len(messages)
    seconds = time.perf_counter() - began
    consumer.close()
    return seconds


def whole(address: str, prefix: str, folder: Path) -> tuple[float, Status]:
    """Seconds from the first batch to the last, and what was seen."""
    status = Status()
    group = f"bench-{uuid.uuid4().hex}"
    options = run_options(address, prefix, group, folder, until_end=True)
    with service(options, status) as running:
        began: list[float] = []

        def watch() -> None:
            while not status.batch and status.phase != "stopped":
                time.sleep(0.001)
            began.append(time.perf_counter())

        watching = threading.Thread(target=watch)
        watching.start()
        running.run()
        ended = time.perf_counter()
        watching.join()
    return ended - began[0], status


def run_options(address: str, prefix: str, group: str, folder: Path, *, until_end: bool) -> RunOptions:
    """The service as it is run by default, on one topic."""
    return RunOptions(
        kafka=KafkaOptions(bootstrap=address, prefix=prefix, group=group, topics=(TOPIC,)),
        service=ServiceConfig(until_end=until_end, snapshot_every=10**9),
        state=folder,
        window_days=90,
        max_line_bytes=1 << 20,
    )


def latency(address: str, lines: list[bytes], rate: float, folder: Path) -> Status:
    """The service under half of its load."""
    prefix = f"latency-{uuid.uuid4().hex[:6]}-"
    options = run_options(address, prefix, prefix, folder, until_end=False)
    create_topics(options.kafka, 1)
    status = Status()
    with service(options, status) as running:
        working = threading.Thread(target=running.run)
        working.start()
        while status.phase != "running":
            time.sleep(0.05)
        feeder = Feeder(options.kafka)
        began = time.perf_counter()
        for number, line in enumerate(lines):
            feeder.put(TOPIC, None, line)
            ahead = number / rate - (time.perf_counter() - began)
            if ahead > 0.002:
                time.sleep(ahead)
        feeder.close()
        while status.tally.events + status.tally.duplicates < len(lines):
            time.sleep(0.05)
        running.stop()
        working.join()
    return status


def snapshot(megabytes: int, folder: Path) -> dict[str, object]:
    """Seconds to write and to read back arrays of that size."""
    dice = np.random.default_rng(1)
    arrays: dict[str, Any] = {f"column{n}": dice.integers(0, 1 << 60, megabytes * 12_500) for n in range(10)}
    began = time.perf_counter()
    size = write_snapshot(folder / "snapshot", Mark(1), arrays)
    written = time.perf_counter()
    read_snapshot(folder / "snapshot", Mark)
    return {
        "bytes": size,
        "write_s": round(written - began, 2),
        "read_s": round(time.perf_counter() - written, 2),
    }


def main() -> None:
    """Runs every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--kafka", help="a broker that runs [default: starts one]")
    parser.add_argument("--quix", metavar="PYTHON", help="an interpreter that has quixstreams")
    parser.add_argument("--snapshot-mb", type=int, default=500)
    words = parser.parse_args()
    print(json.dumps({"case": "surroundings", **surroundings(["confluent-kafka", "msgspec", "numba"])}))
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        server = None
        if not words.kafka:
            server = KafkaServer(folder / "kafka")
            server.start()
        address = words.kafka or server.address  # type: ignore[union-attr]
        simulate(CityConfig(seed=3, riders=3000, drivers=250, days=28, gps=True), folder / "city")
        lines = (folder / "city" / "events.ndjson").read_bytes().splitlines()[: words.events]
        prefix = f"bench-{uuid.uuid4().hex[:6]}-"
        options = KafkaOptions(bootstrap=address, prefix=prefix)
        create_topics(options, 1)
        feeder = Feeder(options)
        for line in lines:
            record = msgspec.json.decode(line)
            key = record.get("account_id") or record.get("driver_id") or record.get("subject")
            feeder.put(TOPIC, key.encode(), line)
        feeder.close()
        seconds, _ = whole(address, prefix, folder / "warm")
        results = {"raw": len(lines) / raw(address, prefix + TOPIC, len(lines))}
        print(
            json.dumps({"case": "raw", "events": len(lines), "per_second": round(results["raw"])}), flush=True
        )
        seconds, status = whole(address, prefix, folder / "state")
        results["service"] = len(lines) / seconds
        stages = {stage: round(each.total, 3) for stage, each in status.stages.items()}
        print(
            json.dumps(
                {
                    "case": "service",
                    "per_second": round(results["service"]),
                    "service_over_raw": round(results["service"] / results["raw"], 3),
                    "flags": sum(status.tally.flags.values()),
                    "batches": status.batch,
                    "stage_seconds": stages,
                    "memory_mb": memory_mb(),
                }
            ),
            flush=True,
        )
        if words.quix:
            done = subprocess.run(
                [
                    words.quix,
                    "-c",
                    QUIX,
                    address,
                    prefix + TOPIC,
                    prefix,
                    str(len(lines)),
                    str(folder / "quix"),
                ],
                capture_output=True,
                text=True,
                check=True,
            )
            rate = len(lines) / float(done.stdout.split()[-1])
            print(
                json.dumps(
                    {
                        "case": "quix",
                        "per_second": round(rate),
                        "service_over_quix": round(results["service"] / rate, 2),
                    }
                ),
                flush=True,
            )
        status = latency(address, lines, results["service"] / 2, folder / "latency")
        delays = status.flag_latency
        print(
            json.dumps(
                {
                    "case": "latency",
                    "offered_per_second": round(results["service"] / 2),
                    "flags": delays.count,
                    "p50_at_most_s": delays.quantile(0.5),
                    "p99_at_most_s": delays.quantile(0.99),
                }
            ),
            flush=True,
        )
        print(json.dumps({"case": "snapshot", **snapshot(words.snapshot_mb, folder)}), flush=True)
        if server is not None:
            server.kill()


if __name__ == "__main__":
    main()
