"""The ports of the service: a stream of messages, a sink for results, a store written behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from graph.model.errors import Fatal
from graph.model.results import Outcome
from streaming.contract.dead_letters import DeadLetter
from streaming.decoding.columns import Decoded

Arrays = dict[str, npt.NDArray[np.generic]]


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.number}"

    @classmethod
    def named(cls, name: str) -> Partition:
        """The partition that ``str`` gave this name."""
        topic, _, number = name.rpartition("-")
        return cls(topic, int(number))


Offsets = Mapping[Partition, int]
"""For each partition, the next offset to read."""


class DeliveryNote(NamedTuple):
    """Beside the offsets of a group: up to where the results of what was read are delivered."""

    identity: str
    """Of the state folder whose batches these are."""
    batch: int
    released_ms: int
    """Up to which event time events had left the reorder buffer; of the others taken nothing came yet."""

    def __str__(self) -> str:
        return f"{self.identity}:{self.batch}:{self.released_ms}"

    @classmethod
    def parsed(cls, text: str | None) -> DeliveryNote | None:
        """The note that ``str`` gave; None for anything else. Without the time, as once written, it is 0."""
        identity, *numbers = (text or "").split(":")
        if not 1 <= len(numbers) <= 2 or not all(number.isdecimal() for number in numbers):
            return None
        return cls(identity, *map(int, [*numbers, "0"][:2]))


class Committed(NamedTuple):
    """What whoever leads has committed of a partition."""

    offset: int
    note: DeliveryNote | None


NOTHING: Final = Committed(0, None)


class LostRecords(Fatal):
    """The topics do not retain any more what was to be read next."""


class Message(Protocol):
    """One record of a partition, as the broker hands it over."""

    def offset(self) -> int:
        """Where it stands in its partition."""

    def key(self) -> bytes | None:
        """What it was partitioned by."""

    def value(self) -> bytes | None:
        """The record."""

    def timestamp(self) -> tuple[int, int]:
        """What kind of time it carries, and the time, epoch ms."""

    def headers(self) -> list[tuple[str, bytes]] | None:
        """What else it carries."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Messages of one partition in a row; ``decoded`` where whoever read them decoded them as well."""

    partition: Partition
    messages: Sequence[Message]
    decoded: Decoded | None = None


@dataclass(slots=True)
class Polled:
    """What one look at the stream gave: messages, and partitions whose end (an offset) was met."""

    chunks: list[Chunk] = field(default_factory=list)
    ended: dict[Partition, int] = field(default_factory=dict)


class Source(Protocol):
    """A stream of partitions. Raises ``Unavailable`` when the broker is away, ``Fatal`` when fenced."""

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """At most ``limit`` messages; waits up to ``timeout_s`` for the first."""

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more messages of these until they are resumed."""

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Messages of these again."""

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Where each ends at this moment: one question to the broker."""

    def leave(self) -> None:
        """Ends, cleanly."""


@dataclass(frozen=True, slots=True)
class RejectedMessage:
    """A message that became a dead letter: the letter, the message's key and its partition."""

    letter: DeadLetter
    key: bytes | None
    partition: Partition
    replays: int = 0
    """How often the record had been fed again before it was refused."""


class Sink(Protocol):
    """Where results go. Returns only when they are safe; raises ``Unavailable`` or ``Fatal`` otherwise."""

    def deliver(
        self, outcome: Outcome, refused: Sequence[RejectedMessage], offsets: Offsets, note: DeliveryNote
    ) -> bool:
        """Hands over the results of a batch; True when the offsets were committed with them."""


class StoreProgress(Protocol):
    """What is seen of a store."""

    @property
    def refused(self) -> int:
        """Rows that the store would not take."""

    @property
    def is_away(self) -> bool:
        """Whether it did not answer when last asked."""


class StoreBehind(Protocol):
    """A store that is written behind the engine; writing the same again changes nothing."""

    @property
    def is_ready(self) -> bool:
        """Whether nothing is under way."""

    @property
    def progress(self) -> StoreProgress:
        """How it goes."""

    def hand_over(self, changes: Any, offsets: Mapping[str, int]) -> None:
        """Has changes and offsets written in one transaction, however long it takes. Raises ``Fatal``."""

    def settle(self, timeout_s: float) -> None:
        """Waits until all is written. Raises ``Unavailable`` past the time, and ``Fatal``."""
