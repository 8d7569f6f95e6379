"""A reader that only follows: it reads from where it is told, and is told when that is not retained."""

from __future__ import annotations

import time

import pytest
from confluent_kafka import Producer

from ringfence.demo_service import broker
from streaming.kafka.following import FollowedPartitions, FollowingOptions
from streaming.service.ports import LostRecords, Partition

ONLY = Partition("trips", 0)
WITHIN_S = 60.0


def test_it_reads_from_an_offset_and_is_told_when_what_comes_next_is_gone() -> None:
    with broker() as address:
        options = FollowingOptions(bootstrap=address, topics=("trips",))
        assert options.consumer()["auto.offset.reset"] == "error"
        producer = Producer({"bootstrap.servers": address, "log_level": 0})
        for n in range(3):
            producer.produce("trips", str(n).encode(), partition=0)
        assert producer.flush(WITHIN_S) == 0
        source = FollowedPartitions(options, lambda _text: None, {ONLY: 1})
        values: list[bytes] = []
        until = time.monotonic() + WITHIN_S
        while len(values) < 2 and time.monotonic() < until:
            values += [m.value() or b"" for chunk in source.poll(10, 0.1).chunks for m in chunk.messages]
        assert values == [b"1", b"2"]
        assert source.lags({ONLY: 3}) == {ONLY: 0}
        assert source.lags({ONLY: 1}) == {ONLY: 2}
        source.leave()
        lost = FollowedPartitions(options, lambda _text: None, {ONLY: 1_000})
        with pytest.raises(LostRecords, match="trips-0"):
            poll_until(lost, until)
        lost.leave()


def test_how_much_is_left_of_a_partition_that_never_answered_is_not_known() -> None:
    options = FollowingOptions(bootstrap="127.0.0.1:1", topics=("trips",))
    source = FollowedPartitions(options, lambda _text: None, {ONLY: 1})
    assert source.lags({ONLY: 1}) == {}
    source.leave()


def poll_until(source: FollowedPartitions, until: float) -> None:
    while time.monotonic() < until:
        source.poll(10, 0.1)
