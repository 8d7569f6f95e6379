"""Messages out of Kafka: of given partitions, or of every partition for the one that leads its group."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Final

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import admin as kafka_admin

from graph.model.errors import Unavailable
from streaming.kafka.closing import CLOSE_S, close_within, leave_group
from streaming.kafka.failures import FENCED, RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.service.parts import AssignmentListener
from streaming.service.ports import Chunk, Offsets, Partition, Polled

ASK_S: Final = 5.0
"""For an answer of the broker; then it counts as away. Short, so that SIGTERM is answered meanwhile."""
_Admin: Any = kafka_admin.AdminClient
_Latest: Any = kafka_admin.OffsetSpec.latest  # type: ignore[attr-defined]
STANDBY_S: Final = 0.1
LOOK_EVERY_S: Final = 10.0
SILENT: Final = (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE)
REBALANCING: Final = (
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
)
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
        settings: Any = {**options.consumer(), "error_cb": self._on_error}
        self._reader: Any = Consumer(settings)
        quiet: Any = {**options.client(), "error_cb": lambda _error: None}
        self._admin: Any = _Admin(quiet)
        if offsets is not None:
            self._reader.assign(_placed(offsets))

    def begin_reading(self, offsets: Offsets) -> None:
        """Reads these, too, each from its offset."""
        self._reader.incremental_assign(_placed(offsets))
        # One that was paused when it was last let go is paused still, and nobody would resume it.
        self._reader.resume(_named(offsets))

    def stop_reading(self, partitions: Sequence[Partition]) -> None:
        """Reads these no more."""
        self._reader.incremental_unassign(_named(partitions))

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """At most ``limit`` messages; waits for the first only. Raises ``Unavailable`` with no broker."""
        return self.read(limit, timeout_s)

    def read(self, limit: int, timeout_s: float) -> Polled:
        """The same, whoever asks."""
        self._raise_fatal()
        polled = Polled()
        try:
            first = self._reader.poll(timeout_s)
            if first is None:
                if self._away:
                    away, self._away = self._away, ""
                    raise Unavailable(away, RETRY_AFTER_S)
                return polled
            messages = [first, *self._reader.consume(max(1, limit - 1), 0)]
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
                self._warn(f"expected the topic {message.topic()}, found none: it is read once it exists")
            elif code not in SILENT:
                raise failure(error, "reading")

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more messages of these until they are resumed."""
        self._reader.pause(_named(partitions))

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Messages of these again."""
        self._reader.resume(_named(partitions))

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Where each ends at this moment: one question to the broker."""
        asked = {TopicPartition(*partition): _Latest() for partition in partitions}
        try:
            answers = self._admin.list_offsets(asked, request_timeout=ASK_S)
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


class KafkaGroup(KafkaPartitions):
    """Reads every partition of the input topics while it leads its group; stands by while another does.

    One graph lives in one process, so the members of a group do not share the partitions: who is given
    partition 0 of the first topic leads. The group itself is an ordinary one, rebalanced cooperatively.
    A ``warm`` one reads while it stands by, too.
    """

    def __init__(self, options: KafkaOptions, warn: Warn, *, warm: bool = False) -> None:
        super().__init__(options, warn)
        self._is_warm = warm
        member: Any = {**options.consumer(), "error_cb": self._on_error, "enable.partition.eof": False}
        if options.identity is not None:
            member["group.instance.id"] = options.identity
        self._member: Any = Consumer(member)
        self._sign = Partition(options.inputs[0], 0)
        self._listener: AssignmentListener | None = None
        self._is_leading = False
        self._known: set[Partition] = set()
        self._look_again_s = 0.0

    @property
    def leads(self) -> bool:
        """Whether results and offsets are ours to give."""
        return self._is_leading

    def join(self, listener: AssignmentListener) -> None:
        """Asks for a place in the group; the listener is called with the partitions and gives offsets."""
        self._listener = listener

        # While closing, both answer nothing: the call they would make can block, and nobody reads any more.
        def assigned(consumer: Any, partitions: list[Any]) -> None:
            if self._has_left:
                return
            consumer.incremental_assign(partitions)
            # A member's partitions are a sign of who leads; what is read is read by the reader.
            consumer.pause(partitions)
            self._is_leading |= self._sign in _typed(partitions)

        def revoked(consumer: Any, partitions: list[Any]) -> None:
            if self._has_left:
                return
            if self._sign in _typed(partitions):
                self._stop_reading()
            consumer.incremental_unassign(partitions)

        self._member.subscribe([self._sign.topic], on_assign=assigned, on_revoke=revoked, on_lost=revoked)

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """The same as a reader of partitions, while leading or warm."""
        self._raise_fatal()
        try:
            message = self._member.poll(0)
        except KafkaException as error:
            raise raised(error, "keeping its place in the group") from error
        if message is not None and message.error() is not None:
            self._sort_out([message], Polled())
        if not self._is_leading and not self._is_warm:
            time.sleep(min(timeout_s, STANDBY_S))
            return Polled()
        if time.monotonic() >= self._look_again_s:
            self._look_for_partitions()
        return self.read(limit, timeout_s)

    def _look_for_partitions(self) -> None:
        """Begins to read partitions that are new: all of them at first."""
        found = self._partitions()
        fresh = sorted(found - self._known)
        if fresh and self._listener is not None:
            self.begin_reading(self._listener.assigned(fresh))
            self._known |= found
        self._look_again_s = time.monotonic() + LOOK_EVERY_S

    def _partitions(self) -> set[Partition]:
        try:
            topics = self._admin.list_topics(timeout=ASK_S).topics
        except KafkaException as error:
            raise raised(error, "looking for its topics") from error
        return {
            Partition(name, number)
            for name in self._options.inputs
            if name in topics
            for number in topics[name].partitions
        }

    def _stop_reading(self) -> None:
        self._is_leading, self._look_again_s = False, 0.0
        if self._is_warm:
            return
        if self._known and self._listener is not None:
            self._listener.revoked(sorted(self._known))
            self.stop_reading(sorted(self._known))
        self._known.clear()

    def commit(self, offsets: Offsets, note: str) -> None:
        """Commits offsets for the group. Raises ``Unavailable`` or ``Fatal``."""
        wanted = [TopicPartition(*p, offset, note) for p, offset in offsets.items()]
        try:
            answers = self._member.commit(offsets=wanted, asynchronous=False)
        except KafkaException as error:
            if error.args[0].code() in REBALANCING:
                # The next round joins again; the offsets of the group are a convenience, not the truth.
                return
            raise raised(error, "committing offsets") from error
        for each in answers:
            if each.error is not None and each.error.code() not in REBALANCING:
                raise failure(each.error, "committing offsets")

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """By partition, up to where whoever leads has committed; 0 where nothing was."""
        try:
            answers = self._member.committed(_named(partitions), timeout=ASK_S)
        except KafkaException as error:
            raise raised(error, "asking for committed offsets") from error
        return {Partition(each.topic, each.partition): max(each.offset, 0) for each in answers}

    def metadata(self) -> Any:
        """Who we are in the group, for a transaction that commits its offsets."""
        return self._member.consumer_group_metadata()

    def delivered(self, partitions: Sequence[Partition], identity: str) -> int:
        """The last batch whose results this identity committed as safe; -1 when none is known."""
        try:
            answers = self._member.committed(_named(partitions), timeout=ASK_S)
        except KafkaException as error:
            raise raised(error, "asking for committed offsets") from error
        numbers = [-1]
        for each in answers:
            whose, _, number = (each.metadata or "").partition(":")
            if each.offset != OFFSET_INVALID and whose == identity and number.isdigit():
                numbers.append(int(number))
        return max(numbers)

    def missing_topics(self, timeout_s: float) -> list[str]:
        """The input topics that do not exist yet. Raises ``Unavailable`` when no broker answers in time."""
        try:
            known = self._admin.list_topics(timeout=timeout_s).topics
        except KafkaException as error:
            raise raised(error, "looking for its topics") from error
        return [topic for topic in self._options.inputs if topic not in known]

    def leave(self) -> None:
        """Closes both consumers within ``CLOSE_S``; a member without an identity gives its place up at once.

        One with an identity keeps its place until its session times out, for the process that follows it.
        """
        if self._has_left:
            return
        self._has_left = True
        if self._known and self._listener is not None:
            self._listener.revoked(sorted(self._known))
        member, is_static = self._member, self._options.identity is not None
        close_within(
            CLOSE_S,
            self._warn,
            reader=self._reader.close,
            member=member.close if is_static else lambda: leave_group(member),
        )


def _partition(message: Any) -> tuple[str, int]:
    return message.topic(), message.partition()


def _named(partitions: Iterable[Partition]) -> list[Any]:
    return [TopicPartition(*partition) for partition in partitions]


def _placed(offsets: Offsets) -> list[Any]:
    return [TopicPartition(*partition, offset) for partition, offset in sorted(offsets.items())]


def _typed(partitions: Iterable[Any]) -> list[Partition]:
    return [Partition(each.topic, each.partition) for each in partitions]
