"""Decimal numbers of JSON as the nearest double, exactly as a correctly rounding parser gives them.

Two ways, both exact. At most 53 bits of digits and a power of ten up to 22: one division of two exact doubles
(Clinger, "How to read floating point numbers accurately", PLDI 1990). Otherwise the digits, at most 19 of
them, times a 128-bit reciprocal of the power of five (Lemire, "Number parsing at a gigabyte per second",
2021). Longer numbers and numbers with an exponent are left to another parser.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined
from graph.kernels.words import double_of, high_product, leading_zeros

MAX_DIGITS: Final = 19
"""So many digits always fit 64 bits."""

NOT_UNDERSTOOD: Final = -1
"""Instead of the place after a number."""

_MOST_DECIMALS: Final = MAX_DIGITS
_LONGEST_EXACT: Final = np.uint64(1 << 53)
_EXACT_TENS: Final = np.array([10.0**power for power in range(_MOST_DECIMALS + 1)])
_LOW_BITS: Final = np.uint64(0x1FF)


def _reciprocal_of_five(power: int) -> int:
    """2 to some power over 5 to ``power``, rounded up, with 128 bits."""
    five = 5**power
    return int((1 << ((five - 1).bit_length() + 127)) // five + 1) if power else 1 << 127


_RECIPROCALS: Final = np.array(
    [
        [_reciprocal_of_five(power) >> 64, _reciprocal_of_five(power) & ((1 << 64) - 1)]
        for power in range(_MOST_DECIMALS + 1)
    ],
    np.uint64,
)


@inlined
def scaled_down(digits: Any, decimals: int) -> float:
    """The double nearest to ``digits`` (uint64) over ten to ``decimals`` (at most 19), ties to even."""
    if digits <= _LONGEST_EXACT:
        return np.float64(digits) / _EXACT_TENS[decimals]  # type: ignore[no-any-return]
    zeros = leading_zeros(digits)
    shifted = digits << zeros
    low = shifted * _RECIPROCALS[decimals, 0]
    high = high_product(shifted, _RECIPROCALS[decimals, 0])
    if high & _LOW_BITS == _LOW_BITS:
        carried = high_product(shifted, _RECIPROCALS[decimals, 1])
        low += carried
        if carried > low:
            high += np.uint64(1)
    upper = high >> np.uint64(63)
    cut = upper + np.uint64(9)
    mantissa = high >> cut
    # The exponent of 5**-decimals * 2**-decimals: floor(-decimals * log2(10)), as Lemire approximates it.
    exponent = ((217706 * -decimals) >> 16) + 63 + np.int64(upper) - np.int64(zeros) + 1023
    if low <= np.uint64(1) and decimals <= 4 and mantissa & np.uint64(3) == 1 and mantissa << cut == high:
        mantissa &= ~np.uint64(1)
    mantissa += mantissa & np.uint64(1)
    mantissa >>= np.uint64(1)
    if mantissa >= np.uint64(1 << 53):
        mantissa = np.uint64(1 << 52)
        exponent += 1
    mantissa &= ~np.uint64(1 << 52)
    return double_of(mantissa | (np.uint64(exponent) << np.uint64(52)))  # type: ignore[no-any-return]


@inlined
def read_number(text: npt.NDArray[np.uint8], place: int, end: int) -> Any:
    """The number that begins at ``place``: (place after it, whole digits, its value, is it whole).

    The place is NOT_UNDERSTOOD for what is no number of JSON, has an exponent or more than 19 digits, or is a
    negative zero. ``whole digits`` is what stands before and after the point as one number, without sign.
    """
    negative = text[place] == 45
    if negative:
        place += 1
    begin = place
    digits = np.uint64(0)
    while place < end:
        digit = text[place] - 48
        if digit < 0 or digit > 9:
            break
        digits = digits * np.uint64(10) + np.uint64(digit)
        place += 1
    count = place - begin
    if count == 0 or (count > 1 and text[begin] == 48):
        return NOT_UNDERSTOOD, digits, 0.0, False
    decimals = 0
    if place < end and text[place] == 46:
        place += 1
        point = place
        while place < end:
            digit = text[place] - 48
            if digit < 0 or digit > 9:
                break
            digits = digits * np.uint64(10) + np.uint64(digit)
            place += 1
        decimals = place - point
        count += decimals
        if decimals == 0:
            return NOT_UNDERSTOOD, digits, 0.0, False
    if count > MAX_DIGITS or (negative and digits == 0):
        return NOT_UNDERSTOOD, digits, 0.0, False
    if place < end and (text[place] == 101 or text[place] == 69):
        return NOT_UNDERSTOOD, digits, 0.0, False
    value = scaled_down(digits, decimals)
    return place, digits, -value if negative else value, decimals == 0
