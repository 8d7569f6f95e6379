"""How the core's inner loops are compiled: numba, cached on disk, without bounds checks and without a lock.

A kernel takes arrays and returns numbers; it allocates nothing that grows with the graph. Whoever calls it
has made room before. Division by zero gives infinity as in numpy, which no kernel here relies on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., object])

_ROOMS: Final = ("graph", "streaming")
"""The packages that hold kernels."""


def _cache_folder() -> Path:
    """Where compiled kernels are kept: beside this file, under a digest of every source file of the rooms.

    numba asks only whether the file of the outermost kernel changed; one that it calls from another file
    would stay as it was. Folders of other digests are removed.
    """
    house = Path(__file__).parent.parent
    sources = sorted(path for room in _ROOMS for path in (house / room).rglob("*.py"))
    spelt = "".join(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size};" for path in sources)
    folder = (
        Path(__file__).parent
        / "__pycache__"
        / f"kernels-{blake2b(spelt.encode(), digest_size=8).hexdigest()}"
    )
    for other in folder.parent.glob("kernels-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder


if not config.CACHE_DIR:
    config.CACHE_DIR = str(_cache_folder())


def kernel(function: Function) -> Function:
    """The function compiled when first called with new types; ``py_func`` on it is the plain one."""
    return cast(Function, njit(cache=True, error_model="numpy", nogil=True)(function))


@kernel
def wide(number: Any) -> int:
    """A number of any width as 64 bits, so that a kernel is compiled for one width only."""
    return np.int64(number)  # type: ignore[return-value]
