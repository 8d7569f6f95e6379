"""XXH64: a hash of long pieces of bytes, eight bytes at a step in four lanes that do not wait for each other.

Source: Yann Collet, "xxHash fast digest algorithm", the specification of XXH64. Each step maps one to one
what comes in, and what was there: no change within eight bytes goes unseen. Another one does by a chance of
2^-64. It is no defence against somebody who may choose the bytes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined, kernel
from graph.kernels.words import load_word, word_at

_ONE: Final = np.uint64(0x9E3779B185EBCA87)
_TWO: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_THREE: Final = np.uint64(0x165667B19E3779F9)
_FOUR: Final = np.uint64(0x85EBCA77C2B2AE63)
_FIVE: Final = np.uint64(0x27D4EB2F165667C5)
_STRIPE: Final = 32


@inlined
def _turn(number: Any, bits: int) -> Any:
    return (number << np.uint64(bits)) | (number >> np.uint64(64 - bits))


@inlined
def _round(lane: Any, word: Any) -> Any:
    return _turn(lane + word * _TWO, 31) * _ONE


@inlined
def _merged(total: Any, lane: Any) -> Any:
    return (total ^ _round(np.uint64(0), lane)) * _ONE + _FOUR


@inlined
def xx_hash(data: npt.NDArray[np.uint8], start: int, length: int) -> Any:
    """The hash of ``length`` bytes from ``start`` on, with seed 0, as uint64. About 0.1 ns a byte."""
    place = np.int64(start)
    end = np.int64(start) + np.int64(length)
    if length >= _STRIPE:
        one, two, three, four = _ONE + _TWO, _TWO, np.uint64(0), np.uint64(0) - _ONE
        while place + _STRIPE <= end:
            one = _round(one, load_word(data, place))
            two = _round(two, load_word(data, place + 8))
            three = _round(three, load_word(data, place + 16))
            four = _round(four, load_word(data, place + 24))
            place += _STRIPE
        total = _turn(one, 1) + _turn(two, 7) + _turn(three, 12) + _turn(four, 18)
        total = _merged(_merged(_merged(_merged(total, one), two), three), four)
    else:
        total = _FIVE
    total += np.uint64(length)
    while place + 8 <= end:
        total = _turn(total ^ _round(np.uint64(0), load_word(data, place)), 27) * _ONE + _FOUR
        place += 8
    if place + 4 <= end:
        total = _turn(total ^ (word_at(data, place, 4) * _ONE), 23) * _TWO + _THREE
        place += 4
    while place < end:
        total = _turn(total ^ (np.uint64(data[place]) * _FIVE), 11) * _ONE
        place += 1
    total = (total ^ (total >> np.uint64(33))) * _TWO
    total = (total ^ (total >> np.uint64(29))) * _THREE
    return total ^ (total >> np.uint64(32))


@kernel
def hash_pieces(data: npt.NDArray[np.uint8], piece: int, hashes: npt.NDArray[np.uint64]) -> None:
    """Write the hash of each piece of so many bytes, the last one of what is left, into ``hashes``."""
    for number in range(len(hashes)):
        start = number * piece
        hashes[number] = xx_hash(data, start, min(piece, len(data) - start))
