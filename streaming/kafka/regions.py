"""The topics of all regions in, and to their owners what they are told; killed anywhere, nothing twice.

What was read and what has to be told lie in one transaction of the memory. A record of a ``told`` topic
carries the number that it has in the outbox; after a crash the last of them in the topic says what had gone
out, and those are not sent again. So such a topic has one partition. Rows of identifiers are absolute and may
repeat.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import admin as kafka_admin

from graph.model.errors import BadCall, Unavailable
from streaming.contract.topics import IDENTIFIERS, INPUT_TOPICS, TOLD
from streaming.decoding.columns import ColumnDecoder
from streaming.kafka.closing import CLOSE_S, close_within
from streaming.kafka.failures import RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.kafka.partitions import ASK_S, KafkaPartitions, Warn
from streaming.kafka.source import LOOK_EVERY_S
from streaming.regions.joining import Joining
from streaming.regions.memory import RegionsMemory
from streaming.service.ports import Chunk, Partition
from streaming.service.retry import Retry

AT_ONCE: Final = 2048
"""Messages read at a time, and records sent before the broker is waited for."""
POLL_S: Final = 0.2
WAIT_S: Final = 10.0
NUMBER: Final = "number"
"""The header with the number of a record in the outbox."""
_READ: Final = tuple(topic for topic in INPUT_TOPICS if topic not in ("gps", "verdicts"))
"""Positions say nothing about who is who, and verdicts are about the rings of one region."""


class RegionTopics:
    """Reads what regions say and sends what they are told.

    ``regions``: by name, what stands before the names of its topics; ``second_level`` stands before those of
    the engine that is told of everything. Raises ``Unavailable`` with no broker, and ``BadCall`` when a topic
    does not fit.
    """

    def __init__(
        self,
        options: KafkaOptions,
        regions: Mapping[str, str],
        second_level: str,
        memory: RegionsMemory,
        warn: Warn,
    ) -> None:
        self._options, self._memory = options, memory
        self._region_of = {prefix + topic: name for name, prefix in regions.items() for topic in _READ}
        self._told = [prefix + TOLD for prefix in (*regions.values(), second_level)]
        self._rows = second_level + IDENTIFIERS
        quiet: Any = {**options.client(), "error_cb": lambda _error: None}
        self._admin: Any = kafka_admin.AdminClient(quiet)
        self._failed: KafkaError | None = None
        self._under_way: dict[str, int] = {}
        # Gapless: after a record that was not taken none is, so that the last one tells of all before it.
        gapless = {"linger.ms": 5, "enable.gapless.guarantee": True, "error_cb": lambda _error: None}
        producer: Any = {**options.producer(), **gapless}
        self._producer: Any = Producer(producer)
        self._source = KafkaPartitions(options, warn)
        self._known: set[Partition] = set()
        self._ended: set[Partition] = set()
        self._next: dict[Partition, int] = {}
        self._look_again_s = 0.0

    # -- the beginning -------------------------------------------------------------------------------

    def make_topics(self, replication: int) -> None:
        """Makes those that are missing; one partition for what is told, a compacted one for identifiers."""
        new: Any = kafka_admin.NewTopic  # type: ignore[attr-defined]
        compacted = {"cleanup.policy": "compact"}
        wanted = [new(topic, 1, replication) for topic in self._told]
        wanted.append(new(self._rows, 1, replication, config=compacted))
        for name, answer in self._admin.create_topics(wanted).items():
            try:
                answer.result(WAIT_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise raised(error, f"creating {name}") from error
            except TimeoutError as error:
                raise _no_answer() from error
        topics = self._topics()
        for name in self._told:
            if name in topics and len(topics[name].partitions) != 1:
                raise BadCall(
                    f"expected one partition of {name}, found {len(topics[name].partitions)}: what went out "
                    "could not be known after a crash; make it anew"
                )

    def forget_sent(self) -> None:
        """Drops from the outbox what had reached the topics before a crash."""
        for topic in self._told:
            last = self._last_number(topic)
            if last is not None:
                self._memory.went(topic, last)

    def _last_number(self, topic: str) -> int | None:
        """The number of the last record of a topic; None when it holds none."""
        settings: Any = {**self._options.consumer(), "error_cb": lambda _error: None}
        reader: Any = Consumer(settings)
        try:
            partition = TopicPartition(topic, 0)
            low, high = reader.get_watermark_offsets(partition, timeout=ASK_S)
            if high <= low:
                return None
            reader.assign([TopicPartition(topic, 0, high - 1)])
            deadline = time.monotonic() + WAIT_S
            while time.monotonic() < deadline:
                message = reader.poll(POLL_S)
                if message is not None and message.error() is None:
                    return int(dict(message.headers() or [])[NUMBER])
            raise _no_answer()
        except KafkaException as error:
            raise raised(error, f"looking for the end of {topic}") from error
        except (KeyError, ValueError) as error:
            raise BadCall(f"expected only our own records in {topic}, found another; make it anew") from error
        finally:
            close_within(CLOSE_S, lambda _text: None, reader=reader.close)

    # -- going round ---------------------------------------------------------------------------------

    def round(self, joining: Joining, decoder: ColumnDecoder) -> int:
        """Reads once, joins, and sends what came of it; how many messages were read."""
        self._look_for_partitions()
        polled = self._source.poll(AT_ONCE, POLL_S)
        for chunk in polled.chunks:
            self._ended.discard(chunk.partition)
            self._take(chunk, joining, decoder)
        for partition, offset in polled.ended.items():
            if offset >= self._next[partition]:
                self._ended.add(partition)
        joining.age(self._regions_at_end())
        self.send()
        return sum(len(chunk.messages) for chunk in polled.chunks)

    @property
    def has_ended(self) -> bool:
        """Whether everything there is has been read, and everything sent."""
        return bool(self._known) and self._ended >= self._known and not self._memory.outgoing(1)

    def _take(self, chunk: Chunk, joining: Joining, decoder: ColumnDecoder) -> None:
        values = [message.value() or b"" for message in chunk.messages]
        decoded = decoder.decode_values(values)
        self._next[chunk.partition] = chunk.messages[-1].offset() + 1
        joining.take(
            self._region_of[chunk.partition.topic],
            decoded.batch,
            [values[place] for place in decoded.places.tolist()],
            {chunk.partition: self._next[chunk.partition]},
        )

    def _regions_at_end(self) -> list[str]:
        going_on = {self._region_of[partition.topic] for partition in self._known - self._ended}
        return sorted(set(self._region_of.values()) - going_on)

    def _look_for_partitions(self) -> None:
        if time.monotonic() < self._look_again_s:
            return
        topics = self._topics()
        found = {
            Partition(name, number)
            for name in self._region_of
            if name in topics
            for number in topics[name].partitions
        }
        fresh = found - self._known
        if fresh:
            before = self._memory.positions()
            self._next |= {partition: before.get(partition, 0) for partition in fresh}
            self._source.begin_reading({partition: self._next[partition] for partition in sorted(fresh)})
            self._known |= fresh
        self._look_again_s = time.monotonic() + LOOK_EVERY_S

    def _topics(self) -> Any:
        try:
            return self._admin.list_topics(timeout=ASK_S).topics
        except KafkaException as error:
            raise raised(error, "looking for topics") from error

    # -- what goes out -------------------------------------------------------------------------------

    def send(self) -> None:
        """Sends the outbox, in order; what is safe leaves it. Raises ``Unavailable`` or ``Fatal``."""
        while True:
            if not self._under_way:
                records = self._memory.outgoing(AT_ONCE)
                if not records:
                    return
                for record in records:
                    self._produce(record.topic, record.key, record.value, record.number)
                self._under_way = {record.topic: record.number for record in records}
            # Without an answer they are under way still: the next call waits for it and sends nothing again.
            if self._producer.flush(WAIT_S):
                raise _no_answer()
            newest, self._under_way = self._under_way, {}
            failed, self._failed = self._failed, None
            if failed is not None:
                self.forget_sent()
                raise failure(failed, "sending what regions are told")
            for topic, number in newest.items():
                self._memory.went(topic, number)

    def _produce(self, topic: str, key: bytes, value: bytes | None, number: int) -> None:
        headers = [(NUMBER, str(number).encode())]
        while True:
            try:
                self._producer.produce(topic, value, key, headers=headers, on_delivery=self._report)
                return
            except BufferError:
                self._producer.poll(0.1)

    def _report(self, error: KafkaError | None, _message: Any) -> None:
        self._failed = self._failed or error

    def close(self) -> None:
        """Lets go of the broker."""
        self._source.leave()


def go_round(
    topics: RegionTopics,
    joining: Joining,
    decoder: ColumnDecoder,
    keep_going: Callable[[], bool],
    retry: Retry,
    *,
    until_end: bool,
) -> None:
    """Goes on until told to stop, or until all that is there was read; waits for a broker that is away."""
    while keep_going() and not (until_end and topics.has_ended):
        try:
            retry(lambda: topics.round(joining, decoder))
        except Unavailable:
            # Told to stop while a broker was away: what is left is sent at the next start.
            if keep_going():
                raise


def _no_answer() -> Unavailable:
    return Unavailable("expected Kafka to answer, found no answer: see that the broker runs", RETRY_AFTER_S)


def named_regions(words: Iterable[str]) -> dict[str, str]:
    """By name, what stands before a region's topics, from ``NAME`` or ``NAME=PREFIX``. Raises ``BadCall``."""
    regions: dict[str, str] = {}
    for word in words:
        name, has_prefix, prefix = word.partition("=")
        if not name or name in regions:
            raise BadCall(f"expected regions by different names, found {word!r} twice or without one")
        regions[name] = prefix if has_prefix else f"{name}."
    if len(regions) < 2:
        raise BadCall(f"expected two regions or more, found {len(regions)}: give --region for each")
    if len(set(regions.values())) < len(regions):
        raise BadCall("expected topics of its own for every region, found one prefix twice: give others")
    return regions
