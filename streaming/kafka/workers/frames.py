"""What the owner of the graph and a reading worker say to each other over a socket.

A frame is the length of its head and of its body (8 bytes each), the head as MessagePack, and the body: the
arrays of decoded messages one after another, each padded to 8 bytes. The owner reads a body into memory of
its own and looks at the arrays where they lie. Both ends are of one installation, so no version is told.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, overload

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.errors import Rejected
from graph.model.event_batch import EVENT, EventBatch
from graph.model.vocabulary import RejectionReason
from streaming.decoding.columns import Decoded
from streaming.files.replay import REPLAYS, replays_in
from streaming.kafka.options import KafkaOptions
from streaming.service.ports import Chunk, Message, Partition

Place = tuple[str, int]
"""A topic and the number of a partition."""
_LENGTHS: Final = struct.Struct("<QQ")
LENGTHS_BYTES: Final = _LENGTHS.size
NO_KEY: Final = -1


class Begin(msgspec.Struct, frozen=True, tag=True):
    """To a worker, first of all: where to read."""

    options: KafkaOptions
    max_line_bytes: int


class Read(msgspec.Struct, frozen=True, tag=True):
    """To a worker: read these, each from an offset; what comes of them is marked with ``generation``."""

    offsets: list[tuple[str, int, int]]
    generation: int


class Stop(msgspec.Struct, frozen=True, tag=True):
    """To a worker: read these no more."""

    partitions: list[Place]


class Pause(msgspec.Struct, frozen=True, tag=True):
    """To a worker: no more messages of these until they are resumed."""

    partitions: list[Place]


class Resume(msgspec.Struct, frozen=True, tag=True):
    """To a worker: messages of these again."""

    partitions: list[Place]


Command = Begin | Read | Stop | Pause | Resume


class Ready(msgspec.Struct, frozen=True, tag=True):
    """From a worker: its kernels are loaded, it can read."""


class Messages(msgspec.Struct, frozen=True, tag=True):
    """From a worker: messages of one partition in a row, decoded; the arrays are in the body.

    ``refused``: by place, the reason and the words. ``replays``: by place, how often a record was fed again,
    where it was. ``high``: the end of the partition as the worker knows it.
    """

    place: Place
    generation: int
    messages: int
    events: int
    key_bytes: int
    content_bytes: int
    refused: list[tuple[int, RejectionReason, str]]
    replays: dict[int, int]
    high: int


class Ended(msgspec.Struct, frozen=True, tag=True):
    """From a worker: the end of a partition was met."""

    place: Place
    generation: int
    offset: int


class Trouble(msgspec.Struct, frozen=True, tag=True):
    """From a worker: what an operator should know, or why it cannot go on."""

    words: str
    is_fatal: bool


Report = Ready | Messages | Ended | Trouble
Head = TypeVar("Head", Command, Report)
_encode: Final = msgspec.msgpack.Encoder().encode


def send(to: socket.socket, head: Command | Report, parts: Sequence[Any] = ()) -> None:
    """Sends a frame; waits while the other end does not read. Raises ``OSError`` when it has gone."""
    text = _encode(head)
    pieces = [memoryview(part).cast("B") for part in parts if len(part)]
    lengths = _LENGTHS.pack(len(text), sum(_padded(len(piece)) for piece in pieces))
    to.sendall(lengths + text)
    for piece in pieces:
        to.sendall(piece)
        gap = _padded(len(piece)) - len(piece)
        if gap:
            to.sendall(bytes(gap))


def lengths_in(start: bytes | bytearray) -> tuple[int, int]:
    """How long the head and the body of a frame are, by its first ``LENGTHS_BYTES``."""
    head, body = _LENGTHS.unpack(start)
    return head, body


def parts_of(chunk: Chunk, decoded: Decoded, generation: int, high: int) -> tuple[Messages, list[Any]]:
    """The frame for messages and what became of them: its head, and the arrays of its body."""
    messages = chunk.messages
    keys = [message.key() for message in messages]
    replays = [replays_in(message.headers()) for message in messages]
    stamps = np.array([message.timestamp() for message in messages], np.int64)
    joined = b"".join(key or b"" for key in keys)
    arrays = [
        decoded.batch.records,
        np.array([message.offset() for message in messages], np.int64),
        np.array([len(message.value() or b"") for message in messages], np.int64),
        stamps,
        np.array([NO_KEY if key is None else len(key) for key in keys], np.int64),
        joined,
        decoded.batch.buffer,
    ]
    head = Messages(
        place=(chunk.partition.topic, chunk.partition.number),
        generation=generation,
        messages=len(messages),
        events=len(decoded.batch),
        key_bytes=len(joined),
        content_bytes=len(decoded.batch.buffer),
        refused=[(place, why.reason, why.detail) for place, why in decoded.refused],
        replays={place: count for place, count in enumerate(replays) if count},
        high=high,
    )
    return head, arrays


def chunk_of(head: Messages, body: npt.NDArray[np.uint8]) -> Chunk:
    """The messages of a frame and what became of them; the arrays stay in ``body``."""
    reader, count = _Reader(body), head.messages
    records = reader.take(head.events, EVENT)
    offsets, lengths = reader.take(count, np.int64), reader.take(count, np.int64)
    stamps = reader.take(2 * count, np.int64).reshape(count, 2)
    key_lengths = reader.take(count, np.int64)
    keys, content = reader.take(head.key_bytes, np.uint8), reader.take(head.content_bytes, np.uint8)
    # As where bytes are decoded in place: kernels are compiled for texts that nobody writes to.
    content.flags.writeable = False
    refused = tuple((place, Rejected(reason, words)) for place, reason, words in head.refused)
    places = np.delete(np.arange(count), [place for place, _ in refused]) if refused else np.arange(count)
    messages = HandedMessages(offsets, lengths, stamps, key_lengths, keys, content, head.replays)
    return Chunk(
        Partition(*head.place), messages, Decoded(EventBatch(records, content), places, refused, count)
    )


@dataclass(frozen=True, slots=True)
class HandedMessage:
    """One message, taken out of its frame."""

    place: int
    content: bytes
    key_or_none: bytes | None
    stamp: tuple[int, int]
    replays: int

    def offset(self) -> int:
        """Where it stands in its partition."""
        return self.place

    def key(self) -> bytes | None:
        """What it was partitioned by."""
        return self.key_or_none

    def value(self) -> bytes:
        """The record."""
        return self.content

    def timestamp(self) -> tuple[int, int]:
        """What kind of time it carries, and the time, epoch ms."""
        return self.stamp

    def headers(self) -> list[tuple[str, bytes]]:
        """How often the record was fed again; other headers stay with the worker."""
        return [(REPLAYS, str(self.replays).encode())] if self.replays else []


class HandedMessages(Sequence[Message]):
    """The messages of a frame, each made when it is asked for: of most nobody ever asks."""

    def __init__(
        self,
        offsets: npt.NDArray[np.int64],
        lengths: npt.NDArray[np.int64],
        stamps: npt.NDArray[np.int64],
        key_lengths: npt.NDArray[np.int64],
        keys: npt.NDArray[np.uint8],
        content: npt.NDArray[np.uint8],
        replays: dict[int, int],
    ) -> None:
        self._offsets, self._stamps, self._key_lengths = offsets, stamps, key_lengths
        self._keys, self._content, self._replays = keys, content, replays
        self._ends, self._lengths = np.cumsum(lengths), lengths
        self._key_ends = np.cumsum(np.maximum(key_lengths, 0))

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Message]: ...
    def __getitem__(self, at: int | slice) -> Message | Sequence[Message]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        end, key_end, key_length = self._ends[place], self._key_ends[place], self._key_lengths[place]
        kind, stamp_ms = self._stamps[place].tolist()
        return HandedMessage(
            int(self._offsets[place]),
            self._content[end - self._lengths[place] : end].tobytes(),
            None if key_length == NO_KEY else self._keys[key_end - key_length : key_end].tobytes(),
            (kind, stamp_ms),
            self._replays.get(place, 0),
        )


class _Reader:
    """Takes arrays out of a body, one after another."""

    def __init__(self, body: npt.NDArray[np.uint8]) -> None:
        self._body, self._at = body, 0

    def take(self, count: int, dtype: Any) -> npt.NDArray[Any]:
        size = count * np.dtype(dtype).itemsize
        piece = self._body[self._at : self._at + size]
        self._at += _padded(size)
        return piece.view(dtype)


def _padded(size: int) -> int:
    return (size + 7) & ~7
