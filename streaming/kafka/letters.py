"""The dead letters in their topic, from where the last replay ended to where the topic ends now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, TopicPartition

from graph.model.errors import BadCall, Unavailable
from streaming.contract.topics import DEAD_LETTERS
from streaming.files.replay import replays_in
from streaming.kafka.closing import CLOSE_S, close_within
from streaming.kafka.failures import RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions

ASK_S: Final = 30.0
SILENT_S: Final = 30.0
AT_ONCE: Final = 500


class DeadLetterTopic:
    """Reads the topic once, as a group of its own: ``commit`` remembers what was read for the next time.

    ``from_the_beginning`` reads what earlier replays read as well. Every call raises ``Unavailable`` when no
    broker answers, and ``BadCall`` when there is no such topic.
    """

    def __init__(self, options: KafkaOptions, from_the_beginning: bool = False) -> None:
        self._topic = options.prefix + DEAD_LETTERS
        settings: Any = {
            **options.consumer(),
            "group.id": f"{options.group}-replay",
            "error_cb": lambda _error: None,
        }
        settings.pop("group.instance.id", None)
        self._consumer: Any = Consumer(settings)
        self._from_the_beginning = from_the_beginning
        self._read: dict[int, int] = {}

    def letters(self) -> Iterator[tuple[bytes, int]]:
        """Each letter and how often its record was fed again before; ends where the topic ended at the start.

        Partition by partition. Memory: a few hundred letters.
        """
        try:
            for number, (start, end) in sorted(self._ranges().items()):
                yield from self._partition(number, start, end)
        except KafkaException as error:
            raise raised(error, "reading dead letters") from error

    def _ranges(self) -> dict[int, tuple[int, int]]:
        known = self._consumer.list_topics(self._topic, timeout=ASK_S).topics[self._topic]
        if known.error is not None or not known.partitions:
            raise BadCall(
                f"expected the topic {self._topic}, found none: check --kafka and RINGFENCE_KAFKA_PREFIX, or "
                "give a file"
            )
        wanted = [TopicPartition(self._topic, number) for number in known.partitions]
        ranges = {}
        for each in self._consumer.committed(wanted, timeout=ASK_S):
            low, high = self._consumer.get_watermark_offsets(each, timeout=ASK_S)
            is_known = each.offset != OFFSET_INVALID and not self._from_the_beginning
            ranges[each.partition] = (max(low, each.offset) if is_known else low, high)
        return ranges

    def _partition(self, number: int, start: int, end: int) -> Iterator[tuple[bytes, int]]:
        at = start
        if at >= end:
            return
        self._consumer.assign([TopicPartition(self._topic, number, at)])
        while at < end:
            first = self._consumer.poll(SILENT_S)
            if first is None:
                raise Unavailable(
                    f"expected dead letters up to {end} in {self._topic}-{number}, found no answer at {at}: "
                    "see that the broker runs",
                    RETRY_AFTER_S,
                )
            for message in (first, *self._consumer.consume(AT_ONCE, 0)):
                error = message.error()
                if error is not None:
                    if error.code() != KafkaError._PARTITION_EOF:
                        raise failure(error, "reading dead letters")
                    # What was read is committed; what lies between it and the end are marks of transactions.
                    at = max(at, message.offset())
                    continue
                at = message.offset() + 1
                if at > end:
                    return
                self._read[number] = at
                yield message.value() or b"", replays_in(message.headers())

    def commit(self) -> None:
        """Remembers how far the letters given so far go."""
        offsets = [TopicPartition(self._topic, number, at) for number, at in sorted(self._read.items())]
        if not offsets:
            return
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            raise raised(error, "remembering what was fed again") from error

    def close(self) -> None:
        """Lets go, within a bound."""
        close_within(CLOSE_S, lambda _text: None, reader=self._consumer.close)
