"""What kernels need of the machine and numba does not offer: eight bytes at once, wide products, raw doubles.

Each function compiles to one or two instructions. They work inside kernels only and check nothing: whoever
calls ``load_word`` has seen to it that eight bytes lie there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from graph.kernels.kernel import inlined

_intrinsic: Any = intrinsic

_I64 = ir.IntType(64)
_I128 = ir.IntType(128)


@_intrinsic  # type: ignore[untyped-decorator]
def load_word(_typing: Any, text: Any, _place: Any) -> Any:
    """The eight bytes of ``text`` from ``place`` on as one number, the first the lowest (little-endian)."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.gep(array.data, [arguments[1]])
        word = builder.load(builder.bitcast(address, _I64.as_pointer()))
        word.align = 1
        return word

    return types.uint64(text, types.int64), build


@_intrinsic  # type: ignore[untyped-decorator]
def high_product(_typing: Any, _one: Any, _other: Any) -> Any:
    """The upper 64 bits of the 128-bit product of two 64-bit numbers."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        one, other = (builder.zext(argument, _I128) for argument in arguments)
        return builder.trunc(builder.lshr(builder.mul(one, other), ir.Constant(_I128, 64)), _I64)

    return types.uint64(types.uint64, types.uint64), build


@_intrinsic  # type: ignore[untyped-decorator]
def leading_zeros(_typing: Any, _number: Any) -> Any:
    """How many of the 64 bits stand before the highest one that is set; 64 of zero."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@_intrinsic  # type: ignore[untyped-decorator]
def trailing_zeros(_typing: Any, _number: Any) -> Any:
    """How many of the 64 bits stand behind the lowest one that is set; 64 of zero."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@_intrinsic  # type: ignore[untyped-decorator]
def double_of(_typing: Any, _bits: Any) -> Any:
    """The double whose 64 bits these are."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.uint64), build


@inlined
def word_at(text: npt.NDArray[np.uint8], place: Any, length: Any) -> Any:
    """The first ``length`` bytes from ``place`` on, eight at most, as one number; zeros above them."""
    if length >= 8:
        return load_word(text, place)
    if place + 8 <= len(text):
        return load_word(text, place) & ((np.uint64(1) << np.uint64(8 * length)) - np.uint64(1))
    word = np.uint64(0)
    for byte in range(length):
        word |= np.uint64(text[place + byte]) << np.uint64(8 * byte)
    return word
