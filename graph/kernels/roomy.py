"""Arrays with room behind them, so that what is read from a disk grows where it lies.

Room is address space: it costs memory from when somebody writes there, and is zeros until then.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.raw import copied

FROM_BYTES: Final = 1 << 16
"""Smaller arrays are copied when they grow."""
_FLAGS: Final = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)

Records = npt.NDArray[Any]


class _Room(mmap.mmap):
    """Private memory that one array begins and nothing else uses. Aligned to pages."""


def roomy(shape: tuple[int, ...], kind: np.dtype[Any]) -> Records:
    """Zeros with room for as many rows again behind them. Cost: none before they are written to."""
    size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
    if size < FROM_BYTES:
        return np.zeros(shape, kind)
    memory = _Room(-1, 2 * size, flags=_FLAGS)
    with suppress(OSError, AttributeError):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, np.uint8)[:size].view(kind).reshape(shape)


def extended(records: Records) -> Records:
    """The records and the room behind them, in the same memory; where there is none the records themselves.

    A copy where they may not be written to.
    """
    if not (records.flags.writeable and records.flags.c_contiguous):
        return copied(records)
    memory = records.base
    if not (isinstance(memory, np.ndarray) and isinstance(getattr(memory.base, "obj", None), _Room)):
        return records
    if memory.ctypes.data != records.ctypes.data:
        return records
    row = records.dtype.itemsize * int(np.prod(records.shape[1:], dtype=np.int64))
    rows = memory.nbytes // row
    return memory[: rows * row].view(records.dtype).reshape(rows, *records.shape[1:])
