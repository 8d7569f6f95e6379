"""What Flink in front of an owner costs and how fast it is, at-least-once and exactly-once, on a real broker.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/bench_flink.py`` after ``make flink``. The events of a
simulated city with positions, ``--copies`` times one after another, wait in topics of four partitions; the
job decodes them, drops repeats and writes ``events`` of one region. ``per_second`` and ``front_us``
(processor time an event of the TaskManager and of its Python workers, ``java_us`` of the former alone) are
those of the last three quarters: while the first comes out, programs are loaded and compiled. Then single
events are sent, one every ``PACE_S``: ``p50_ms`` and ``p99_ms`` are from before one is produced to when a
consumer of committed records has it. ``recovered_s`` is from a kill -9 of the TaskManager to the next event's
arrival, ``started_s`` of it until another one was there. ``checkpoint_bytes`` is the size of a checkpoint
after that, ``within_48_hours`` how many events are that old at most in their topic; ``rocksdb`` sends
``--ids`` small events of one day and keeps their ids in RocksDB. Last an owner reads ``events``, and one the
platform's topics, each to the end: ``owner_us`` and ``straight_us`` are processor time of the thread that
applies. Before all that, what the job runs in Python is run without Flink, in batches of several sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
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
DAY_MS = 86_400_000
CITY_MS = 28 * DAY_MS
FIRST_MS = 1_740_960_000_000
_TIME = re.compile(rb'"ts":(\d+)')
WITHIN_S = 1800.0


def processor_s(pid: int, *, ended: bool = False) -> tuple[float, float]:
    """Processor time of a process so far, and of it and what it started and lives (or ``ended``, too)."""
    stats: dict[int, tuple[int, float]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        stats[int(place.parent.name)] = (
            int(fields[1]),
            sum(map(int, fields[11 : 15 if ended else 13])) * TICK_S,
        )
    family = {pid}
    while more := {one for one, (parent, _) in stats.items() if parent in family} - family:
        family |= more
    return stats[pid][1], sum(stats[one][1] for one in family if one in stats)


def events_of_city(folder: Path, seed: int = 3, riders: int = 1500) -> list[bytes]:
    """The events of 28 days, positions among them; what accounts did in the year before is left out."""
    if not folder.exists():
        drivers = riders // 12
        simulate(CityConfig(seed=seed, riders=riders, drivers=drivers, days=28, gps=True), folder)
    lines = (folder / "events.ndjson").read_bytes().splitlines()
    return [line for line in lines if FIRST_MS <= json.loads(line)["ts"] < FIRST_MS + CITY_MS]


def copies_of(lines: list[bytes], number: int) -> Iterator[bytes]:
    """The events so many times, each time under other ids and 28 days later."""
    for copy in range(number):
        for line in lines:
            moved = _TIME.sub(lambda found: b'"ts":%d' % (int(found[1]) + copy * CITY_MS), line, count=1)  # noqa: B023
            yield moved.replace(b'"event_id":"', b'"event_id":"%d-' % copy, 1)


def _place(line: bytes) -> tuple[str, int]:
    event = json.loads(line)
    return PLACES[event["type"]][0], event["ts"]


def newest_by_topic(lines: Iterable[bytes]) -> dict[str, int]:
    """By topic the time of its newest event."""
    newest: dict[str, int] = {}
    for topic, ts in map(_place, lines):
        newest[topic] = max(ts, newest.get(topic, 0))
    return newest


def logins(number: int) -> Iterator[bytes]:
    """Small events of one day, each with an id of its own."""
    step_ms = DAY_MS / number
    for place in range(number):
        ts, who = FIRST_MS + int(place * step_ms), place % 100_003
        yield (
            b'{"event_id":"i%d","type":"account_login","ts":%d,"account_id":"a%d","device_id":"d%d"}'
            % (place, ts, who, who)
        )


class Bench:
    """One broker, one cluster and one city."""

    def __init__(self, kafka: str, cluster: FlinkCluster, folder: Path, parallelism: int) -> None:
        self.kafka, self.cluster, self.folder = kafka, cluster, folder
        self.parallelism = parallelism
        self.newest_ms = FIRST_MS

    def case(self, lines: Sequence[bytes], copies: int, *, exactly_once: bool, kill: bool) -> dict[str, Any]:
        """One job from start to end over a city, and what owners behind it and without it take."""
        base, output = self._topics()
        self._feed(base, copies_of(lines, copies))
        count = copies * len(lines)
        newest = newest_by_topic(lines)
        self.newest_ms = max(newest.values()) + (copies - 1) * CITY_MS
        job = self._submit(base, *(["--exactly-once"] if exactly_once else []))
        spent = self._to_the_end(output, count)
        latency = self._latency(base, output)
        checkpoint = self._checkpoint(job)
        recovery = self._recovery(base, output) if kill else {}
        self.cluster.cancel(job)
        total = count + latency.pop("sent") + kill
        return {
            "events": count,
            **spent,
            **latency,
            **recovery,
            **checkpoint,
            "within_48_hours": sum(ts >= newest[topic] - WINDOW_MS for topic, ts in map(_place, lines)),
            "owner_us": self._owner(f"{base}all.", ("events",), total),
            "straight_us": self._owner(base, INPUT_TOPICS, total),
        }

    def rocksdb(self, ids: int) -> dict[str, Any]:
        """A job that keeps so many ids in RocksDB."""
        base, output = self._topics()
        self._feed(base, logins(ids))
        job = self._submit(base, "--rocksdb")
        spent = self._to_the_end(output, ids)
        newest = self._checkpoint(job)
        self.cluster.cancel(job)
        per_id = round(newest["checkpoint_bytes"] / ids, 1)
        return {"events": ids, **spent, **newest, "checkpoint_bytes_per_id": per_id}

    def _topics(self) -> tuple[str, str]:
        base = f"b{uuid.uuid4().hex[:6]}-"
        create_topics(KafkaOptions(bootstrap=self.kafka, prefix=base), PARTITIONS)
        create_topics(KafkaOptions(bootstrap=self.kafka, prefix=f"{base}all."), 1)
        admin = AdminClient({"bootstrap.servers": self.kafka})
        output = f"{base}all.events"
        admin.create_topics([NewTopic(output, LANES, 1)])[output].result(60)
        return base, output

    def _feed(self, base: str, lines: Iterable[bytes]) -> None:
        feeder = Feeder(KafkaOptions(bootstrap=self.kafka, prefix=base))
        feeder.feed(lines)
        feeder.close()

    def _submit(self, base: str, *more: str) -> str:
        words = [str(python_of_flink()), "-m", "flink", "--kafka", self.kafka]
        words += ["--cluster", self.cluster.address, "--prefix", base, "--group", f"{base}front"]
        words += ["--form", f"{base}{{region}}.events", "--checkpoints", str(self.folder / "checkpoints")]
        words += ["--parallelism", str(self.parallelism), *more]
        words += [word for jar in connector_jars() for word in ("--jar", str(jar))]
        root = Path(__file__).resolve().parents[1]
        done = subprocess.run(
            words, env=environment_of_flink(), cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return str(json.loads(done.stdout.splitlines()[-1])["job"])

    def _to_the_end(self, output: str, total: int) -> dict[str, float]:
        looking = Consumer({"bootstrap.servers": self.kafka, "group.id": "look"})
        samples: list[tuple[float, int, tuple[float, float]]] = []
        deadline = time.monotonic() + WITHIN_S
        while not samples or samples[-1][1] < total:
            assert time.monotonic() < deadline, f"expected {total} records, found {samples[-1:]}"
            count = sum(
                looking.get_watermark_offsets(TopicPartition(output, number), timeout=30)[1]
                for number in range(LANES)
            )
            if count >= total // 4 and (not samples or count > samples[-1][1]):
                samples.append((time.monotonic(), count, processor_s(self.cluster.pid)))
            time.sleep(LOOK_EVERY_S)
        looking.close()
        (began_s, first, before), (ended_s, last, after) = samples[0], samples[-1]
        measured = max(last - first, 1)
        java_us, front_us = (round((b - a) / measured * 1e6, 1) for a, b in zip(before, after, strict=True))
        return {
            "measured": measured,
            "per_second": round(measured / max(ended_s - began_s, LOOK_EVERY_S)),
            "front_us": front_us,
            "java_us": java_us,
            "load": round(os.getloadavg()[0], 1),
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
        began = time.monotonic()
        self.cluster.kill_task_manager()
        feeder = Feeder(KafkaOptions(bootstrap=self.kafka, prefix=base))
        feeder.put("accounts", b"after", self._login("after"))
        feeder.close()
        self.cluster.start_task_managers()
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

    def _checkpoint(self, job: str) -> dict[str, Any]:
        """Size and duration of a checkpoint that was begun after this was called."""
        asked_ms = time.time_ns() // 1_000_000
        while True:
            said = self.cluster.ask(f"/jobs/{job}/checkpoints")
            newest = said["latest"]["completed"] if said else None
            if newest is not None and newest["trigger_timestamp"] > asked_ms:
                took_ms = int(newest["end_to_end_duration"])
                return {"checkpoint_bytes": int(newest["state_size"]), "checkpoint_ms": took_ms}
            assert time.time_ns() // 1_000_000 < asked_ms + WITHIN_S * 1000, "expected a checkpoint"
            time.sleep(LOOK_EVERY_S)

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
    parser.add_argument("--copies", type=int, default=4, help="of the city, one after another")
    parser.add_argument(
        "--ids", type=int, default=1_000_000, help="of the case with RocksDB; 0: leave it out"
    )
    parser.add_argument("--parallelism", type=int, default=2)
    parser.add_argument(
        "--kill", action=argparse.BooleanOptionalAction, default=True, help="and time recovery"
    )
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        lines = events_of_city(folder / "city", riders=words.riders)
        for at_once in (100, 1_000, 10_000):
            report(f"functions, {at_once} at once", functions(lines, at_once))
        started: list[KafkaServer | FlinkCluster] = []
        try:
            kafka = KafkaServer(folder / "kafka")
            cluster = FlinkCluster(folder / "flink", words.parallelism, lasting=True)
            for server in (kafka, cluster):
                started.append(server)
                server.start()
            bench = Bench(kafka.address, cluster, folder, words.parallelism)
            for case in ("at-least-once", "exactly-once"):
                once = case == "exactly-once"
                found = bench.case(lines, words.copies, exactly_once=once, kill=words.kill)
                report(case, {"parallelism": words.parallelism, **found})
            if words.ids:
                report("rocksdb", {"parallelism": words.parallelism, **bench.rocksdb(words.ids)})
        except ServerUnavailable as error:
            print(f"no Flink or no broker, nothing more measured: {error}")
        finally:
            for server in reversed(started):
                server.stop()


if __name__ == "__main__":
    main()
