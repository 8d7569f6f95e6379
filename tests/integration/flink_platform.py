"""A platform with Flink in front of two owners, on a real broker, and what all of them have to come to."""

from __future__ import annotations

import json
import random
import subprocess
import time
import uuid
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from servers import FlinkCluster
from servers.flink import connector_jars, environment_of_flink, python_of_flink
from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import DISORDER_MS, Disturbed, disturbed, everything_in, reference
from tests.integration.service_child import Given, run_here
from tests.integration.test_servers import ROOT
from tests.integration.waiting import LOOK_EVERY_S

HOUR_MS = 3_600_000
ORDER_WITHIN_MS = DISORDER_MS + 1
"""For which owners hold events back, where lanes are not read at very different speeds."""
OLD_MS = 480 * HOUR_MS
"""After so much event time an event that comes again is one of its own: 48 hours after an owner saw it. Where
months are sent in minutes, an owner sees what a kill kept up days of event time late."""
EVERY = 100
"""Of how many trips and accounts' events one comes again that late."""
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
Record = tuple[str, bytes, bytes]


class Platform:
    """The topics of a platform, those of its regions, and the job between them."""

    def __init__(
        self, address: str, cluster: FlinkCluster, folder: Path, order_within_ms: int = ORDER_WITHIN_MS
    ) -> None:
        self.address, self.cluster, self.folder = address, cluster, folder
        self._order_within_ms = order_within_ms
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

    def feed(self, records: list[Record]) -> None:
        feeder = Feeder(self.options(""))
        for record in records:
            feeder.put(*record)
        feeder.close()

    def job(self, *more: str) -> str:
        """Hands the job in and gives its id; with ``--until-end`` it has ended when this returns."""
        base, folder = self.base, self.folder
        words = [str(python_of_flink()), "-m", "flink", "--kafka", self.address]
        words += ["--cluster", self.cluster.address, "--prefix", base, "--group", f"{base}front"]
        words += ["--form", f"{base}{{region}}.events", "--regions", str(folder / "regions.toml")]
        words += ["--checkpoints", str(folder / "checkpoints")]
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
            if len(found) < len(set(events)):
                return False
        return True

    def owner(self, region: str) -> Given:
        return Given(
            address=self.address,
            prefix=f"{self.base}{region}.",
            state=self.folder / region,
            group=f"{self.base}{region}",
            topics=("events",),
            order_within_ms=self._order_within_ms,
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
        sent_on = Counter(
            message.value() for message in everything_in(platform.address, f"{platform.base}{region}.events")
        )
        assert sent_on == Counter(lines[region]), region
        running, status = run_here(owner)
        tally = status.tally
        counted = (tally.events, tally.duplicates, sum(tally.rejected.values()))
        assert counted == (len(lines[region]), 0, 0), (region, counted, len(lines[region]), tally.late)
        assert running.core.engine.state_digest() == digest, region
        found = [encode(ring) for ring in running.core.engine.rings()]
        assert found == rings, (region, set(found) ^ set(rings))
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


@dataclass(frozen=True)
class World:
    """Events as they are sent, and what each owner is to come to."""

    lines: dict[str, list[bytes]]
    """By region its events in the order of `detect`; one that comes again late enough stands there twice."""
    sent: Disturbed
    old: int
    """How many come again so late that they count."""


def world(
    events: list[bytes],
    seed: int,
    *,
    old: bool = False,
    order_within_ms: int = ORDER_WITHIN_MS,
    old_ms: int = OLD_MS,
) -> World:
    """Events in order of (time, id) as a hostile platform sends them, some (``old``) again days later."""
    cities = in_cities(events)
    sent = disturbed([line for _, line in cities.values()], frozenset(), random.Random(seed), ordered=True)
    region_of = {line: region for region, line in cities.values()}
    records, again = (
        with_old_repeats(sent.records, region_of, order_within_ms, old_ms) if old else (sent.records, [])
    )
    turns = [(json.loads(line)["ts"], line) for line in region_of] + again
    lines: dict[str, list[bytes]] = {region: [] for region in REGIONS}
    for _, line in sorted(turns, key=lambda turn: (turn[0], json.loads(turn[1])["event_id"])):
        lines[region_of[line]].append(line)
    return World(lines, replace(sent, records=records), len(again))


def with_old_repeats(
    records: list[Record], region_of: Mapping[bytes, str], order_within_ms: int, old_ms: int
) -> tuple[list[Record], list[tuple[int, bytes]]]:
    """Some trips and what accounts did come again days of event time later: events of their own then.

    Gives the records with them, and when it is each one's turn as an owner has it (decision 93).
    """
    with_repeats: list[Record] = []
    again: list[tuple[int, bytes]] = []
    # The front tells by its lane how late it is, an owner by its region: both have to be so much further,
    # by an event that no owner holds back any more when the repeat comes.
    waiting: dict[tuple[str, str, int], deque[tuple[int, Record]]] = defaultdict(deque)
    newest_of: dict[tuple[str, str, int], int] = defaultdict(int)
    applied_of: dict[tuple[str, str, int], int] = defaultdict(int)
    paced_of: dict[tuple[str, str, int], int] = defaultdict(int)
    chosen: set[bytes] = set()
    newest_ms = 0
    for number, record in enumerate(records):
        with_repeats.append(record)
        topic, key, value = record
        if topic not in ("trips", "accounts") or value not in region_of:
            continue
        # As the client chooses a partition.
        lane = region_of[value], topic, zlib.crc32(key) % PARTITIONS
        ts = json.loads(value)["ts"]
        newest_ms, newest_of[lane] = max(newest_ms, ts), max(newest_of[lane], ts)
        if ts > paced_of[lane] + order_within_ms + DISORDER_MS:
            applied_of[lane], paced_of[lane] = paced_of[lane], ts
        if number % EVERY == 0 and value not in chosen:
            chosen.add(value)
            waiting[lane].append((newest_ms, record))
        while waiting[lane] and waiting[lane][0][0] + old_ms < applied_of[lane]:
            repeat = waiting[lane].popleft()[1]
            with_repeats.append(repeat)
            again.append((newest_of[lane] - order_within_ms + 1, repeat[2]))
    return with_repeats, again


def committed_in(address: str, topics: Sequence[str], partitions: int) -> Consumer:
    """A reader of what is committed from now on."""
    reader = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"reader-{uuid.uuid4().hex}",
            "isolation.level": "read_committed",
        }
    )
    places = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
    ends = [reader.get_watermark_offsets(place, timeout=30)[1] for place in places]
    reader.assign(
        [TopicPartition(place.topic, place.partition, end) for place, end in zip(places, ends, strict=True)]
    )
    return reader
