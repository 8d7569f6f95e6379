"""What goes from decoding to the shards: the records of one lane in one piece."""

from __future__ import annotations

import msgspec


class Frame(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Events of a lane (a partition of an input topic) in their order, and letters of what was refused.

    By event: the record as it came (``values``), the 128-bit hash of its id (``ids``, 16 bytes), its time in
    ms (``times``, int64), the region it says or a code for none (``said``, int8), the hash of the account it
    is keyed by, 0 for none (``accounts``, uint64). ``stamp_ms`` is the newest time that Kafka has for a
    message among them. ``letters`` are dead letters as JSON.
    """

    topic: str
    partition: int
    stamp_ms: int
    values: list[bytes]
    ids: bytes
    times: bytes
    said: bytes
    accounts: bytes
    letters: list[bytes]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Frame).decode


def packed(frame: Frame) -> bytes:
    """A frame as bytes."""
    return _encode(frame)


def unpacked(content: bytes) -> Frame:
    """The frame in bytes that ``packed`` gave."""
    return _decode(content)
