"""Settings of Kafka clients: our own, and those that the operator passes through (TLS, SASL)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.model.errors import BadCall
from streaming.contract.topics import INPUT_TOPICS

_OURS: Final = frozenset(
    {
        "bootstrap.servers",
        "group.id",
        "group.instance.id",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "auto.offset.reset",
        "enable.partition.eof",
        "partition.assignment.strategy",
        "transactional.id",
        "enable.idempotence",
        "isolation.level",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaOptions:
    """Where the cluster is and who we are there.

    ``identity``: a second member of the same group with the same identity is fenced off. ``transactions``:
    results and offsets in one Kafka transaction. ``prefix`` stands before the name of every topic.
    ``passed``: settings of librdkafka, handed on unread; those that the guarantees stand on cannot be
    changed. Not shown in full: it may hold passwords.
    """

    bootstrap: str
    group: str = "ringfence"
    identity: str | None = None
    topics: tuple[str, ...] = INPUT_TOPICS
    prefix: str = ""
    transactions: bool = False
    passed: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.bootstrap or not self.topics:
            raise BadCall("expected the address of a broker and a topic, found none: give --kafka")
        for name in sorted(_OURS.intersection(self.passed)):
            raise BadCall(f"expected no setting of our own to be passed on, found {name}: leave it out")

    @property
    def inputs(self) -> list[str]:
        """The topics to read, by their full names."""
        return [self.prefix + topic for topic in self.topics]

    def client(self) -> dict[str, str | int | bool]:
        """Settings of every client."""
        return {
            "bootstrap.servers": self.bootstrap,
            "client.id": f"{self.group}-{self.identity or 'member'}",
            "log_level": 2,
            "reconnect.backoff.ms": 100,
            "reconnect.backoff.max.ms": 5000,
            "topic.metadata.refresh.interval.ms": 10_000,
            "allow.auto.create.topics": False,
            **self.passed,
        }

    def consumer(self) -> dict[str, str | int | bool]:
        """Settings of consumers of input: bounded queues, replies at once, committed records only."""
        return {
            "group.id": self.group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": 10_000,
            "max.poll.interval.ms": 900_000,
            "fetch.wait.max.ms": 50,
            "fetch.error.backoff.ms": 100,
            "queued.max.messages.kbytes": 16_384,
            # A full queue is looked at again at once: by default a second later, when it has long been empty.
            "fetch.queue.backoff.ms": 5,
            **self.client(),
        }

    def producer(self) -> dict[str, str | int | bool]:
        """Settings of the producer of results: idempotent, patient."""
        ours: dict[str, str | int | bool] = {"enable.idempotence": True, "linger.ms": 0, "acks": "all"}
        if self.transactions:
            ours["transactional.id"] = f"ringfence-{self.group}-{self.identity or 'member'}"
            ours["transaction.timeout.ms"] = 60_000
        else:
            ours["message.timeout.ms"] = 0
        return ours | self.client()
