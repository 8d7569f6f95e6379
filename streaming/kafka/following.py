"""Partitions read by somebody who only follows: no group, nothing committed, and no record skipped unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, TopicPartition

from streaming.kafka.options import KafkaOptions
from streaming.kafka.partitions import KafkaPartitions
from streaming.service.ports import LostRecords, Offsets, Partition, Polled


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingOptions(KafkaOptions):
    """Options of a reader that is told when the topics have moved past it."""

    def consumer(self) -> dict[str, str | int | bool]:
        """Settings of consumers of input."""
        settings = KafkaOptions.consumer(self)
        return settings | {"auto.offset.reset": "error", "group.id": f"{self.group}-following"}


class FollowedPartitions(KafkaPartitions):
    """Reads given partitions. ``poll`` raises ``LostRecords`` when what comes next is not retained."""

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition whose end a fetch has told, how many records are left; others are left out."""
        found = {}
        for partition, offset in taken.items():
            _, high = self._reader.get_watermark_offsets(TopicPartition(*partition), cached=True)
            if high >= 0:
                found[partition] = max(0, high - offset)
        return found

    def _sort_out(self, messages: Iterable[Any], polled: Polled) -> None:
        rest = list(messages)
        for message in rest:
            if message.error().code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
                raise LostRecords(
                    f"expected the next record of {message.topic()}-{message.partition()}, found that it is "
                    "not retained any more; a newer snapshot is needed"
                )
        KafkaPartitions._sort_out(self, rest, polled)
