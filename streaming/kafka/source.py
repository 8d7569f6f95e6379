"""Messages out of Kafka: as a member of a group, or of given partitions alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import admin as kafka_admin

from graph.errors import Unavailable
from streaming.kafka.failures import RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.service.ports import Chunk, Offsets, Partition, Polled
from streaming.service.service import Listener

ASK_S: Final = 10.0
_Admin: Any = kafka_admin.AdminClient
_Latest: Any = kafka_admin.OffsetSpec.latest  # type: ignore[attr-defined]
SILENT: Final = (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE)


class KafkaSource:
    """Reads with a consumer of its own; every call belongs to the thread that polls.

    ``warn`` hears, in words, what librdkafka thinks worth saying.
    """

    def __init__(self, options: KafkaOptions, warn: Callable[[str], None]) -> None:
        self._options, self._warn = options, warn
        self._away = ""
        settings: Any = {**options.consumer(), **self._member(), "error_cb": self._hear}
        self._consumer: Any = Consumer(settings)
        self._admin: Any = _Admin({**options.client(), "error_cb": lambda _error: None})

    def _member(self) -> dict[str, str]:
        return {}

    # -- reading -------------------------------------------------------------------------------------

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """At most ``limit`` messages; waits for the first only. Raises ``Unavailable`` with no broker."""
        polled = Polled()
        try:
            first = self._consumer.poll(timeout_s)
            if first is None:
                if self._away:
                    away, self._away = self._away, ""
                    raise Unavailable(away, RETRY_AFTER_S)
                return polled
            messages = [first, *self._consumer.consume(max(1, limit - 1), 0)]
        except KafkaException as error:
            raise raised(error, "reading") from error
        self._away = ""
        good = [message for message in messages if message.error() is None]
        if len(good) < len(messages):
            self._sort_out([message for message in messages if message.error() is not None], polled)
        for where, run in groupby(good, _partition):
            polled.chunks.append(Chunk(Partition(*where), list(run)))
        return polled

    def _sort_out(self, messages: Iterable[Any], polled: Polled) -> None:
        for message in messages:
            error = message.error()
            code = error.code()
            if code == KafkaError._PARTITION_EOF:
                polled.ended[Partition(message.topic(), message.partition())] = message.offset()
            elif code in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):
                self._warn(f"expected the topic {message.topic()}, found none yet: it is read once it exists")
            elif code not in SILENT:
                raise failure(error, "reading")

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more messages of these until they are resumed."""
        self._consumer.pause(_named(partitions))

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Messages of these again."""
        self._consumer.resume(_named(partitions))

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Where each ends at this moment: one question to the broker."""
        asked = {TopicPartition(*partition): _Latest() for partition in partitions}
        try:
            answers = self._admin.list_offsets(asked, request_timeout=ASK_S)
            return {Partition(p.topic, p.partition): each.result(ASK_S).offset for p, each in answers.items()}
        except KafkaException as error:
            raise raised(error, "asking for the ends of partitions") from error

    def commit(self, offsets: Offsets, note: str) -> None:
        """Remembers for the group how far it came. Raises ``Unavailable`` or ``Fatal``."""
        wanted = [TopicPartition(*p, offset, note) for p, offset in offsets.items()]
        try:
            answers = self._consumer.commit(offsets=wanted, asynchronous=False)
        except KafkaException as error:
            if error.args[0].code() in (KafkaError.REBALANCE_IN_PROGRESS, KafkaError.ILLEGAL_GENERATION):
                # The next round joins again; the offsets of the group are a convenience, not the truth.
                return
            raise raised(error, "committing offsets") from error
        for each in answers:
            if each.error is not None:
                raise failure(each.error, "committing offsets")

    def leave(self) -> None:
        """Closes the consumer."""
        self._consumer.close()

    def _hear(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._away = (
                f"expected Kafka at {self._options.bootstrap}, found no broker that answers: see that it runs"
            )
        elif error.fatal():
            self._warn(error.str())


class KafkaPartitions(KafkaSource):
    """Reads exactly the partitions it is given, outside the group's assignment."""

    def __init__(
        self, options: KafkaOptions, warn: Callable[[str], None], offsets: Mapping[Partition, int]
    ) -> None:
        super().__init__(options, warn)
        self._consumer.assign([TopicPartition(*p, offset) for p, offset in sorted(offsets.items())])


class KafkaGroup(KafkaSource):
    """A member of the group: partitions come and go cooperatively."""

    def _member(self) -> dict[str, str]:
        return {} if self._options.identity is None else {"group.instance.id": self._options.identity}

    def join(self, listener: Listener) -> None:
        """Subscribes; the listener is told what is ours, and says where to begin."""

        def assigned(_consumer: Any, partitions: list[Any]) -> None:
            starts = listener.assigned([Partition(p.topic, p.partition) for p in partitions])
            self._consumer.incremental_assign([TopicPartition(*p, at) for p, at in sorted(starts.items())])

        def revoked(_consumer: Any, partitions: list[Any]) -> None:
            listener.revoked([Partition(p.topic, p.partition) for p in partitions])
            self._consumer.incremental_unassign(partitions)

        self._consumer.subscribe(self._options.inputs, on_assign=assigned, on_revoke=revoked, on_lost=revoked)

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition, how many records are left as far as the last fetch knew."""
        answers = {}
        for partition, offset in taken.items():
            _, high = self._consumer.get_watermark_offsets(TopicPartition(*partition), cached=True)
            answers[partition] = max(0, high - offset)
        return answers

    def metadata(self) -> Any:
        """Who we are in the group, for a transaction that commits its offsets."""
        return self._consumer.consumer_group_metadata()

    def delivered(self, partitions: Sequence[Partition], identity: str) -> int:
        """The last batch whose results this identity committed as safe; -1 when none is known."""
        try:
            answers = self._consumer.committed(_named(partitions), timeout=ASK_S)
        except KafkaException as error:
            raise raised(error, "asking for committed offsets") from error
        numbers = [-1]
        for each in answers:
            whose, _, number = (each.metadata or "").partition(":")
            if each.offset != OFFSET_INVALID and whose == identity and number.isdigit():
                numbers.append(int(number))
        return max(numbers)

    def wait_for_broker(self, timeout_s: float) -> list[str]:
        """The input topics that do not exist yet. Raises ``Unavailable`` when no broker answers in time."""
        deadline = time.monotonic() + timeout_s
        try:
            known = self._admin.list_topics(timeout=max(1.0, deadline - time.monotonic())).topics
        except KafkaException as error:
            raise raised(error, "looking for its topics") from error
        return [topic for topic in self._options.inputs if topic not in known]


def _partition(message: Any) -> tuple[str, int]:
    return message.topic(), message.partition()


def _named(partitions: Sequence[Partition]) -> list[Any]:
    return [TopicPartition(*partition) for partition in partitions]
