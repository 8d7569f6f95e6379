"""How the core's inner loops are compiled: numba, cached on disk, without bounds checks and without a lock.

A kernel takes arrays and returns numbers; it creates no array, so it is compiled without reference counts.
Whoever calls it has made room before. Division by zero gives infinity as in numpy, which no kernel here
relies on.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import config, njit, types

Function = TypeVar("Function", bound=Callable[..., object])

_ROOMS: Final = ("gnn", "graph", "streaming")
"""The packages that hold kernels."""


def _cache_folder() -> Path:
    """Where compiled kernels are kept: beside this file, under a digest of the sources of all kernels.

    numba asks only whether the file of the outermost kernel changed; one that it calls from another file
    would stay as it was. Folders of other digests are removed.
    """
    house = Path(__file__).parent.parent
    digest = blake2b(digest_size=8)
    for room in _ROOMS:
        for path in sorted((house / room).rglob("*.py")):
            source = path.read_bytes()
            if b"kernel" in source:
                digest.update(source)
    folder = Path(__file__).parent / "__pycache__" / f"kernels-{digest.hexdigest()}"
    for other in folder.parent.glob("kernels-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder


_settings: Any = config
if not _settings.CACHE_DIR:
    _settings.CACHE_DIR = str(_cache_folder())


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
    options = {**_OPTIONS, "_nrt": True}
    return cast(Function, njit(**options)(function))


def inlined(function: Function) -> Function:
    """As ``kernel``, and made part of the machine code of every caller: for what is called for each event."""
    return _compiled(function, forceinline=True)


def _compiled(function: Function, **more: Any) -> Function:
    compiled: Any = njit(**_OPTIONS, **more)(function)
    resolve = compiled.get_call_template

    def resolve_widened(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        return resolve(tuple(map(_widened, arguments)), {key: _widened(keywords[key]) for key in keywords})

    # A kernel called from others is compiled once, and not for every width and constant it is called with.
    compiled.get_call_template = resolve_widened
    return cast(Function, compiled)


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
