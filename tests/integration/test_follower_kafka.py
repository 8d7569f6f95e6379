"""A follower on a real broker: killed again and again under load, and left behind by the topics."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from ringfence import decision_wiring
from ringfence.decision_wiring import followed
from ringfence.settings import Settings, settings_with
from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import Feeding, the_city
from tests.integration.service_child import Given, run_here, start
from tests.integration.test_service_kafka import feed, given
from tests.integration.waiting import WAIT_S, until

KILLS = 30
SHARES = 6
"""The events arrive in so many shares, each while five followers live and die."""


def settings_of(run: Given, state: Path) -> Settings:
    """What `ringfence serve --state` is given to follow a service."""
    told = {"kafka": run.address, "kafka_prefix": run.prefix, "kafka_group": run.group}
    return settings_with({**told, "serve_state": state})


def _follows(run: Given, taken: Any, caught: Any, ends: Any, digest: Path) -> None:
    """The process that is killed: it steps, and when it is told that all was sent, it ends with a digest."""
    # What applies events is loaded before the fork; nothing is asked here.
    decision_wiring.warm_up = _is_loaded
    with followed(settings_of(run, run.state)) as follower:
        assert follower is not None
        while True:
            is_at_work = follower.step()
            taken.value += is_at_work
            if is_at_work or follower.lag != 0 or follower.trouble:
                continue
            caught.value = 1
            if ends.is_set():
                digest.write_text(follower.engine.state_digest())
                return


def _is_loaded(*_given: object, **_named: object) -> None:
    """In place of the warming up that every start of its own would do."""


class Followers:
    """Starts followers, one after another, from a process that has everything loaded."""

    def __init__(self, run: Given, digest: Path) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.integration.service_child", "tests.integration.warm"])
        self.run, self.digest = run, digest
        self.taken = self._context.Value("q", 0, lock=False)
        """Slices in which the newest follower took something."""
        self.caught = self._context.Value("q", 0, lock=False)
        """Whether it had read everything there was at some moment."""
        self.ends = self._context.Event()

    def start(self) -> ForkServerProcess:
        self.taken.value = self.caught.value = 0
        process = self._context.Process(
            target=_follows,
            args=(self.run, self.taken, self.caught, self.ends, self.digest),
            daemon=True,
        )
        process.start()
        return process


def records_of(lines: list[bytes]) -> list[tuple[str, bytes, bytes]]:
    """Each line with its topic and its key."""
    found = []
    for line in lines:
        event = msgspec.json.decode(line)
        topic, key = PLACES[event["type"]]
        found.append((topic, str(event[key]).encode(), line))
    return found


@pytest.mark.slow
@pytest.mark.timeout(1_500)
def test_a_follower_killed_thirty_times_under_load_ends_with_the_writers_digest(
    kafka_address: str, tmp_path: Path
) -> None:
    """The writer dies once as well, and another takes its place on the folder that followers read."""
    lines = the_city(tmp_path / "city")
    dice = random.Random(30)
    run = given(kafka_address, tmp_path / "state", snapshot_every=200, batch_most=64)
    first = len(lines) // 10
    feed(run, lines[:first])
    run_here(run)
    log = tmp_path / "writer.log"
    log.touch()
    writer = start(run, log)
    feeding = Feeding(
        KafkaOptions(bootstrap=run.address, prefix=run.prefix), records_of(lines[first:]), SHARES
    )
    followers = Followers(run, tmp_path / "digest")
    at_work = 0
    for killed in range(KILLS):
        if killed % (KILLS // SHARES) == 0:
            feeding.pause()
            feeding.go_on()
        if killed == KILLS // 2:
            writer.kill()
            writer.join()
            writer = start(run, log)
        process = followers.start()
        if dice.random() < 0.2:
            # Killed while it starts.
            time.sleep(dice.uniform(0.0, 0.5))
        else:
            wanted = dice.randint(1, 20)
            until(
                lambda: followers.taken.value >= wanted or followers.caught.value or process.exitcode,  # noqa: B023
                "the follower to read",
            )
        assert process.exitcode is None, "a follower ended by itself"
        process.kill()
        process.join()
        at_work += followers.taken.value > 0
    feeding.pause()
    feeding.finish()
    print(f"{at_work} of {KILLS} kills hit a follower that had taken records")
    assert at_work
    last = followers.start()
    followers.ends.set()
    writer.terminate()
    writer.join()
    running, status = run_here(run)
    last.join()
    assert last.exitcode == 0
    assert status.tally.events == len(lines)
    assert followers.digest.read_text() == running.core.engine.state_digest()


@pytest.mark.slow
def test_a_follower_that_the_topics_have_left_behind_goes_on_from_a_newer_snapshot(
    kafka_address: str, tmp_path: Path
) -> None:
    lines = the_city(tmp_path / "city")[:2_000]
    run = given(kafka_address, tmp_path / "state", snapshot_every=10_000)
    feed(run, lines[:1_000])
    run_here(run)
    seen = tmp_path / "copied"
    shutil.copytree(run.state, seen)
    feed(run, lines[1_000:])
    running, _ = run_here(run)
    delete_everything(run)
    with followed(settings_of(run, seen)) as follower:
        assert follower is not None
        begun = follower.as_of_ms
        until(lambda: (follower.step(), follower.trouble)[1], "the follower to say that records are gone")
        assert "not retained" in follower.trouble
        assert follower.is_usable
        assert follower.as_of_ms == begun
        for path in run.state.glob("snapshot-*"):
            shutil.copy(path, seen / path.name)
        digest = running.core.engine.state_digest()
        until(
            lambda: (follower.step(), follower.engine.state_digest())[1] == digest,
            "the follower to go on from the newer snapshot",
        )
        assert follower.as_of_ms > begun
        until(lambda: (follower.step(), not follower.trouble)[1], "the follower to have no more trouble")


def delete_everything(run: Given) -> None:
    """As if retention had dropped every record so far."""
    settings = {"bootstrap.servers": run.address}
    reader = Consumer({**settings, "group.id": f"{run.prefix}ends"})
    ends = []
    for topic in INPUT_TOPICS:
        name = run.prefix + topic
        for number in reader.list_topics(name, timeout=30).topics[name].partitions:
            _, high = reader.get_watermark_offsets(TopicPartition(name, number), timeout=30)
            ends.append(TopicPartition(name, number, high))
    reader.close()
    admin = AdminClient(settings)
    for done in admin.delete_records(ends).values():
        done.result(WAIT_S)
