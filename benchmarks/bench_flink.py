"""What Flink in front of an owner costs and how fast it is, at-least-once and exactly-once, on a real broker.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/bench_flink.py`` after ``make flink``. The events of a
simulated city with positions wait in topics of four partitions; the job decodes them, drops repeats and
writes ``events`` of one region. ``per_second`` and ``front_us`` (processor time an event of the TaskManager
and of its Python workers) are those of the last three quarters: while the first comes out, programs are
loaded and compiled. Then single events are sent, one every ``PACE_S``: ``p50_ms`` and ``p99_ms`` are from
before one is produced to when a consumer of committed records has it. ``recovered_s`` is from a kill -9 of
the TaskManager to the next event's arrival, ``started_s`` of it until another one was there.
``checkpoint_bytes`` is the newest checkpoint's size, ``within_48_hours`` how many events that old there are.
Last an owner reads ``events``, and one the platform's topics, each to the end: ``owner_us`` and
``straight_us`` are processor time of the thread that applies. Before all that, what the job runs in Python is
run without Flink, in batches of several sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import urllib.request
import uuid
import zlib
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from surroundings import surroundings

from flink.frames import packed, unpacked
from flink.front import Front
from flink.regions import Regions
from flink.shards import Places, Shard
from ringfence.service_wiring import RunOptions, service
from servers import FlinkCluster, KafkaServer, ServerUnavailable
from servers.flink import connector_jars, environment_of_flink, python_of_flink
from simulation import CityConfig, simulate
from streaming.admission.deduplicate import WINDOW_MS
from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.config import ServiceConfig
from streaming.service.status import Status

PARTITIONS = 4
LANES = PARTITIONS * len(INPUT_TOPICS)
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
LOOK_EVERY_S = 0.1
PACE_S = 0.05
WITHIN_S = 900.0


def processor_s(pid: int) -> float:
    """Processor time so far of a process and of all that it started and that still live."""
    stats: dict[int, tuple[int, float]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        stats[int(place.parent.name)] = int(fields[1]), (int(fields[11]) + int(fields[12])) * TICK_S
    family = {pid}
    while more := {one for one, (parent, _) in stats.items() if parent in family} - family:
        family |= more
    return sum(stats[one][1] for one in family if one in stats)


class Bench:
    """One broker, one cluster and one city."""

    def __init__(
        self, kafka: str, cluster: FlinkCluster, folder: Path, lines: list[bytes], parallelism: int
    ) -> None:
        self.kafka, self.cluster, self.folder, self.lines = kafka, cluster, folder, lines
        self.parallelism = parallelism
        self.newest_ms = max(json.loads(line)["ts"] for line in lines[-1000:])

    def case(self, *, exactly_once: bool, kill: bool) -> dict[str, Any]:
        """One job from start to end."""
        base = f"b{uuid.uuid4().hex[:6]}-"
        options = KafkaOptions(bootstrap=self.kafka, prefix=base)
        create_topics(options, PARTITIONS)
        create_topics(KafkaOptions(bootstrap=self.kafka, prefix=f"{base}all."), 1)
        admin = AdminClient({"bootstrap.servers": self.kafka})
        output = f"{base}all.events"
        admin.create_topics([NewTopic(output, LANES, 1)])[output].result(60)
        warm = len(self.lines) // 4
        self._feed(options, self.lines[:warm])
        job = self._submit(base, exactly_once)
        self._to_the_end(output, warm)
        spent = self._to_the_end(output, len(self.lines), partial(self._feed, options, self.lines[warm:]))
        latency = self._latency(base, output)
        checkpoint = self._checkpoint_bytes(job)
        recovery = self._recovery(base, output) if kill else {}
        self.cluster.cancel(job)
        total = len(self.lines) + latency.pop("sent") + kill
        return {
            **spent,
            **latency,
            **recovery,
            "checkpoint_bytes": checkpoint,
            "within_48_hours": self._within_48_hours(),
            "owner_us": self._owner(f"{base}all.", ("events",), total),
            "straight_us": self._owner(base, INPUT_TOPICS, total),
        }

    def _feed(self, options: KafkaOptions, lines: list[bytes]) -> None:
        feeder = Feeder(options)
        feeder.feed(lines)
        feeder.close()

    def _submit(self, base: str, exactly_once: bool) -> str:
        words = [
            str(python_of_flink()),
            "-m",
            "flink",
            "--kafka",
            self.kafka,
            "--cluster",
            self.cluster.address,
        ]
        words += ["--prefix", base, "--form", f"{base}{{region}}.events", "--group", f"{base}front"]
        words += ["--checkpoints", str(self.folder / "checkpoints"), "--parallelism", str(self.parallelism)]
        words += ["--exactly-once"] if exactly_once else []
        words += [word for jar in connector_jars() for word in ("--jar", str(jar))]
        root = Path(__file__).resolve().parents[1]
        done = subprocess.run(
            words, env=environment_of_flink(), cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return str(json.loads(done.stdout.splitlines()[-1])["job"])

    def _to_the_end(
        self, output: str, total: int, feed: Callable[[], None] = lambda: None
    ) -> dict[str, float]:
        looking = Consumer({"bootstrap.servers": self.kafka, "group.id": "look"})
        assert self.cluster.task_manager is not None
        samples: list[tuple[float, int, float]] = []
        deadline = time.monotonic() + WITHIN_S
        while not samples or samples[-1][1] < total:
            assert time.monotonic() < deadline, f"expected {total} records, found {samples[-1:]}"
            count = sum(
                looking.get_watermark_offsets(TopicPartition(output, number), timeout=30)[1]
                for number in range(LANES)
            )
            if count and (not samples or count > samples[-1][1]):
                samples.append((time.monotonic(), count, processor_s(self.cluster.task_manager.pid)))
                if len(samples) == 1:
                    feed()
            time.sleep(LOOK_EVERY_S)
        looking.close()
        (began_s, first, before_s), (ended_s, last, after_s) = samples[0], samples[-1]
        return {
            "measured": last - first,
            "per_second": round((last - first) / max(ended_s - began_s, LOOK_EVERY_S)),
            "front_us": round((after_s - before_s) / max(last - first, 1) * 1e6, 1),
        }

    def _latency(self, base: str, output: str, count: int = 200) -> dict[str, Any]:
        reader, took = self._reader(output), list[float]()
        feeder = Feeder(KafkaOptions(bootstrap=self.kafka, prefix=base))
        sent: dict[str, float] = {}
        next_s = time.monotonic()
        deadline = next_s + count * PACE_S + 120
        while len(took) < count and time.monotonic() < deadline:
            if len(sent) < count and time.monotonic() >= next_s:
                name = f"single-{len(sent)}"
                sent[name] = time.monotonic()
                feeder.put("accounts", name.encode(), self._login(name))
                next_s += PACE_S
            feeder.look()
            for name in _ids(reader):
                # What comes of the city even now is not among them.
                took += [time.monotonic() - sent[name]] if name in sent else []
        feeder.close()
        reader.close()
        assert len(took) == count, f"expected {count} events, found {len(took)}"
        parts = quantiles(took, n=100)
        return {"sent": count, "p50_ms": round(parts[49] * 1000), "p99_ms": round(parts[98] * 1000)}

    def _recovery(self, base: str, output: str) -> dict[str, Any]:
        """From a kill -9 of the TaskManager, whose place is taken at once, to the next event's arrival."""
        reader = self._reader(output)
        assert self.cluster.task_manager is not None
        began = time.monotonic()
        self.cluster.task_manager.kill()
        feeder = Feeder(KafkaOptions(bootstrap=self.kafka, prefix=base))
        feeder.put("accounts", b"after", self._login("after"))
        feeder.close()
        self.cluster.start_task_manager()
        started = time.monotonic()
        while "after" not in _ids(reader):
            assert time.monotonic() < began + WITHIN_S, "expected the job to go on"
        reader.close()
        return {"started_s": round(started - began, 1), "recovered_s": round(time.monotonic() - began, 1)}

    def _login(self, name: str) -> bytes:
        event = {"event_id": name, "type": "account_login", "ts": self.newest_ms, "account_id": name}
        return json.dumps({**event, "device_id": name}).encode()

    def _reader(self, output: str) -> Consumer:
        """Reads what is committed from now on."""
        reader = Consumer(
            {
                "bootstrap.servers": self.kafka,
                "group.id": f"reader-{output}",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 5,
            }
        )
        lanes = [TopicPartition(output, number) for number in range(LANES)]
        ends = [reader.get_watermark_offsets(lane, timeout=30)[1] for lane in lanes]
        reader.assign(
            [TopicPartition(output, lane.partition, end) for lane, end in zip(lanes, ends, strict=True)]
        )
        return reader

    def _checkpoint_bytes(self, job: str) -> int:
        with urllib.request.urlopen(
            f"http://{self.cluster.address}/jobs/{job}/checkpoints", timeout=30
        ) as said:
            latest = json.load(said)["latest"]["completed"]
        return int(latest["state_size"])

    def _within_48_hours(self) -> int:
        since_ms = self.newest_ms - WINDOW_MS
        return sum(json.loads(line)["ts"] >= since_ms for line in self.lines)

    def _owner(self, prefix: str, topics: tuple[str, ...], total: int) -> float:
        group = f"owner-{uuid.uuid4().hex[:8]}"
        options = RunOptions(
            kafka=KafkaOptions(bootstrap=self.kafka, prefix=prefix, group=group, topics=topics),
            service=ServiceConfig(until_end=True, snapshot_every=10**9),
            state=self.folder / group,
            window_days=90,
            max_line_bytes=1 << 20,
        )
        status = Status()
        with service(options, status) as running:
            began = time.thread_time()
            running.run()
            spent = time.thread_time() - began
        assert status.tally.events == total, (status.tally, total)
        return round(spent / total * 1e6, 2)


def functions(lines: list[bytes], at_once: int) -> dict[str, Any]:
    """Processor time an event of what the job runs in Python, here and without Flink, after a first batch."""
    regions = Regions(("all",), 0, None, {}, ())
    places = Places(
        form="{region}.events",
        prefix="",
        inputs=dict.fromkeys(INPUT_TOPICS, PARTITIONS),
        outputs={"all.events": LANES, "dead-letters": 1},
    )
    front, clock_ms = Front(regions), time.time_ns() // 1_000_000
    shards = [Shard(regions, places, clock_ms, 48.0, {}, {}) for _ in range(PARTITIONS)]
    spent = dict.fromkeys(("decode_us", "pack_us", "shard_us"), 0.0)
    for start in range(0, len(lines), at_once):
        messages = []
        for line in lines[start : start + at_once]:
            event = json.loads(line)
            topic, field = PLACES[event["type"]]
            messages.append((topic, zlib.crc32(str(event[field]).encode()) % PARTITIONS, 0, 0, line))
        marks = [time.process_time()]
        found = front.frames(*zip(*messages, strict=True))
        marks.append(time.process_time())
        frames = [unpacked(packed(frame)) for _, frame in found]
        marks.append(time.process_time())
        for frame in frames:
            shards[frame.partition].take(frame)
        marks.append(time.process_time())
        if start:
            for name, (before, after) in zip(spent, pairwise(marks), strict=True):
                spent[name] += after - before
    count = len(lines) - at_once
    return {"measured": count, **{name: round(each / count * 1e6, 2) for name, each in spent.items()}}


def report(case: str, facts: dict[str, Any]) -> None:
    """One line for a case."""
    known = {"bench": "flink", "case": case, **facts, **surroundings(["confluent-kafka", "numba"])}
    print(json.dumps(known), flush=True)


def _ids(reader: Consumer) -> list[str]:
    """The id of the next event, where one comes at once."""
    message = reader.poll(0.002)
    if message is None or message.error() is not None:
        return []
    return [json.loads(message.value())["event_id"]]


def main() -> None:
    """Runs both cases; says so where there is no Flink."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--riders", type=int, default=1500)
    parser.add_argument("--parallelism", type=int, default=2)
    parser.add_argument(
        "--kill", action=argparse.BooleanOptionalAction, default=True, help="and time recovery"
    )
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        drivers = words.riders // 12
        simulate(CityConfig(seed=3, riders=words.riders, drivers=drivers, days=28, gps=True), folder / "city")
        lines = (folder / "city" / "events.ndjson").read_bytes().splitlines()
        for at_once in (100, 1_000, 10_000):
            report(f"functions, {at_once} at once", functions(lines, at_once))
        started: list[KafkaServer | FlinkCluster] = []
        try:
            kafka = KafkaServer(folder / "kafka")
            cluster = FlinkCluster(folder / "flink", words.parallelism, lasting=True)
            for server in (kafka, cluster):
                started.append(server)
                server.start()
            bench = Bench(kafka.address, cluster, folder, lines, words.parallelism)
            for case in ("at-least-once", "exactly-once"):
                facts = {"events": len(lines), "parallelism": words.parallelism}
                report(case, {**facts, **bench.case(exactly_once=case == "exactly-once", kill=words.kill)})
        except ServerUnavailable as error:
            print(f"no Flink or no broker, nothing more measured: {error}")
        finally:
            for server in reversed(started):
                server.stop()


if __name__ == "__main__":
    main()
