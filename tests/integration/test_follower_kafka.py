"""A follower on a real broker that the topics have left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from ringfence.decision_wiring import followed
from ringfence.settings import Settings, settings_with
from streaming.contract.topics import INPUT_TOPICS
from tests.integration.chaos import the_city
from tests.integration.service_child import Given, run_here
from tests.integration.test_service_kafka import feed, given
from tests.integration.waiting import WAIT_S, until


def settings_of(run: Given, state: Path) -> Settings:
    """What `ringfence serve --state` is given to follow a service."""
    told = {"kafka": run.address, "kafka_prefix": run.prefix, "kafka_group": run.group}
    return settings_with({**told, "serve_state": state})


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
