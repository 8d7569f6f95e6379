"""Messages of given partitions out of Kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Final

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka import admin as kafka_admin

from graph.model.errors import RingfenceError, Unavailable
from streaming.kafka.closing import CLOSE_S, close_within
from streaming.kafka.failures import FENCED, RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.kafka.progress import Progress
from streaming.service.ports import Chunk, Offsets, Partition, Polled

ASK_S: Final = 5.0
"""For an answer of the broker; then it counts as away. Short, so that SIGTERM is answered meanwhile."""
STANDING_S: Final = 20.0
"""A partition that was silent so long though the broker had more of it stands still."""
STANDING_MOST_S: Final = 640.0
"""The same, when reading anew did not help the times before."""
SILENT: Final = (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE)
_Admin: Any = kafka_admin.AdminClient
_Latest: Any = kafka_admin.OffsetSpec.latest  # type: ignore[attr-defined]
Warn = Callable[[str], None]


class KafkaPartitions:
    """Reads given partitions with a consumer of its own; every call belongs to the thread that polls.

    ``warn`` is called with what an operator should know, in words.
    """

    def __init__(self, options: KafkaOptions, warn: Warn, offsets: Offsets | None = None) -> None:
        self._options, self._warn = options, warn
        self._away = ""
        self._ended_by: KafkaError | None = None
        self._has_left = False
        self._trouble: RingfenceError | None = None
        self._progress = Progress(STANDING_S, STANDING_MOST_S)
        self._watch_again_s = 0.0
        self._reader: Any = self._new_reader()
        self._unassigned: set[Partition] = set()
        quiet: Any = {**options.client(), "error_cb": lambda _error: None}
        self._admin: Any = _Admin(quiet)
        if offsets is not None:
            self._reader.assign(placed(offsets))
            self._progress.begin(offsets, time.monotonic())

    def _new_reader(self) -> Any:
        settings: Any = {**self._options.consumer(), "error_cb": self._on_error}
        return Consumer(settings)

    def begin_reading(self, offsets: Offsets) -> None:
        """Reads these, too, each from its offset."""
        self._progress.begin(offsets, time.monotonic())
        self._unassigned.difference_update(offsets)
        self._reader.incremental_assign(placed(offsets))
        # One that was paused when it was last let go is paused still, and nobody would resume it.
        self._reader.resume(named(offsets))

    def stop_reading(self, partitions: Sequence[Partition]) -> None:
        """Reads these no more."""
        self._progress.end(partitions)
        self._reader.incremental_unassign(named(set(partitions) - self._unassigned))
        self._unassigned.difference_update(partitions)

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """At most ``limit`` messages; waits for the first only. Raises ``Unavailable`` with no broker."""
        return self.read(limit, timeout_s)

    def read(self, limit: int, timeout_s: float) -> Polled:
        """The same, whoever asks. An error among messages is raised by the next call, not in their place."""
        self._raise_fatal()
        self._raise_trouble()
        polled = Polled()
        try:
            first = self._reader.poll(timeout_s)
        except KafkaException as error:
            raise raised(error, "reading") from error
        now = time.monotonic()
        if now >= self._watch_again_s:
            self._watch(now)
        if first is None:
            if self._away:
                away, self._away = self._away, ""
                raise Unavailable(away, RETRY_AFTER_S)
            return polled
        self._away = ""
        messages = [first, *self._more(limit - 1)]
        good = [message for message in messages if message.error() is None]
        for where, run in groupby(good, _partition):
            chunk = Chunk(Partition(*where), list(run))
            polled.chunks.append(chunk)
            self._progress.moved(chunk.partition, chunk.messages[-1].offset() + 1, now)
        if len(good) < len(messages):
            try:
                self._sort_out([message for message in messages if message.error() is not None], polled)
            except RingfenceError as error:
                self._trouble = error
            for partition, offset in polled.ended.items():
                self._progress.moved(partition, offset, now)
        if not polled.chunks and not polled.ended:
            self._raise_trouble()
        return polled

    def _more(self, limit: int) -> list[Any]:
        """What has been read ahead."""
        try:
            return list(self._reader.consume(max(1, limit), 0))
        except KafkaException as error:
            self._trouble = raised(error, "reading")
            return []

    def _raise_trouble(self) -> None:
        if self._trouble is not None:
            trouble, self._trouble = self._trouble, None
            raise trouble

    def _watch(self, now_s: float) -> None:
        """Reads by a new consumer where partitions stand still."""
        self._watch_again_s = now_s + STANDING_S / 4
        silent = self._progress.silent(now_s)
        if not silent:
            return
        try:
            ends = self._ends(silent, isolation_level=IsolationLevel.READ_COMMITTED)
        except Unavailable:
            # Whoever reads hears of it; nothing is known about partitions until the broker is back.
            return
        standing = self._progress.standing(ends, now_s)
        if standing:
            self._warn(
                f"expected records of {', '.join(map(str, standing))}, found none though the broker has "
                "more: reading on by a new consumer"
            )
            self._read_anew()

    def _read_anew(self) -> None:
        """Takes another consumer, whose partitions begin where the last one stopped.

        One that is paused begins when it is resumed: right after an assignment, a pause loses the offset
        (librdkafka's issue 2190).
        """
        close_within(CLOSE_S, self._warn, reader=self._reader.close)
        self._reader = self._new_reader()
        self._unassigned = set(self._progress.paused)
        positions = self._progress.positions
        self._reader.assign(placed({p: o for p, o in positions.items() if p not in self._unassigned}))

    def _sort_out(self, messages: Iterable[Any], polled: Polled) -> None:
        for message in messages:
            error = message.error()
            code = error.code()
            if code == KafkaError._PARTITION_EOF:
                polled.ended[Partition(message.topic(), message.partition())] = message.offset()
            elif code in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):
                self._warn(f"expected the topic {message.topic()}, found none: it is read once it exists")
            elif code not in SILENT:
                raise failure(error, "reading")

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more messages of these until they are resumed."""
        self._progress.pause(partitions)
        self._reader.pause(named(set(partitions) - self._unassigned))

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Messages of these again."""
        self._progress.resume(partitions, time.monotonic())
        returning = self._unassigned.intersection(partitions)
        if returning:
            self._unassigned -= returning
            positions = self._progress.positions
            self._reader.incremental_assign(
                placed({partition: positions[partition] for partition in returning})
            )
        self._reader.resume(named(set(partitions) - returning))

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Where each ends at this moment: one question to the broker."""
        return self._ends(partitions)

    def _ends(self, partitions: Sequence[Partition], **more: Any) -> dict[Partition, int]:
        asked = {TopicPartition(*partition): _Latest() for partition in partitions}
        try:
            answers = self._admin.list_offsets(asked, request_timeout=ASK_S, **more)
            return {
                Partition(p.topic, p.partition): each.result(2 * ASK_S).offset for p, each in answers.items()
            }
        except KafkaException as error:
            self._forget_leaders()
            raise raised(error, "asking for the ends of partitions") from error
        except TimeoutError as error:
            raise Unavailable(
                "expected Kafka to say where partitions end, found no answer: see that the broker runs",
                RETRY_AFTER_S,
            ) from error

    def _forget_leaders(self) -> None:
        """Looks for the leaders anew: who asks by an epoch that has passed is refused until then.

        The client would do it by itself only when what it knows is three refresh intervals old.
        """
        with suppress(KafkaException):
            self._admin.list_topics(timeout=ASK_S)

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition, how many records are left as far as the last fetch knew."""
        answers = {}
        for partition, offset in taken.items():
            _, high = self._reader.get_watermark_offsets(TopicPartition(*partition), cached=True)
            answers[partition] = max(0, high - offset)
        return answers

    def leave(self) -> None:
        """Closes the consumer, or warns and goes without; nothing happens when that was done already."""
        if not self._has_left:
            self._has_left = True
            close_within(CLOSE_S, self._warn, reader=self._reader.close)

    def _raise_fatal(self) -> None:
        if self._ended_by is not None:
            raise failure(self._ended_by, "keeping its place in the group")

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal() or error.code() in FENCED:
            self._ended_by = error
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._away = (
                f"expected Kafka at {self._options.bootstrap}, found no broker that answers: see that it runs"
            )


def _partition(message: Any) -> tuple[str, int]:
    return message.topic(), message.partition()


def named(partitions: Iterable[Partition]) -> list[Any]:
    """Partitions as the client takes them."""
    return [TopicPartition(*partition) for partition in partitions]


def placed(offsets: Offsets) -> list[Any]:
    """The same, each with the next offset to read."""
    return [TopicPartition(*partition, offset) for partition, offset in sorted(offsets.items())]
