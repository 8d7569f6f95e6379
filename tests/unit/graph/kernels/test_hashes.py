"""Both hashes against plain Python; they are on disk in snapshots, so their values never change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.hashing import bytes_of, hash_bytes
from graph.kernels.sip_hash import KEY, hash_id, sip_hash

MASK = (1 << 64) - 1
PUBLISHED_KEY = bytes(range(16))


def plain_hash(spelt: bytes) -> int:
    state = 0x2D358DCCAA6C78A5 ^ (len(spelt) * 0xC2B2AE3D27D4EB4F & MASK)
    for at in range(0, len(spelt), 8):
        state = (state ^ int.from_bytes(spelt[at : at + 8], "little")) * 0x9E3779B97F4A7C15 & MASK
        state ^= state >> 32
    state ^= state >> 33
    state = state * 0xFF51AFD7ED558CCD & MASK
    state ^= state >> 33
    state = state * 0xC4CEB9FE1A85EC53 & MASK
    return state ^ (state >> 33)


def turn(number: int, bits: int) -> int:
    return (number << bits | number >> (64 - bits)) & MASK


def plain_sip(spelt: bytes, key: bytes) -> bytes:
    low, high = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [
        0x736F6D6570736575 ^ low, 0x646F72616E646F6D ^ high ^ 0xEE,
        0x6C7967656E657261 ^ low, 0x7465646279746573 ^ high,
    ]  # fmt: skip

    def rounds(times: int) -> None:
        for _ in range(times):
            v[0] = (v[0] + v[1]) & MASK
            v[2] = (v[2] + v[3]) & MASK
            v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
            v[0] = (turn(v[0], 32) + v[3]) & MASK
            v[2] = (v[2] + v[1]) & MASK
            v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    padded = spelt + bytes(7 - len(spelt) % 8) + bytes([len(spelt) & 255])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xEE
    rounds(4)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    rounds(4)
    return first.to_bytes(8, "little") + (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little")


def kernel_sip(text: np.ndarray, start: int, length: int, key: bytes) -> bytes:
    low, high = (np.uint64(int.from_bytes(part, "little")) for part in (key[:8], key[8:]))
    return b"".join(int(half).to_bytes(8, "little") for half in sip_hash(text, start, length, low, high))


@pytest.mark.parametrize(
    ("length", "published"),
    [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (1, "da87c1d86b99af44347659119b22fc45"),
        (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
        (63, "5150d1772f50834a503e069a973fbd7c"),
    ],
)
def test_sip_hash_gives_the_published_values(length, published):
    text = np.frombuffer(bytes(range(length)), np.uint8)
    assert kernel_sip(text, 0, length, PUBLISHED_KEY).hex() == published


@given(
    st.binary(max_size=40), st.binary(max_size=9), st.binary(max_size=9), st.binary(min_size=16, max_size=16)
)
def test_hashes_are_those_of_their_plain_twins_wherever_the_bytes_lie(spelt, before, behind, key):
    text = np.frombuffer(before + spelt + behind, np.uint8)
    assert int(hash_bytes(text, len(before), len(spelt))) == plain_hash(spelt)
    assert kernel_sip(text, len(before), len(spelt), key) == plain_sip(spelt, key)
    halves = hash_id(text, len(before), len(spelt))
    assert b"".join(int(half).to_bytes(8, "little") for half in halves) == plain_sip(spelt, KEY)


def test_a_hash_stays_what_it_was():
    assert int(hash_bytes(bytes_of("device-1"), 0, 8)) == 0x59045F5A8056FFAF
