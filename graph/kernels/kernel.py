"""How the core's inner loops are compiled: numba, cached on disk, without bounds checks and without a lock.

A kernel takes arrays and returns numbers; it creates no array, so it is compiled without reference counts.
Whoever calls it has made room before. Division by zero gives infinity as in numpy, which no kernel here
relies on. What is compiled lies where numba keeps it, in ``__pycache__`` beside each source, and is used
again while nothing that it was made from has changed (``graph.kernels.sources``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit, types

from graph.kernels.kept import KeptKernel
from graph.kernels.sources import digest_of_sources

Function = TypeVar("Function", bound=Callable[..., object])


def _leave_out_linear_algebra() -> None:
    """Let numba load its array functions without scipy's BLAS, which takes as long to load as all the rest.

    numba looks for it once and does without it where it is missing: ``np.dot`` and the like are then refused
    in kernels. Programs that import ``scipy.linalg`` themselves still can.
    """
    wanted = "scipy.linalg.cython_blas"
    if wanted not in sys.modules:
        modules: dict[str, Any] = sys.modules
        modules[wanted] = None
        try:
            import_module("numba.np.arraymath")
        finally:
            del modules[wanted]


_leave_out_linear_algebra()


_OPTIONS: Final[dict[str, Any]] = {"cache": True, "error_model": "numpy", "nogil": True, "_nrt": False}


def kernel(function: Function) -> Function:
    """The function compiled when first called with new types; ``py_func`` on it is the plain one."""
    return _compiled(function)


def spacious(function: Function) -> Function:
    """As ``kernel``, for what is asked now and then and not for each event: it may create arrays."""
    compiled: Any = njit(**{**_OPTIONS, "_nrt": True})(function)
    _stamp(compiled, function)
    return cast(Function, compiled)


def inlined(function: Function) -> Function:
    """As ``kernel``, and made part of the machine code of every caller: for what is called for each event."""
    return _compiled(function, forceinline=True)


def _compiled(function: Function, **more: Any) -> Function:
    compiled: Any = njit(**_OPTIONS, **more)(function)
    _stamp(compiled, function)
    resolve = compiled.get_call_template

    def resolve_widened(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        return resolve(tuple(map(_widened, arguments)), {key: _widened(keywords[key]) for key in keywords})

    # A kernel called from others is compiled once, and not for every width and constant it is called with.
    compiled.get_call_template = resolve_widened
    return cast(Function, compiled)


def _stamp(compiled: Any, function: Callable[..., object]) -> None:
    """Let numba use again what it compiled before only while all sources of it are the same.

    By itself it asks for the time and size of the one file of the outermost kernel; a kernel or a constant
    from another file would stay as it was, and a fresh clone would look new.
    """
    cache = compiled._cache
    cache._cache_file = KeptKernel(
        cache.cache_path, cache._impl.filename_base, digest_of_sources(function.__module__)
    )


def compile_for(function: Callable[..., object], *kinds: Any) -> None:
    """Compile a kernel for arguments of these types (numba's), and keep it; what was kept is only loaded."""
    compiled: Any = function
    compiled.compile(kinds)


def _widened(kind: Any) -> Any:
    """The type as which a kernel takes a number."""
    if isinstance(kind, types.Literal):
        kind = kind.literal_type
    if isinstance(kind, types.Integer) and kind != types.uint64:
        return types.int64
    return types.float64 if kind == types.float32 else kind


@inlined
def wide(number: Any) -> int:
    """A number of any width as 64 bits, so that a kernel is compiled for one width only."""
    return np.int64(number)  # type: ignore[return-value]
