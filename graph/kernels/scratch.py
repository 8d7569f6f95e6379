"""Scratch that need not be journalled: what lies in it means nothing once a kernel is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.extending import intrinsic

_types: Any = types
"""What numba offers for extensions has no types."""


def _plain(_context: Any, array: Any) -> tuple[Any, Callable[..., Any]]:
    def code(_context: Any, _builder: Any, _signature: Any, arguments: Any) -> Any:
        return arguments[0]

    return _types.Array(array.dtype, array.ndim, array.layout)(array), code


_intrinsic: Any = intrinsic(_plain)
scratch: Callable[[Any], Any] = _intrinsic
"""The same array of numbers, written without the journal (``graph.kernels.journalled``), if there is one."""
