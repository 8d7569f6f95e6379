"""Flink in front of two owners on a real broker: what they come to is what `detect` comes to.

The world is sent as a hostile platform would: late, some twice, some malformed. Every event names its city,
but for some that follow an account. Starting Flink's half takes minutes on a busy machine.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from servers import FlinkCluster
from servers.flink import connector_jars, environment_of_flink, python_of_flink
from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import DISORDER_MS, Disturbed, disturbed, everything_in, reference, the_city
from tests.integration.service_child import Given, run_here
from tests.integration.test_servers import ROOT
from tests.integration.waiting import LOOK_EVERY_S

HOUR_MS = 3_600_000
PARTITIONS = 2
REGIONS = ("north", "south")
SETTINGS = """
elsewhere = "north"
field = "city"
[regions.north]
words = ["leeds", "york"]
[regions.south]
words = ["hove"]
"""
WITHIN_S = 900.0
"""Of work on two cores that others use as well."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


class Platform:
    """The topics of a platform, those of its regions, and the job between them."""

    def __init__(self, address: str, cluster: FlinkCluster, folder: Path) -> None:
        self.address, self.cluster, self.folder = address, cluster, folder
        self.base = f"t{uuid.uuid4().hex[:8]}-"
        create_topics(self.options(""), PARTITIONS)
        names = {region: f"{self.base}{region}.events" for region in REGIONS}
        # A lane of the platform has a partition of its own.
        wanted = [NewTopic(name, PARTITIONS * len(INPUT_TOPICS), 1) for name in names.values()]
        admin = AdminClient({"bootstrap.servers": address})
        for answer in admin.create_topics(wanted).values():
            answer.result(30)
        for region in REGIONS:
            create_topics(self.options(f"{region}."), 1)
        (folder / "regions.toml").write_text(SETTINGS)

    def options(self, more: str) -> KafkaOptions:
        return KafkaOptions(bootstrap=self.address, prefix=self.base + more)

    def feed(self, records: list[tuple[str, bytes, bytes]]) -> None:
        feeder = Feeder(self.options(""))
        for record in records:
            feeder.put(*record)
        feeder.close()

    def job(self, *more: str) -> str:
        """Hands the job in and gives its id; with ``--until-end`` it has ended when this returns."""
        words = [
            str(python_of_flink()),
            "-m",
            "flink",
            "--kafka",
            self.address,
            "--cluster",
            self.cluster.address,
        ]
        words += [
            "--prefix",
            self.base,
            "--form",
            f"{self.base}{{region}}.events",
            "--group",
            f"{self.base}front",
        ]
        words += [
            "--regions",
            str(self.folder / "regions.toml"),
            "--checkpoints",
            str(self.folder / "checkpoints"),
        ]
        words += ["--checkpoint-ms", "1000", "--parallelism", "1", *more]
        words += [word for jar in connector_jars() for word in ("--jar", str(jar))]
        done = subprocess.run(
            words,
            env=environment_of_flink(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return str(json.loads(done.stdout.splitlines()[-1])["job"])

    def sent(self, region: str) -> int:
        """Up to where a region's topic goes."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "look"})
        try:
            name = f"{self.base}{region}.events"
            partitions = [TopicPartition(name, number) for number in range(PARTITIONS * len(INPUT_TOPICS))]
            return sum(consumer.get_watermark_offsets(each, timeout=30)[1] for each in partitions)
        finally:
            consumer.close()

    def has_sent(self, lines: dict[str, list[bytes]]) -> bool:
        """Whether all events of every region are in its topic; what they are is compared later."""
        for region, events in lines.items():
            if self.sent(region) < len(events):
                return False
            found = {
                message.value() for message in everything_in(self.address, f"{self.base}{region}.events")
            }
            if len(found) < len(events):
                return False
        return True

    def owner(self, region: str) -> Given:
        return Given(
            address=self.address,
            prefix=f"{self.base}{region}.",
            state=self.folder / region,
            group=f"{self.base}{region}",
            topics=("events",),
            order_within_ms=DISORDER_MS + 1,
            transactions=True,
        )

    def letters(self) -> list[tuple[str, int, str, object]]:
        """What the front refused, each once: source, offset, reason and raw bytes."""
        found = [
            json.loads(message.value()) for message in everything_in(self.address, f"{self.base}dead-letters")
        ]
        return [(each["source"], each["offset"], each["reason"], each["raw"]) for each in found]


def in_cities(lines: list[bytes]) -> dict[bytes, tuple[str, bytes]]:
    """By event its region and how it is sent: with its city, or without where its account has said it."""
    cities = {"north": ("leeds", "york"), "south": ("hove",)}
    said: dict[str, int] = {}
    found = {}
    for number, line in enumerate(lines):
        event = json.loads(line)
        topic, field = PLACES[event["type"]]
        key = str(event[field])
        region = REGIONS[zlib.crc32(key.encode()) % 2]
        # Later in the same topic, so that no disorder brings it before.
        follows = topic == "accounts" and said.get(key, event["ts"]) < event["ts"] - 2 * DISORDER_MS
        if topic == "accounts":
            said.setdefault(key, event["ts"])
        if not follows:
            event["city"] = cities[region][number % len(cities[region])]
        found[line] = region, json.dumps(event, separators=(",", ":")).encode()
    return found


def until_within(condition: Callable[[], bool], expected: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"expected {expected} within {WITHIN_S:.0f} s"
        time.sleep(50 * LOOK_EVERY_S)


def compare_with_detect(platform: Platform, lines: dict[str, list[bytes]], sent: Disturbed) -> None:
    """Owners come to what `detect` does over their share, and letters are what was malformed."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    for region in REGIONS:
        digest, flags, ledger, rings = reference(lines[region], platform.folder / f"reference-{region}")
        owner = platform.owner(region)
        running, status = run_here(owner)
        assert running.core.engine.state_digest() == digest, region
        assert (status.tally.events, sum(status.tally.rejected.values())) == (len(lines[region]), 0)
        assert [encode(ring) for ring in running.core.engine.rings()] == rings
        for name, expected in (("ring-flags", flags), ("ring-ledger", ledger)):
            found = [message.value() for message in everything_in(platform.address, owner.prefix + name)]
            assert sorted(found) == sorted(expected), (region, name)
        assert rings, "a world without rings shows nothing"
    malformed = everything_malformed(platform, sent)
    assert set(platform.letters()) == malformed
    assert len(malformed) == sent.malformed


def everything_malformed(platform: Platform, sent: Disturbed) -> set[tuple[str, int, str, object]]:
    """What a service without Flink writes about the same topics."""
    straight = replace(
        platform.owner("north"),
        prefix=platform.base,
        state=platform.folder / "straight",
        group=f"{platform.base}straight",
        topics=INPUT_TOPICS,
    )
    before = len(everything_in(platform.address, f"{platform.base}dead-letters"))
    _, status = run_here(straight)
    assert sum(status.tally.rejected.values()) == sent.malformed
    after = everything_in(platform.address, f"{platform.base}dead-letters")
    own = [json.loads(message.value()) for message in after if message.headers()]
    assert len(own) == len(after) - before
    return {(each["source"], each["offset"], each["reason"], each["raw"]) for each in own}


def disturbed_in_cities(folder: Path, seed: int) -> tuple[dict[str, list[bytes]], Disturbed]:
    """By region its events in order; and all of them as they are sent."""
    lines = the_city(folder / "city")
    cities = in_cities(lines)
    by_region = {region: [line for r, line in cities.values() if r == region] for region in REGIONS}
    sent = disturbed([line for _, line in cities.values()], frozenset(), random.Random(seed), ordered=True)
    return by_region, sent


def test_a_task_manager_and_a_job_manager_that_are_killed_change_nothing(
    kafka_address: str, flink_cluster: FlinkCluster, tmp_path: Path
) -> None:
    lines, sent = disturbed_in_cities(tmp_path, seed=7)
    platform = Platform(kafka_address, flink_cluster, tmp_path)
    third = len(sent.records) // 3
    platform.feed(sent.records[:third])
    # A third of the world is four days: what is repeated at-least-once owners would no longer remember.
    platform.job("--exactly-once")
    until_within(lambda: platform.sent("south") > third // 4, "events of the south")
    until_within(lambda: any((tmp_path / "checkpoints").glob("*/chk-*/_metadata")), "a checkpoint")

    platform.feed(sent.records[third : 2 * third])
    before = platform.sent("south")
    assert flink_cluster.task_manager is not None
    flink_cluster.task_manager.kill()
    flink_cluster.start_task_manager()
    until_within(lambda: platform.sent("south") > before + third // 4, "more events of the south")

    assert flink_cluster.job_manager is not None
    flink_cluster.job_manager.kill()
    flink_cluster.task_manager.kill()
    flink_cluster.start()
    platform.feed(sent.records[2 * third :])
    job = platform.job("--exactly-once", "--continue")
    until_within(
        lambda: platform.has_sent(lines) and len(set(platform.letters())) == sent.malformed,
        "everything sent on",
    )
    flink_cluster.cancel(job)
    compare_with_detect(platform, lines, sent)


def test_exactly_once_gives_every_event_once_and_lets_an_old_repeat_through(
    kafka_address: str, flink_cluster: FlinkCluster, tmp_path: Path
) -> None:
    lines, sent = disturbed_in_cities(tmp_path, seed=8)
    platform = Platform(kafka_address, flink_cluster, tmp_path)
    records, again = with_old_repeats(sent.records)
    platform.feed(records)
    platform.job("--exactly-once", "--until-end")
    expected = Counter(line for part in lines.values() for line in part) + Counter(again)
    found: Counter[bytes] = Counter()
    for region in REGIONS:
        values = [
            message.value() for message in everything_in(kafka_address, f"{platform.base}{region}.events")
        ]
        assert set(values) == set(lines[region]), region
        found += Counter(values)
    assert found == expected
    assert len(platform.letters()) == len(set(platform.letters())) == sent.malformed


def with_old_repeats(
    records: list[tuple[str, bytes, bytes]],
) -> tuple[list[tuple[str, bytes, bytes]], list[bytes]]:
    """Some trips come again more than two days of event time later: they are events of their own then."""
    sent, again, waiting, done = [], [], [], 0
    for number, record in enumerate(records):
        sent.append(record)
        if record[0] != "trips" or b'"ts":' not in record[2] or not record[2].endswith(b"}"):
            continue
        ts = json.loads(record[2])["ts"]
        if ts < 0:
            continue
        if number % 50 == 0 and record[2] not in again:
            waiting.append((ts, record))
        while done < len(waiting) and waiting[done][0] < ts - 54 * HOUR_MS:
            sent.append(waiting[done][1])
            again.append(waiting[done][1][2])
            done += 1
    assert len(again) > 10
    assert len(set(again)) == len(again)
    return sent, again
