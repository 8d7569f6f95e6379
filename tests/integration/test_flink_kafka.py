"""Flink in front of two owners on a real broker: what they come to is what `detect` comes to.

The world is sent as a hostile platform would: late, some twice, some malformed. Every event names its city,
but for some that follow an account. Starting Flink's half takes minutes on a busy machine. Many seeds with
more kills: `python -m tests.integration.flink_chaos`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from servers import FlinkCluster
from tests.integration.chaos import everything_in, the_city
from tests.integration.flink_platform import (
    HOUR_MS,
    REGIONS,
    Platform,
    compare_with_detect,
    until_within,
    world,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


def test_a_task_manager_and_a_job_manager_that_are_killed_change_nothing(
    kafka_address: str, flink_cluster: FlinkCluster, tmp_path: Path
) -> None:
    world_sent = world(the_city(tmp_path / "city"), seed=7)
    lines, sent = world_sent.lines, world_sent.sent
    platform = Platform(kafka_address, flink_cluster, tmp_path)
    third = len(sent.records) // 3
    platform.feed(sent.records[:third])
    # A third of the world is four days: what is repeated at-least-once owners would no longer remember.
    platform.job("--exactly-once")
    until_within(lambda: platform.sent("south") > third // 4, "events of the south")
    until_within(lambda: any((tmp_path / "checkpoints").glob("*/chk-*/_metadata")), "a checkpoint")

    platform.feed(sent.records[third : 2 * third])
    before = platform.sent("south")
    flink_cluster.kill_task_manager()
    flink_cluster.start_task_managers()
    until_within(lambda: platform.sent("south") > before + third // 4, "more events of the south")

    flink_cluster.kill_task_manager()
    flink_cluster.kill_job_manager()
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
    world_sent = world(the_city(tmp_path / "city"), seed=8, old=True, old_ms=50 * HOUR_MS)
    lines, sent = world_sent.lines, world_sent.sent
    assert world_sent.old > 10
    platform = Platform(kafka_address, flink_cluster, tmp_path)
    platform.feed(sent.records)
    platform.job("--exactly-once", "--until-end")
    expected = Counter(line for part in lines.values() for line in part)
    found: Counter[bytes] = Counter()
    for region in REGIONS:
        values = [
            message.value() for message in everything_in(kafka_address, f"{platform.base}{region}.events")
        ]
        assert set(values) == set(lines[region]), region
        found += Counter(values)
    assert found == expected
    assert len(platform.letters()) == len(set(platform.letters())) == sent.malformed
