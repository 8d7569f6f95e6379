"""How the core's inner loops are compiled: numba, cached on disk, without bounds checks and without a lock.

A kernel takes arrays and returns numbers; it creates no array, so it is compiled without reference counts.
Whoever calls it has made room before. Division by zero gives infinity as in numpy, which no kernel here
relies on. What is compiled lies where numba keeps it, in ``__pycache__`` beside each source, and is used
again while nothing that it was made from has changed (``graph.kernels.sources``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import extending, njit, types

from graph.kernels.arrays import known_type
from graph.kernels.kept import KeptKernel
from graph.kernels.sources import digest_of_sources

Function = TypeVar("Function", bound=Callable[..., object])


_OPTIONS: Final[dict[str, Any]] = {"cache": True, "error_model": "numpy", "nogil": True, "_nrt": False}


def kernel(function: Function) -> Function:
    """The function compiled when first called with new types; ``py_func`` on it is the plain one."""
    return cast(Function, Kernel(function, _OPTIONS, are_widened=True))


def spacious(function: Function) -> Function:
    """As ``kernel``, for what is asked now and then and not for each event: it may create arrays."""
    return cast(Function, Kernel(function, {**_OPTIONS, "_nrt": True}, are_widened=False))


def inlined(function: Function) -> Function:
    """As ``kernel``, and made part of the machine code of every caller: for what is called for each event."""
    return cast(Function, Kernel(function, {**_OPTIONS, "forceinline": True}, are_widened=True))


class Kernel:
    """A function that numba is told of when somebody asks: five hundred take a quarter of a second to tell.

    A program calls few of its kernels from Python; the others are part of the machine code of those, which
    was compiled before. What numba's dispatcher has is found here, too.
    """

    def __init__(self, function: Callable[..., object], options: dict[str, Any], *, are_widened: bool):
        self.py_func = function
        self._options, self._are_widened = options, are_widened
        update_wrapper(self, function)

    @cached_property
    def dispatcher(self) -> Any:
        """What numba makes of the function, with its cache."""
        compiled: Any = njit(**self._options)(self.py_func)
        _stamp(compiled, self.py_func)
        ask = compiled.typeof_pyval
        # Called for each argument that numba's own code does not know: our arrays, in every call from Python.
        compiled.typeof_pyval = lambda value: known_type(value) or ask(value)
        if self._are_widened:
            resolve = compiled.get_call_template

            def resolve_widened(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
                return resolve(
                    tuple(map(_widened, arguments)), {key: _widened(keywords[key]) for key in keywords}
                )

            # One called from others is compiled once, and not for every width and constant it is called with.
            compiled.get_call_template = resolve_widened
        return compiled

    def __call__(self, *arguments: Any) -> Any:
        """Run it, compiled for the types of these arguments."""
        return self.dispatcher(*arguments)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dispatcher, name)


@extending.typeof_impl.register(Kernel)
def _type_of_kernel(kernel: Kernel, _context: Any) -> Any:
    """A kernel that another one names is its dispatcher to numba."""
    return types.Dispatcher(kernel.dispatcher)


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
