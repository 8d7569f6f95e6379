"""One chaotic life of the service, from a seed: killed again and again under load, and the same in the end.

Long, since a life is told from its first event to the last comparison, and what disturbs it stands beside it.

`python -m tests.integration.chaos --seeds 100` is `make soak`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
from confluent_kafka import Consumer, TopicPartition

from graph.model.changes import Look
from graph.stores.opening import StoreAddress, open_reader
from graph.stores.verification import verify
from ringfence.engines import new_engine
from servers import KafkaServer
from simulation import CityConfig, simulate
from streaming import detect
from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.kafka.closing import CLOSE_S, Departure, close_within
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from tests.integration.journals import batches
from tests.integration.service_child import Given, run_here, start
from tests.integration.waiting import WAIT_S, until
from tests.integration.worker_processes import workers_of

KILLS = 4
SHARE_S = 3.0
"""Seconds in which the events of one life of the process arrive: it is killed among them."""
STILL_S = 1.0
"""A service that is sent nothing and makes no batch for so long is taken to be done."""
DISORDER_MS = 600_000
ACTS = 40
"""What analysts do among the events, where they are put in order: an act holds from its place on."""
SHARED_BY = 4
BREAKING = 2
"""Events that break the engine."""
TRACKED_BY = 16
"""One trip in so many tells its positions, where events are put in order."""
DAY_MS = 86_400_000
OVERTAKING = 750
"""So many events of other partitions may come between one and its repeat where nothing puts them in order:
what is sent in a second and a half. They do not wait for a partition that was read to its end."""
PARTITIONS = 2


@dataclass(frozen=True)
class Life:
    """What a life came to."""

    seed: int
    kills: int
    kills_at_work: int
    """Of these, how many hit a service that had made batches since it started, with events arriving."""
    worker_kills: int
    transactions: bool
    ordered: bool
    stored: bool
    events: int
    acts: int
    duplicates: int
    rejected: int
    unprocessable: int
    seconds: float


def the_city(folder: Path, *, tracked: bool = False) -> list[bytes]:
    """The events every life is about, in order of (time, id), with the positions of some trips or of none."""
    if not folder.exists():
        simulate(CityConfig(seed=5, riders=700, drivers=60, days=12, gps=tracked), folder)
    events = [(json.loads(line), line) for line in (folder / "events.ndjson").read_bytes().splitlines()]
    told = [(event, line) for event, line in events if event["type"] != "gps_ping" or _has_track(event)]
    return [line for _, line in sorted(told, key=lambda pair: (pair[0]["ts"], pair[0]["event_id"]))]


def _has_track(ping: dict[str, Any]) -> bool:
    return crc32(str(ping["trip_id"]).encode()) % TRACKED_BY == 0


def with_acts(lines: list[bytes]) -> list[bytes]:
    """The events with what analysts do among them, the same for every life: some ends, some is undone."""
    dice = random.Random(2)
    seen = [event for event in map(json.loads, lines) if event.get("account_id") and event.get("device_id")]
    users: dict[str, set[str]] = {}
    for event in seen:
        users.setdefault(event["device_id"], set()).add(event["account_id"])
    # About phones of several, so that rings are concerned.
    seen = [event for event in seen if len(users[event["device_id"]]) >= SHARED_BY]
    about = sorted(dice.sample(seen[: len(seen) * 9 // 10], ACTS), key=lambda event: event["ts"])
    acts: list[dict[str, Any]] = []
    for number, event in enumerate(about):
        account, device = event["account_id"], f"device:{event['device_id']}"
        said: dict[str, Any] = {"event_id": f"act-{number}", "ts": event["ts"] + 1, "analyst": "ann"}
        said |= (
            {"act": "cut", "subject": account, "other": device},
            {"act": "declare_public", "subject": device},
            {"act": "household", "subject": account, "until_ts": event["ts"] + 2 * DAY_MS},
            {"act": "cut", "subject": account, "other": device, "until_ts": event["ts"] + DAY_MS},
            {"act": "undo", "subject": account, "other": f"act-{number - 4}"},
        )[number % 5]
        acts.append({"type": "analyst_act", **said})
    added = [json.dumps(act, separators=(",", ":")).encode() for act in acts]
    return sorted([*lines, *added], key=lambda line: (json.loads(line)["ts"], json.loads(line)["event_id"]))


def reference(lines: list[bytes], folder: Path) -> tuple[str, list[bytes], list[bytes], list[bytes]]:
    """Digest, flags, ledger and rings of one undisturbed `detect`."""
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "sorted.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))
        detect([str(folder / "sorted.ndjson")], folder / "out", new_engine(90))
    digest = json.loads((folder / "out" / "summary.json").read_bytes())["state_digest"]
    files = [(folder / "out" / f"{name}.ndjson").read_bytes() for name in ("flags", "ledger", "rings")]
    flags, ledger, rings = (text.splitlines() for text in files)
    return digest, flags, ledger, rings


def breaking(lines: list[bytes]) -> frozenset[str]:
    """The ids of a few events, the same for every life."""
    chosen = random.Random(1).sample(lines, BREAKING)
    return frozenset(json.loads(line)["event_id"] for line in chosen)


@dataclass(frozen=True)
class Disturbed:
    """Records (topic, key, value) out of order, some twice, some poisoned, and how many of which."""

    records: list[tuple[str, bytes, bytes]]
    repeats: int
    malformed: int
    unprocessable: int


def disturbed(lines: list[bytes], broken: frozenset[str], dice: random.Random, *, ordered: bool) -> Disturbed:
    """The events as a hostile platform would send them, to a service that puts them in order or does not."""
    stamped = sorted((json.loads(line)["ts"] + dice.uniform(0, DISORDER_MS), line) for line in lines)
    # An id is remembered until an event comes that is 48 hours newer.
    overtaking, remembered_ms = (0, DAY_MS) if ordered else (OVERTAKING, 2 * DAY_MS - DISORDER_MS)
    records: list[tuple[str, bytes, bytes]] = []
    recent: list[tuple[float, bool, tuple[str, bytes, bytes]]] = []
    repeats = malformed = unprocessable = 0
    for number, (arrived, line) in enumerate(stamped):
        event = json.loads(line)
        topic, key = PLACES[event["type"]]
        records.append((topic, str(event[key]).encode(), line))
        is_broken = event["event_id"] in broken
        unprocessable += is_broken
        recent.append((arrived, is_broken, records[-1]))
        # What comes again after more than that is an event of its own.
        newest, _ = stamped[min(number + overtaking, len(stamped) - 1)]
        near = [(bad, record) for then, bad, record in recent[-200:] if newest - then < remembered_ms]
        if near and dice.random() < 0.05:
            is_broken, record = dice.choice(near)
            records.append(record)
            # What broke the engine was never taken, so that its repeat is no repeat.
            unprocessable += is_broken
            repeats += not is_broken
        if dice.random() < 0.01:
            bad = [b"", b"\xff\xfe", b"{", line[:-5], line.replace(b'"ts":', b'"ts":-')]
            records.append((dice.choice(INPUT_TOPICS), b"poison", dice.choice(bad)))
            malformed += 1
    return Disturbed(records, repeats, malformed, unprocessable)


def everything_in(address: str, topic: str) -> list[Any]:
    """Every committed record of a topic, in the order of its partitions."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"look-{uuid.uuid4().hex}",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    try:
        known = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, 0) for number in known])
        found, ended = [], set()
        while len(ended) < len(known):
            message = consumer.poll(WAIT_S)
            assert message is not None, f"no answer from {topic}"
            if message.error() is not None:
                ended.add(message.partition())
            else:
                found.append(message)
        return found
    finally:
        close_within(CLOSE_S, print, reader=consumer.close)


def live(
    seed: int,
    address: str,
    scratch: Path,
    kills: int = KILLS,
    workers: int | None = None,
    snapshot_every: int | None = None,
) -> Life:
    """Lives through one seed; asserts that nothing was lost, doubled or different.

    In every tenth life there are two reading workers, or in each so many; one of them is killed first. A
    snapshot comes every 300, 2,000 or 50,000 events, or as often as is said.
    """
    began = time.monotonic()
    dice = random.Random(seed)
    ordered, transactions = seed % 3 != 0, seed % 2 == 0
    # What a position says of a trip depends on the order of both.
    lines = the_city(scratch.parent / ("chaos-city-tracked" if ordered else "chaos-city"), tracked=ordered)
    broken = breaking(lines)
    if ordered:
        lines = with_acts(lines)
    drawn = dice.choice([300, 2_000, 50_000])
    given = Given(
        address=address,
        prefix=f"chaos{seed}-{uuid.uuid4().hex[:6]}-",
        state=scratch / "state",
        group=f"chaos-{uuid.uuid4().hex[:6]}",
        identity="member",
        transactions=transactions,
        order_within_ms=DISORDER_MS + 1 if ordered else 0,
        snapshot_every=drawn if snapshot_every is None else snapshot_every,
        batch_most=dice.choice([64, 512, 4096]),
        breaking=broken,
        store=StoreAddress(str(scratch / "store.db")) if seed % 2 else None,
        workers=(2 if seed % 10 == 4 else 0) if workers is None else workers,
    )
    options = given.options(until_end=False).kafka
    create_topics(KafkaOptions(bootstrap=address, prefix=given.prefix), PARTITIONS)
    sent = disturbed(lines, broken, dice, ordered=ordered)
    feeding = Feeding(options, sent.records, kills + 1)
    at_work = worker_kills = 0
    for killed in range(kills):
        # A log for each, so that the wait below never takes the words of one before for its own.
        log = scratch / f"service-{killed}.log"
        log.touch()
        before = batches(given.state)
        process = start(given, log)
        if dice.random() < 0.15:
            # Killed while it starts, or comes back.
            time.sleep(dice.uniform(0.0, 1.0))
            feeding.go_on()
        else:
            until(
                lambda: '"assigned"' in log.read_text() or process.exitcode is not None,  # noqa: B023
                f"the service to take partitions (seed {seed}, log {log})",
            )
            feeding.go_on()
            _wait_for_work(given.state, process, feeding, before + dice.randint(1, 7))
            reading = workers_of(process.pid)
            if reading:
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(reading), signal.SIGKILL)
                    worker_kills += 1
                _wait_for_work(given.state, process, feeding, batches(given.state) + dice.randint(1, 3))
        other = _joined_for_a_while(options) if dice.random() < 0.4 else None
        time.sleep(dice.uniform(0.0, 0.1) if other is None else dice.uniform(0.2, 0.8))
        assert process.exitcode is None, log.read_text()[-3000:]
        process.kill()
        process.join()
        at_work += batches(given.state) > before and feeding.is_under_way
        feeding.pause()
        if other is not None:
            close_within(CLOSE_S, print, stranger=other)
    feeding.finish()
    running, status = run_here(given)
    tally, engine = status.tally, running.core.engine
    taken = [line for line in lines if json.loads(line)["event_id"] not in broken]
    name = "chaos-reference-with-acts" if ordered else "chaos-reference"
    digest, flags, ledger, rings = reference(taken, scratch.parent / name)
    hint = f"seed {seed}, {kills} kills, {tally.late} events too late for their place, logs in {scratch}"
    poison = sent.malformed + sent.unprocessable
    assert engine.state_digest() == digest, hint
    assert (tally.events, tally.duplicates) == (len(taken), sent.repeats), hint
    assert sum(tally.rejected.values()) == poison, hint
    assert tally.rejected["unprocessable"] == sent.unprocessable, hint
    if given.store is not None:
        look = Look.at(engine._engine.view(), engine.rings())
        reader = open_reader(given.store)
        differing = [part for part in verify(reader, look) if part.differing]
        assert differing == [], f"{hint}: {[(p.part, p.differing, p.differences[:3]) for p in differing]}"
        reader.close()
    letters = everything_in(address, f"{given.prefix}dead-letters")
    assert len({_origin(letter) for letter in letters}) == poison, hint
    if ordered:
        encode = msgspec.json.Encoder(order="deterministic").encode
        said = [encode(ring) for ring in engine.rings()]
        differing = [pair for pair in zip(said, rings, strict=False) if pair[0] != pair[1]]
        assert said == rings, f"{hint}: {len(said)} rings and {len(rings)}, of which {differing[:2]} differ"
        for name, expected in (("ring-flags", flags), ("ring-ledger", ledger)):
            found = [message.value() for message in everything_in(address, given.prefix + name)]
            assert sorted(set(found)) == sorted(set(expected)), hint
            if transactions:
                assert sorted(found) == sorted(expected), hint
    if transactions:
        assert len(letters) == poison, hint
    return Life(
        seed=seed,
        kills=kills,
        kills_at_work=at_work,
        worker_kills=worker_kills,
        transactions=transactions,
        ordered=ordered,
        stored=given.store is not None,
        events=tally.events,
        acts=ACTS if ordered else 0,
        duplicates=tally.duplicates,
        rejected=poison,
        unprocessable=sent.unprocessable,
        seconds=round(time.monotonic() - began, 1),
    )


def _origin(letter: Any) -> tuple[bytes, ...]:
    headers = dict(letter.headers())
    return tuple(headers[f"source-{name}"] for name in ("topic", "partition", "offset"))


def _wait_for_work(state: Path, process: Any, feeding: Feeding, wanted: int) -> None:
    """Returns when so many batches are journalled, or when everything sent for a second makes no more."""
    last, since_s = -1, time.monotonic()
    while process.exitcode is None:
        now = batches(state)
        if now >= wanted:
            return
        if now != last or feeding.is_under_way:
            last, since_s = now, time.monotonic()
        if time.monotonic() - since_s > STILL_S:
            return
        time.sleep(0.01)


class Feeding:
    """Sends records, each life of the process its share, steadily over a few seconds while it lives."""

    def __init__(self, options: KafkaOptions, records: list[tuple[str, bytes, bytes]], lives: int) -> None:
        self._feeder = Feeder(options)
        self._records = records
        self._share = len(records) // lives
        self._at = 0
        self._thread: threading.Thread | None = None
        self._pausing = threading.Event()

    @property
    def is_under_way(self) -> bool:
        """Whether records are being sent at this moment."""
        return self._thread is not None and self._thread.is_alive()

    def go_on(self) -> None:
        """Begins with the next share."""
        self._pausing.clear()
        self._thread = threading.Thread(target=self._send, args=(self._share,))
        self._thread.start()

    def pause(self) -> None:
        """Sends no more for the time being; what is left of the share comes in the end."""
        self._pausing.set()
        if self._thread is not None:
            self._thread.join()

    def finish(self) -> None:
        """Sends the rest, and returns when all of it is safe."""
        for record in self._records[self._at :]:
            self._feeder.put(*record)
        self._feeder.close()

    def _send(self, share: int) -> None:
        began = time.monotonic()
        for number in range(share):
            if self._pausing.is_set():
                return
            self._feeder.put(*self._records[self._at])
            self._at += 1
            ahead = number * SHARE_S / share - (time.monotonic() - began)
            if ahead > 0.01:
                time.sleep(ahead)


def _joined_for_a_while(options: KafkaOptions) -> Callable[[], None]:
    """A stranger in the group takes half of the partitions and does nothing with them; how it leaves."""
    settings = {**options.consumer(), "enable.partition.eof": False}
    consumer, departure = Consumer(settings), Departure()
    consumer.subscribe(options.inputs, on_assign=lambda _consumer, _partitions: departure.hold())
    consumer.poll(0.5)
    return lambda: departure.leave(consumer)


def main() -> int:
    """Lives through many seeds and prints one JSON line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--workers", type=int, help="that read for the service [two in every tenth life]")
    parser.add_argument("--snapshot-every", type=int, help="events [300, 2,000 or 50,000, by seed]")
    words = parser.parse_args()
    total = at_work = 0
    with tempfile.TemporaryDirectory(prefix="ringfence-soak-") as name:
        folder = Path(name)
        address, server = os.environ.get("RINGFENCE_TEST_KAFKA"), None
        if not address:
            server = KafkaServer(folder / "kafka")
            server.start()
            address = server.address
        for seed in range(words.first, words.first + words.seeds):
            scratch = folder / "lives" / f"seed-{seed}"
            scratch.mkdir(parents=True)
            life = live(seed, address, scratch, words.kills, words.workers, words.snapshot_every)
            total += life.kills
            at_work += life.kills_at_work
            print(msgspec.json.encode(life).decode(), flush=True)
        if server is not None:
            server.kill()
    print(
        json.dumps({"seeds": words.seeds, "kills": total, "kills_at_work": at_work, "different": 0}),
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
