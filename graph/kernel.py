"""How a function becomes a kernel: compiled to machine code on its first call, cached for the next start.

Kernels take and return arrays and numbers. They create no arrays, so they are compiled without numba's
reference counting: it would cost two atomic operations for each array of a state at each call.

The cache is keyed on the file of a function alone: after a change of a kernel that others call, remove the
caches (``make clean``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: Final[dict[str, Any]] = {"cache": True, "_nrt": False}


def kernel(function: F) -> F:
    """The function, compiled when it is first called; keeps its type for the checker."""
    compiled: Any = njit(**_OPTIONS)(function)
    return compiled  # type: ignore[no-any-return]


def inlined(function: F) -> F:
    """As ``kernel``, and made part of every caller's machine code: for what is called for each event.

    The arrays of a state are some sixty words; a call that is not inlined copies them all.
    """
    compiled: Any = njit(forceinline=True, **_OPTIONS)(function)
    return compiled  # type: ignore[no-any-return]


@inlined
def wide(number: Any) -> int:
    """A number of any width as 64 bits, so that a kernel is compiled for one width only."""
    return np.int64(number)  # type: ignore[return-value]
