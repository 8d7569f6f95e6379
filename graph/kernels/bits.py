"""Single bits of a word, by the processor's own instructions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic


def _lowest(_context: Any, _word: Any) -> tuple[Any, Callable[..., Any]]:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.int64), code


_intrinsic: Any = intrinsic(_lowest)
lowest_bit: Callable[[int], int] = _intrinsic
"""The number of zeros behind the lowest one of 64 bits; 64 where there is none."""
