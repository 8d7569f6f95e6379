"""Keys that lead Kafka's own partitioner to a given partition."""

from __future__ import annotations

from typing import Final

_SEED: Final = 0x9747B28C
_MULTIPLY: Final = 0x5BD1E995
_WORD: Final = 0xFFFFFFFF


def murmur2(content: bytes) -> int:
    """The 32-bit hash by which Kafka's Java clients choose a partition (Appleby's MurmurHash2)."""
    left = len(content) % 4
    hashed = (_SEED ^ len(content)) & _WORD
    for place in range(0, len(content) - left, 4):
        word = int.from_bytes(content[place : place + 4], "little") * _MULTIPLY & _WORD
        word = (word ^ (word >> 24)) * _MULTIPLY & _WORD
        hashed = hashed * _MULTIPLY & _WORD ^ word
    if left:
        hashed = (hashed ^ int.from_bytes(content[-left:], "little")) * _MULTIPLY & _WORD
    hashed = (hashed ^ (hashed >> 13)) * _MULTIPLY & _WORD
    return hashed ^ (hashed >> 15)


def partition_of(key: bytes, partitions: int) -> int:
    """Where Kafka's default partitioner puts a record with this key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def key_for(name: str, number: int, partitions: int) -> bytes:
    """The first of ``name/0``, ``name/1``, ... that goes to partition ``number`` (modulo how many there are).

    Cost: as many hashes as there are partitions, in the mean.
    """
    attempt = 0
    while True:
        key = f"{name}/{attempt}".encode()
        if partition_of(key, partitions) == number % partitions:
            return key
        attempt += 1
