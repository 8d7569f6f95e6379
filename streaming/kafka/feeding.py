"""Puts events into their topics: for demonstrations, tests, benchmarks and replays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import admin as kafka_admin

from graph.model.errors import Unavailable
from streaming.contract.topics import INPUT_TOPICS, PLACES, RESULT_TOPICS
from streaming.kafka.failures import RETRY_AFTER_S, failure, raised
from streaming.kafka.options import KafkaOptions
from streaming.service.retry import Retry

ASK_S: Final = 30.0
QUEUED_KIB: Final = 65_536
"""Of records that the broker has not taken yet."""


def create_topics(options: KafkaOptions, partitions: int, replication: int = 1) -> None:
    """Makes the topics of the contract that do not exist yet.

    Tries for half a minute, as a broker that has just started refuses. Raises ``Unavailable`` or ``Fatal``.
    """
    settings: Any = {**options.client(), "error_cb": lambda _error: None}
    client: Any = kafka_admin.AdminClient(settings)
    names = [options.prefix + topic for topic in (*INPUT_TOPICS, *RESULT_TOPICS)]
    new: Any = kafka_admin.NewTopic  # type: ignore[attr-defined]

    def ask() -> None:
        answers = client.create_topics([new(name, partitions, replication) for name in names])
        for answer in answers.values():
            try:
                answer.result(ASK_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise raised(error, "creating topics") from error
            except TimeoutError as error:
                raise Unavailable(
                    "expected Kafka to make topics, found no answer: see that the broker runs", RETRY_AFTER_S
                ) from error

    Retry(lambda pause_s, _error: time.sleep(pause_s), seed=0, give_up_after_s=ASK_S)(ask)


class Feeder:
    """Produces records into the topics of the contract, each under its key."""

    def __init__(self, options: KafkaOptions) -> None:
        self._prefix = options.prefix
        settings: Any = {
            "enable.idempotence": True,
            "linger.ms": 5,
            "queue.buffering.max.messages": 200_000,
            "queue.buffering.max.kbytes": QUEUED_KIB,
            "delivery.report.only.error": True,
            "compression.type": "lz4",
            **options.client(),
            "error_cb": lambda _error: None,
            "on_delivery": self._on_delivery,
        }
        self._failed: KafkaError | None = None
        self._producer: Any = Producer(settings)

    def feed(self, lines: Iterable[bytes]) -> int:
        """Events as JSON, each to the topic of its type; gives how many. ``close`` says that all arrived."""
        count = 0
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        for count, line in enumerate(lines, 1):  # noqa: B007
            record = decode(line)
            topic, key = PLACES[record["type"]]
            self.put(topic, str(record[key]).encode(), line)
        return count

    def put(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Sequence[tuple[str, bytes]] = (),
        keep_waiting: Callable[[], bool] = lambda: True,
    ) -> bool:
        """One record to a topic; waits while the queue is full and ``keep_waiting``. Whether it was put.

        Raises ``Unavailable`` or ``Fatal`` when the broker has not taken an earlier one.
        """
        while True:
            try:
                self._producer.produce(self._prefix + topic, value, key, headers=list(headers))
                self.look()
                return True
            except BufferError:
                if not keep_waiting():
                    return False
                self.look(0.05)

    def look(self, timeout_s: float = 0.0) -> None:
        """Hears what became of records. Raises ``Unavailable`` or ``Fatal`` when one was not taken."""
        self._producer.poll(timeout_s)
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failure(failed, "feeding records")

    def _on_delivery(self, error: KafkaError | None, _record: Any) -> None:
        self._failed = self._failed or error

    def close(self) -> None:
        """Returns when everything is safe. Raises ``Unavailable`` when the broker does not answer in time.

        And ``Unavailable`` or ``Fatal`` when it did not take a record.
        """
        left = self._producer.flush(ASK_S)
        self.look()
        if left:
            raise Unavailable(
                "expected Kafka to take every record, found no answer: see that the broker runs",
                RETRY_AFTER_S,
            )
