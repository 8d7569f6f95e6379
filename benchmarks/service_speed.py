"""How fast the service is, beside what it stands on and what else could be used, on one real broker.

Run from the repository's root: ``python -m benchmarks.service_speed``. Each case prints one JSON line. Two
streams, each in one topic with one partition: ``positions``, a simulated city with GPS as platforms have it,
and ``dense``, one without, where every event has to be judged.

* ``raw``: a loop that consumes with confluent-kafka and decodes with msgspec, and does nothing else;
* ``service``: the whole service, from an empty state to the end: journal, graph, flags delivered; raw and
  service by turns, three times, medians;
* ``quix``: Quix Streams counting by key with its state store on the same topic, where an interpreter that
  has it is given (``--quix PYTHON``);
* ``latency``: events fed by another process at half and at a tenth of the service's rate, on the same
  processors. From when the producer was handed an event (its stamp, as topics have it by default) until its
  flag was safe at the broker, and for every batch from the stamp of its oldest message until it was done.

Ratios: ``service_over_raw`` and ``service_over_quix``. A rate is input events per second of wall clock.
``cpu`` is the processor time of the one thread that reads and applies, in microseconds an event: it says more
than the clock on a machine that is shared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
import numpy as np
from confluent_kafka import Consumer

from benchmarks.surroundings import surroundings
from graph.model.events import Event
from ringfence.service_wiring import RunOptions, service
from servers import KafkaServer
from simulation import CityConfig, simulate
from streaming.files.summary import memory_mb
from streaming.kafka.closing import CLOSE_S, Departure, close_within
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.committing import PendingBatch
from streaming.service.config import ServiceConfig
from streaming.service.ports import Partition
from streaming.service.status import SECONDS, Distribution, Status

TOPIC = "accounts"
LATENCY_AT = (0.5, 0.1)
"""Parts of the sustained rate at which latency is measured."""

QUIX = """
import sys, time
from quixstreams import Application
address, topic, group, total, state = sys.argv[1:6]
seen, began = 0, None
app = Application(broker_address=address, consumer_group=group, auto_offset_reset="earliest", state_dir=state,
                  loglevel="ERROR", consumer_extra_config={"fetch.queue.backoff.ms": 5})
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


FEED = """
import sys, time
from confluent_kafka import Producer
address, topic, path, rate = sys.argv[1:5]
lines, rate = open(path, "rb").read().splitlines(), float(rate)
records = [{"value": line} for line in lines]
# Not compressed: what the feeder and the broker do not do is left of the processors for the service.
producer = Producer({
    "bootstrap.servers": address, "linger.ms": 5, "enable.idempotence": True,
    "queue.buffering.max.messages": 1_000_000,
})
# Connected before the clock starts: a record is stamped when it is handed over, and the first would wait.
producer.produce_batch(topic, records[:1])
producer.flush()
began, cpu, sent = time.perf_counter(), time.process_time(), 1
while sent < len(lines):
    due = min(len(lines), int((time.perf_counter() - began) * rate) + 1)
    producer.produce_batch(topic, records[sent:due])
    sent = due
    producer.poll(0)
    time.sleep(0.002)
producer.flush()
print(len(lines) / (time.perf_counter() - began), (time.process_time() - cpu) / len(lines) * 1e6)
"""


@dataclass(frozen=True)
class Run:
    """One run over a stream."""

    per_second: float
    cpu_us: float


class SnapshotMessage(Distribution):
    """A distribution that keeps every value, for exact quantiles."""

    def __init__(self) -> None:
        super().__init__(SECONDS)
        self.values: list[float] = []

    def observe(self, value: float) -> None:
        """Keeps one value."""
        super().observe(value)
        self.values.append(value)

    def milliseconds(self) -> dict[str, float | int]:
        """How many, and how long in the middle and at the end."""
        values = np.array(self.values or [np.nan]) * 1000
        p50, p99 = np.percentile(values, [50, 99]).tolist()
        return {"count": len(self.values), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1)}


def raw(address: str, topic: str, total: int) -> Run:
    """Consumes and decodes everything, timed from the first message on."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"raw-{uuid.uuid4().hex}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.queue.backoff.ms": 5,
        }
    )
    consumer.subscribe([topic])
    decode = msgspec.json.Decoder(Event).decode
    first = None
    while first is None:
        first = consumer.poll(0.1)
    began, cpu, seen = time.perf_counter(), time.thread_time(), 1
    while seen < total:
        messages = consumer.consume(min(8192, total - seen), 0.1)
        for message in messages:
            decode(message.value())
        seen += len(messages)
    run = Run(total / (time.perf_counter() - began), (time.thread_time() - cpu) / total * 1e6)
    close_within(CLOSE_S, print, reader=lambda: Departure().leave(consumer))
    return run


def whole(address: str, prefix: str, folder: Path, total: int) -> tuple[Run, Status]:
    """The service over everything, timed from when it takes partitions to the end of the last batch."""
    status = Status()
    group = f"bench-{uuid.uuid4().hex}"
    options = run_options(address, prefix, group, folder, until_end=True)
    began: list[float] = []
    with service(options, status) as running:
        first = running.assigned

        def assigned(partitions: list[Partition]) -> dict[Partition, int]:
            began[:] = [time.perf_counter(), time.thread_time()]
            return first(partitions)

        running.assigned = assigned  # type: ignore[method-assign]
        ended: list[float] = []
        learn = running.commits.commit

        def commit(batch: PendingBatch) -> None:
            learn(batch)
            ended[:] = [time.perf_counter(), time.thread_time()]

        running.commits.commit = commit  # type: ignore[method-assign]
        running.run()
    assert status.tally.events + status.tally.duplicates == total
    return Run(total / (ended[0] - began[0]), (ended[1] - began[1]) / total * 1e6), status


def run_options(address: str, prefix: str, group: str, folder: Path, *, until_end: bool) -> RunOptions:
    """The service as it is run by default, on one topic."""
    return RunOptions(
        kafka=KafkaOptions(bootstrap=address, prefix=prefix, group=group, topics=(TOPIC,)),
        service=ServiceConfig(until_end=until_end, snapshot_every=10**9),
        state=folder,
        window_days=90,
        max_line_bytes=1 << 20,
    )


def latency(address: str, path: Path, total: int, rate: float, folder: Path) -> dict[str, object]:
    """The service under a part of its load, with another process feeding it."""
    prefix = f"latency-{uuid.uuid4().hex[:6]}-"
    options = run_options(address, prefix, prefix, folder, until_end=False)
    create_topics(options.kafka, 1)
    status = Status()
    status.flag_latency, status.event_latency = SnapshotMessage(), SnapshotMessage()
    with service(options, status) as running:
        working = threading.Thread(target=running.run)
        working.start()
        # Until it has its partitions nothing is fed: taking a place in a group is no part of a latency.
        while not status.is_ready:
            time.sleep(0.05)
        words = [sys.executable, "-c", FEED, address, prefix + TOPIC, str(path), str(rate)]
        fed = subprocess.run(words, capture_output=True, text=True, check=True)
        while status.tally.events + status.tally.duplicates < total:
            time.sleep(0.05)
        running.stop()
        working.join()
    offered, feeding_us = map(float, fed.stdout.split())
    return {
        "offered_per_second": round(offered),
        "feeder_cpu_us_an_event": round(feeding_us, 2),
        "flags": status.flag_latency.milliseconds(),
        "batches": status.event_latency.milliseconds(),
    }


def quix(python: str, address: str, topic: str, total: int, folder: Path) -> float:
    """Events per second of Quix Streams counting by key."""
    words = [python, "-c", QUIX, address, topic, f"quix-{uuid.uuid4().hex}", str(total), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return total / float(done.stdout.split()[-1])


def say(case: str, **facts: object) -> None:
    """One line."""
    print(json.dumps({"bench": "service_speed", "case": case, **facts}), flush=True)


def feed(kafka: KafkaOptions, lines: list[bytes]) -> None:
    """Put every line of events into the topic, by the key that it has there."""
    feeder = Feeder(kafka)
    for line in lines:
        record = msgspec.json.decode(line)
        key = record.get("account_id") or record.get("driver_id") or record.get("subject")
        feeder.put(TOPIC, key.encode(), line)
    feeder.close()


def a_stream(riders: int, most: int, gps: bool, folder: Path) -> tuple[Path, list[bytes]]:
    """The first events of a simulated city, as a file and as its lines."""
    city = CityConfig(seed=3, riders=riders, drivers=riders // 12, days=28, gps=gps)
    simulate(city, folder / "city")
    path = folder / "events.ndjson"
    lines = (folder / "city" / "events.ndjson").read_bytes().splitlines()[:most]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path, lines


def measure(name: str, gps: bool, words: argparse.Namespace, address: str, folder: Path) -> None:
    """Every case on one stream."""
    path, lines = a_stream(words.riders, words.events, gps, folder)
    total, prefix = len(lines), f"bench-{uuid.uuid4().hex[:6]}-"
    create_topics(KafkaOptions(bootstrap=address, prefix=prefix), 1)
    feed(KafkaOptions(bootstrap=address, prefix=prefix), lines)
    whole(address, prefix, folder / "warm", total)
    raws, services, share = [], [], []
    for number in range(3):
        raws.append(raw(address, prefix + TOPIC, total))
        run, status = whole(address, prefix, folder / f"state-{number}", total)
        services.append(run)
        share.append(run.per_second / raws[-1].per_second)
    rate = median(run.per_second for run in services)
    for case, runs in (("raw", raws), ("service", services)):
        rates = sorted(round(run.per_second) for run in runs)
        cpu = round(median(run.cpu_us for run in runs), 2)
        say(f"{name} {case}", events=total, per_second=rates[1], runs=rates, cpu_us_an_event=cpu)
    say(
        f"{name} ratio",
        service_over_raw=round(median(share), 3),
        service_over_raw_by_cpu=round(
            median(r.cpu_us / s.cpu_us for r, s in zip(raws, services, strict=True)), 3
        ),
        flags=sum(status.tally.flags.values()),
        batches=status.batch,
        stage_seconds={stage: round(each.total, 3) for stage, each in status.stages.items()},
        memory_mb=memory_mb(),
    )
    if words.quix:
        other = quix(words.quix, address, prefix + TOPIC, total, folder / "quix")
        say(f"{name} quix", per_second=round(other), service_over_quix=round(rate / other, 2))
    for part in LATENCY_AT:
        found = latency(address, path, total, rate * part, folder / f"latency-{part}")
        say(f"{name} latency at {part:g}", part_of_rate=part, **found)


def main() -> None:
    """Runs every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=300_000, help="of each stream, at most")
    parser.add_argument("--riders", type=int, default=3000)
    parser.add_argument("--kafka", help="a broker that runs [default: starts one]")
    parser.add_argument("--quix", metavar="PYTHON", help="an interpreter that has quixstreams")
    words = parser.parse_args()
    say("surroundings", **surroundings(["confluent-kafka", "msgspec", "numba"]))
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        server = None
        if not words.kafka:
            server = KafkaServer(folder / "kafka")
            server.start()
        address = words.kafka or server.address  # type: ignore[union-attr]
        for stream, gps in (("positions", True), ("dense", False)):
            (folder / stream).mkdir()
            measure(stream, gps, words, address, folder / stream)
        if server is not None:
            server.kill()


if __name__ == "__main__":
    main()
