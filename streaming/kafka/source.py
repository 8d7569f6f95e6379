"""Messages out of Kafka for a member of a group: every partition, while it leads."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from streaming.kafka.closing import CLOSE_S, Departure, close_within
from streaming.kafka.failures import failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.kafka.partitions import ASK_S, KafkaPartitions, Warn, named
from streaming.service.parts import AssignmentListener
from streaming.service.ports import Committed, DeliveryNote, Offsets, Partition, Polled

STANDBY_S: Final = 0.1
LOOK_EVERY_S: Final = 10.0
REBALANCING: Final = (
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
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
        self._departure = Departure()
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

        # Once it has left, both leave the answer to the client: nobody reads any more.
        def assigned(consumer: Any, partitions: list[Any]) -> None:
            self._departure.hold()
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

    def commit(self, offsets: Offsets, note: DeliveryNote) -> None:
        """Commits offsets for the group. Raises ``Unavailable`` or ``Fatal``."""
        wanted = [TopicPartition(*p, offset, str(note)) for p, offset in offsets.items()]
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

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, Committed]:
        """By partition, up to where whoever leads has committed. Raises ``Unavailable`` or ``Fatal``."""
        try:
            answers = self._member.committed(named(partitions), timeout=ASK_S)
        except KafkaException as error:
            raise raised(error, "asking for committed offsets") from error
        return {
            Partition(each.topic, each.partition): Committed(
                max(each.offset, 0), DeliveryNote.parsed(each.metadata)
            )
            for each in answers
        }

    def metadata(self) -> Any:
        """Who we are in the group, for a transaction that commits its offsets."""
        return self._member.consumer_group_metadata()

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
        gives_back = self._options.identity is None
        close_within(
            CLOSE_S,
            self._warn,
            reader=self._reader.close,
            member=lambda: self._departure.leave(self._member, gives_back=gives_back),
        )


def _typed(partitions: Iterable[Any]) -> list[Partition]:
    return [Partition(each.topic, each.partition) for each in partitions]
