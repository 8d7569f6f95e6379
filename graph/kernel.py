"""How a function becomes a kernel: compiled to machine code on its first call, cached for the next start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """The function, compiled when it is first called; keeps its type for the checker.

    The cache is keyed on the file of the function alone: after a change of a kernel that others call, remove
    the caches (``make clean``).
    """
    compiled: Any = njit(cache=True)(function)
    return compiled  # type: ignore[no-any-return]


@kernel
def wide(number: Any) -> int:
    """A number of any width as 64 bits, so that a kernel is compiled for one width only."""
    return np.int64(number)  # type: ignore[return-value]
