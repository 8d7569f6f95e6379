"""A follower on a real broker: killed again and again under load, and left behind by the topics."""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from ringfence.decision_wiring import followed
from streaming.contract.topics import INPUT_TOPICS, PLACES
from streaming.decisions.newest_state import snapshots_in
from streaming.kafka.options import KafkaOptions
from tests.integration.chaos import DISORDER_MS, Feeding, everything_in, reference, the_city
from tests.integration.follower_child import Followers, settings_of
from tests.integration.journals import batches
from tests.integration.service_child import Given, run_here, start
from tests.integration.test_service_kafka import feed, given
from tests.integration.waiting import WAIT_S, until

KILLS = 30
SHARES = 6
"""The events arrive in so many shares, each while five followers live and die."""


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
                followers,
            )
        assert process.exitcode is None, f"a follower ended by itself: {followers}"
        process.kill()
        process.join()
        at_work += followers.taken.value > 0
    feeding.pause()
    feeding.finish()
    print(f"{at_work} of {KILLS} kills hit a follower that had taken records")
    assert at_work
    last = followers.start()
    followers.ends.value = 1
    writer.terminate()
    writer.join(WAIT_S)
    assert writer.exitcode == 0, log.read_text()[-3000:]
    running, status = run_here(run)
    last.join(WAIT_S)
    assert last.exitcode == 0, str(followers)
    assert status.tally.events == len(lines)
    assert followers.digest.read_text() == running.core.engine.state_digest(), str(followers)


@pytest.mark.slow
def test_run_takes_over_on_the_folder_that_a_follower_reads(kafka_address: str, tmp_path: Path) -> None:
    """The machine of the service is gone with its disk; elsewhere there is a copy of its newest snapshot."""
    lines = the_city(tmp_path / "city")
    digest, flags, ledger, _ = reference(lines, tmp_path / "reference")
    run = given(
        kafka_address,
        tmp_path / "state",
        identity="service",
        order_within_ms=DISORDER_MS,
        snapshot_every=500,
        transactions=True,
    )
    half = len(lines) // 2
    feed(run, lines[:half])
    log = tmp_path / "writer.log"
    log.touch()
    writer = start(run, log)
    until(lambda: snapshots_in(run.state), "a snapshot", log)
    seen = tmp_path / "seen"
    seen.mkdir()
    until(lambda: copied(run.state, seen), "a copy of it", log)
    with followed(settings_of(run, seen)) as follower:
        assert follower is not None
        until(lambda: (follower.step(), follower.lag == 0)[1], "the follower to read all", follower)
        before, begun = batches(run.state), follower.as_of_ms
        feed(run, lines[half:])
        until(lambda: batches(run.state) > before, "the service to go on", log)
        writer.kill()
        writer.join()
        running, status = run_here(replace(run, state=seen))
        until(lambda: (follower.step(), follower.lag == 0)[1], "the follower to read the rest", follower)
        assert follower.trouble == ""
        assert follower.as_of_ms > begun, "it goes on while another leads"
    assert running.core.engine.state_digest() == digest
    assert (status.tally.events, status.tally.duplicates) == (len(lines), 0)
    for topic, expected in (("ring-flags", flags), ("ring-ledger", ledger)):
        found = {message.value() for message in everything_in(kafka_address, run.prefix + topic)}
        assert found == set(expected)


def copied(state: Path, seen: Path) -> bool:
    """Copies the newest snapshot; whether it was still there when it was copied."""
    newest = snapshots_in(state)[0]
    try:
        shutil.copy(newest, seen / newest.name)
    except FileNotFoundError:
        return False
    return True


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
