"""The 128-bit hash of an event id: SipHash-2-4 with 128 bits of output and a fixed key.

Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), and their reference code for the
long output. The key is published, so the hash keeps nothing secret; it only has to keep ids apart. Among ten
billion ids the chance that any two meet is about 1.5e-19.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined
from graph.kernels.words import word_at

KEY: Final = b"ringfence/ids/01"
"""Changing it makes every remembered id unknown."""

_LOW_KEY: Final = np.uint64(int.from_bytes(KEY[:8], "little"))
_HIGH_KEY: Final = np.uint64(int.from_bytes(KEY[8:], "little"))
_ZERO: Final = np.uint64(0x736F6D6570736575)
_ONE: Final = np.uint64(0x646F72616E646F6D)
_TWO: Final = np.uint64(0x6C7967656E657261)
_THREE: Final = np.uint64(0x7465646279746573)


@inlined
def _turn(number: Any, bits: int) -> Any:
    return (number << np.uint64(bits)) | (number >> np.uint64(64 - bits))


@inlined
def _round(zero: Any, one: Any, two: Any, three: Any) -> tuple[Any, Any, Any, Any]:
    zero += one
    one = _turn(one, 13) ^ zero
    zero = _turn(zero, 32)
    two += three
    three = _turn(three, 16) ^ two
    zero += three
    three = _turn(three, 21) ^ zero
    two += one
    one = _turn(one, 17) ^ two
    two = _turn(two, 32)
    return zero, one, two, three


@inlined
def sip_hash(text: npt.NDArray[np.uint8], start: int, length: int, low_key: Any, high_key: Any) -> Any:
    """Both halves of the hash of ``length`` bytes from ``start`` on, under a key in two halves, as uint64."""
    zero = _ZERO ^ low_key
    one = _ONE ^ high_key ^ np.uint64(0xEE)
    two = _TWO ^ low_key
    three = _THREE ^ high_key
    place = np.int64(start)
    left = np.int64(length)
    while left >= 8:
        word = word_at(text, place, 8)
        three ^= word
        zero, one, two, three = _round(zero, one, two, three)
        zero, one, two, three = _round(zero, one, two, three)
        zero ^= word
        place += 8
        left -= 8
    word = word_at(text, place, left) | (np.uint64(length & 255) << np.uint64(56))
    three ^= word
    zero, one, two, three = _round(zero, one, two, three)
    zero, one, two, three = _round(zero, one, two, three)
    zero ^= word
    two ^= np.uint64(0xEE)
    for _ in range(4):
        zero, one, two, three = _round(zero, one, two, three)
    first = zero ^ one ^ two ^ three
    one ^= np.uint64(0xDD)
    for _ in range(4):
        zero, one, two, three = _round(zero, one, two, three)
    return first, zero ^ one ^ two ^ three


@inlined
def hash_id(text: npt.NDArray[np.uint8], start: int, length: int) -> Any:
    """Both halves of the hash of an id under the fixed key. About 25 ns for 20 bytes."""
    return sip_hash(text, start, length, _LOW_KEY, _HIGH_KEY)
