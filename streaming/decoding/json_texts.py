"""Finds the end of a JSON text, eight bytes at a time, and counts its characters.

Only texts without escapes are understood; what needs more is left to another parser.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined, kernel
from graph.kernels.words import load_word, trailing_zeros, word_at

NO_TEXT: Final = -1

_ONES: Final = np.uint64(0x0101010101010101)
_TOPS: Final = np.uint64(0x8080808080808080)
_QUOTES: Final = np.uint64(0x2222222222222222)
_BACKSLASHES: Final = np.uint64(0x5C5C5C5C5C5C5C5C)
_SPACES: Final = np.uint64(0x2020202020202020)


@inlined
def text_end(text: npt.NDArray[np.uint8], place: Any, end: int) -> Any:
    """(where the quote is that closes the text begun before ``place``, is it all ASCII).

    The place is NO_TEXT when no quote follows before ``end``, or a backslash or a control character does.
    """
    ascii_only = True
    while place < end:
        # Bytes of the word that hold what stops a text get their top bit set; the lowest such bit is exact.
        # What lies behind ``end`` may stop the search, but only there.
        word = load_word(text, place) if place + 8 <= len(text) else word_at(text, place, len(text) - place)
        quotes, slashes = word ^ _QUOTES, word ^ _BACKSLASHES
        stops = (
            ((quotes - _ONES) & ~quotes) | ((slashes - _ONES) & ~slashes) | ((word - _SPACES) & ~word)
        ) & _TOPS
        tops = word & _TOPS
        if stops == 0:
            ascii_only &= tops == 0
            place += 8
            continue
        bit = trailing_zeros(stops)
        ascii_only &= (tops & ((np.uint64(1) << bit) - np.uint64(1))) == 0
        place += np.int64(bit >> np.uint64(3))
        if place < end and text[place] == 34:
            return place, ascii_only
        return NO_TEXT, ascii_only
    return NO_TEXT, ascii_only


@kernel
def characters(text: npt.NDArray[np.uint8], place: int, end: int) -> int:
    """How many characters of UTF-8 stand from ``place`` to ``end``; NO_TEXT when it is not (RFC 3629)."""
    count = 0
    while place < end:
        lead = text[place]
        if lead < 0x80:
            more, low, high = 0, 0x80, 0xBF
        elif 0xC2 <= lead <= 0xDF:
            more, low, high = 1, 0x80, 0xBF
        elif 0xE0 <= lead <= 0xEF:
            more = 2
            low = 0xA0 if lead == 0xE0 else 0x80
            high = 0x9F if lead == 0xED else 0xBF
        elif 0xF0 <= lead <= 0xF4:
            more = 3
            low = 0x90 if lead == 0xF0 else 0x80
            high = 0x8F if lead == 0xF4 else 0xBF
        else:
            return NO_TEXT
        if place + more >= end:
            return NO_TEXT
        for step in range(1, more + 1):
            byte = text[place + step]
            if byte < low or byte > high:
                return NO_TEXT
            low, high = 0x80, 0xBF
        place += more + 1
        count += 1
    return count
