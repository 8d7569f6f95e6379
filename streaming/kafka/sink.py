"""Flags, ledger and dead letters into Kafka, safe when the call returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from graph.model.errors import Fatal, Unavailable
from graph.model.results import Outcome
from streaming.contract.topics import DEAD_LETTERS, FLAGS, LEDGER
from streaming.files.replay import REPLAYS
from streaming.kafka.failures import RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.service.ports import DeliveryNote, Offsets, RejectedMessage

WAIT_S: Final = 10.0
CLOSE_S: Final = 1.0
_NO_ANSWER: Final = "expected Kafka to take results, found no answer: see that the broker runs"
Headers = list[tuple[str, bytes]]


class KafkaSink:
    """Produces results in their order, keyed by ring id or, for dead letters, by the key they came with.

    Without transactions a crash may repeat the last batch; its records carry the same ids. With them, records
    and offsets appear together or not at all to consumers that read committed records.
    ``metadata`` gives who we are in the consumer group.
    """

    def __init__(self, options: KafkaOptions, metadata: Callable[[], Any]) -> None:
        self._producer: Any = Producer({**options.producer(), "error_cb": lambda _error: None})
        self._metadata = metadata
        self._prefix = options.prefix
        self._is_transactional = options.transactions
        self._has_begun = False
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self._failed: list[KafkaError] = []
        # Handed over and not answered yet: the next call waits for that answer and produces nothing again.
        self._is_under_way = False

    def begin(self) -> None:
        """With transactions: fences off whoever used our identity before."""
        if not self._is_transactional or self._has_begun:
            return
        try:
            self._producer.init_transactions(WAIT_S)
        except KafkaException as error:
            raise raised(error, "beginning transactions") from error
        self._has_begun = True

    def deliver(
        self, outcome: Outcome, refused: Sequence[RejectedMessage], offsets: Offsets, note: DeliveryNote
    ) -> bool:
        """Hands over a batch's results; True when the offsets went with them.

        Raises ``Unavailable`` when they are not known to be safe (hand them over again) and ``Fatal`` when
        another with our identity has taken over.
        """
        self.begin()
        if not self._is_transactional:
            if not self._is_under_way:
                self._produce(outcome, refused)
            self._flush()
            return False
        try:
            if not self._is_under_way:
                self._producer.begin_transaction()
                self._produce(outcome, refused)
                wanted = [TopicPartition(*p, offset, str(note)) for p, offset in offsets.items()]
                if wanted:
                    self._producer.send_offsets_to_transaction(wanted, self._metadata(), WAIT_S)
            self._commit()
        except KafkaException as error:
            self._abort(error.args[0])
            raise raised(error, "committing results") from error
        return bool(offsets)

    def _commit(self) -> None:
        """Commits. Without an answer it may have happened: then only the question is asked again."""
        self._is_under_way = True
        try:
            self._producer.commit_transaction(WAIT_S)
        except KafkaException as error:
            if error.args[0].retriable():
                raise Unavailable(_NO_ANSWER, RETRY_AFTER_S) from error
            self._is_under_way = False
            raise
        self._is_under_way = False

    def _abort(self, error: KafkaError) -> None:
        if not error.txn_requires_abort() and not error.retriable():
            return
        for _ in range(30):
            try:
                self._producer.abort_transaction(WAIT_S)
                return
            except KafkaException as again:
                if not again.args[0].retriable():
                    return

    def _produce(self, outcome: Outcome, refused: Sequence[RejectedMessage]) -> None:
        for flag in outcome.flags:
            self._send(FLAGS, flag.ring_id.encode(), self._encode(flag), [])
        for entry in outcome.ledger:
            self._send(LEDGER, entry.ring_id.encode(), self._encode(entry), [])
        for each in refused:
            letter = each.letter
            headers = [
                ("source-topic", each.partition.topic.encode()),
                ("source-partition", str(each.partition.number).encode()),
                ("source-offset", str(letter.offset).encode()),
                ("reason", letter.reason.value.encode()),
                *([(REPLAYS, str(each.replays).encode())] if each.replays else []),
            ]
            self._send(DEAD_LETTERS, each.key, self._encode(letter), headers)

    def _send(self, topic: str, key: bytes | None, value: bytes, headers: Headers) -> None:
        while True:
            try:
                self._producer.produce(
                    self._prefix + topic, value, key, headers=headers, on_delivery=self._report
                )
                return
            except BufferError:
                self._producer.poll(0.1)

    def _report(self, error: KafkaError | None, _message: Any) -> None:
        if error is not None:
            self._failed.append(error)

    def _flush(self) -> None:
        """Returns when everything is delivered; the producer itself tries again, in order and once."""
        self._is_under_way = True
        if self._producer.flush(WAIT_S):
            raise Unavailable(_NO_ANSWER, RETRY_AFTER_S)
        self._is_under_way = False
        if self._failed:
            error, self._failed = self._failed[0], []
            if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART or error.code() == KafkaError._UNKNOWN_TOPIC:
                raise Unavailable(
                    f"expected the topics {FLAGS}, {LEDGER} and {DEAD_LETTERS}, found one missing: create it",
                    RETRY_AFTER_S,
                )
            raise failure(error, "delivering results")

    def close(self) -> None:
        """Lets go, within ``CLOSE_S``; nothing is under way."""
        if self._producer.flush(CLOSE_S):
            raise Fatal(
                "expected nothing under way at the end, found results: start again, they are repeated"
            )
