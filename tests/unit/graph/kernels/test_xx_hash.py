"""XXH64 beside the vectors that are published and a twin in plain Python that follows the specification."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.xx_hash import hash_pieces

ALL = (1 << 64) - 1
PRIMES = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)


def ours(text: bytes, piece: int) -> list[int]:
    hashes = np.zeros(-(-len(text) // piece), np.uint64)
    hash_pieces(np.frombuffer(bytearray(text), np.uint8), piece, hashes)
    return hashes.tolist()


def twin(text: bytes) -> int:
    one, two, three, four, five = PRIMES

    def turn(number: int, bits: int) -> int:
        return ((number << bits) | (number >> (64 - bits))) & ALL

    def step(lane: int, word: int) -> int:
        return turn((lane + word * two) & ALL, 31) * one & ALL

    def word(at: int, length: int) -> int:
        return int.from_bytes(text[at : at + length], "little")

    at, total = 0, five
    if len(text) >= 32:
        lanes = [(one + two) & ALL, two, 0, -one & ALL]
        while at + 32 <= len(text):
            lanes = [step(lane, word(at + 8 * place, 8)) for place, lane in enumerate(lanes)]
            at += 32
        total = sum(turn(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & ALL
        for lane in lanes:
            total = ((total ^ step(0, lane)) * one + four) & ALL
    total = (total + len(text)) & ALL
    while at + 8 <= len(text):
        total = (turn(total ^ step(0, word(at, 8)), 27) * one + four) & ALL
        at += 8
    if at + 4 <= len(text):
        total = (turn(total ^ (word(at, 4) * one & ALL), 23) * two + three) & ALL
        at += 4
    for byte in text[at:]:
        total = turn(total ^ (byte * five & ALL), 11) * one & ALL
    total = (total ^ (total >> 33)) * two & ALL
    total = (total ^ (total >> 29)) * three & ALL
    return total ^ (total >> 32)


@pytest.mark.parametrize(
    ("text", "hashed"),
    [(b"a", 0xD24EC4F1A98C6E5B), (b"abc", 0x44BC2CF5AD770999), (b"", 0xEF46DB3751D8E999)],
)
def test_the_published_vectors(text: bytes, hashed: int) -> None:
    assert twin(text) == hashed
    assert ours(text, 8) == ([hashed] if text else [])


@given(st.binary(min_size=1, max_size=300), st.integers(1, 150))
def test_each_piece_has_the_hash_that_the_specification_says(text: bytes, piece: int) -> None:
    assert ours(text, piece) == [twin(text[at : at + piece]) for at in range(0, len(text), piece)]
