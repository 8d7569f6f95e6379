"""The journal: what writes overwrote, so that all of them can be taken back.

An undo log (Gray and Reuter, Transaction Processing, 1993, chapter 10): before a write the bytes that were
there are put behind those of the write before, with their address. ``Journal.roll_back`` puts them back,
newest first, so that every byte is what it was. Kernels journal by ``graph.kernels.journalled``, plain Python
by ``Journal.record``. There is one journal in a process, for one thread, and it is bounded.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from llvmlite import binding, ir
from numba import extending, types
from numba.core import cgutils

from graph.kernels.kernel import kernel

_numba: Any = extending
_cg: Any = cgutils
"""What numba offers for extensions has no types."""

MOST_BYTES: Final = 1 << 26
"""Room for what is overwritten in all: some two million writes. Address space until it is used."""
SYMBOL: Final = "ringfence_journal"
"""What compiled code calls the header."""

_WORD: Final = ir.IntType(64)
_BYTES: Final = ir.IntType(8).as_pointer()
_room: Final[npt.NDArray[np.uint8]] = np.empty(MOST_BYTES, np.uint8)
_header: Final[npt.NDArray[np.int64]] = np.zeros(2, np.int64)
"""The address behind the newest entry, and that behind the last there is room for. An entry is the bytes that
were there, rounded up to words, then their address and their number."""
_header[:] = _room.ctypes.data, _room.ctypes.data + MOST_BYTES
binding.add_symbol(SYMBOL, _header.ctypes.data)


class Journal:
    """The journal of the process."""

    @property
    def used(self) -> int:
        """Bytes that would be put back, with what says where they belong."""
        return int(_header[0]) - _room.ctypes.data

    def record(self, array: npt.NDArray[Any], row: int) -> None:
        """Journal a row of an array before plain Python overwrites it."""
        piece = array[row : row + 1]
        if not _record(_header, piece.ctypes.data, piece.nbytes):
            raise MemoryError("the journal is full")

    def roll_back(self) -> None:
        """Put everything back, newest first, and be empty. Cost: O(what was journalled)."""
        _roll_back(_header, _room.ctypes.data)


@_numba.intrinsic  # type: ignore[untyped-decorator]
def _peek(_typing: Any, _address: Any) -> Any:
    """The word at an address."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], _WORD.as_pointer()))

    return types.int64(types.int64), build


@_numba.intrinsic  # type: ignore[untyped-decorator]
def _poke(_typing: Any, _address: Any, _word: Any) -> Any:
    """Write a word at an address."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], _WORD.as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), build


@_numba.intrinsic  # type: ignore[untyped-decorator]
def _move(_typing: Any, _to: Any, _from: Any, _number: Any) -> Any:
    """Copy so many bytes from one address to another."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        to, source = (builder.inttoptr(each, _BYTES) for each in arguments[:2])
        _cg.raw_memcpy(builder, to, source, arguments[2], 1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), build


@kernel
def _record(header: Any, address: int, number: int) -> bool:
    payload = (number + 7) & -8
    top = header[0]
    if top + payload + 16 > header[1]:
        return False
    _move(top, address, number)
    _poke(top + payload, address)
    _poke(top + payload + 8, number)
    header[0] = top + payload + 16
    return True


@kernel
def _roll_back(header: Any, beginning: int) -> None:
    top = header[0]
    while top > beginning:
        number = _peek(top - 8)
        source = top - 16 - ((number + 7) & -8)
        _move(_peek(top - 16), source, number)
        top = source
    header[0] = top
