"""A fast 64-bit hash of bytes, the same in every version and on every machine.

Eight bytes at a time are folded in by multiplication and rotation, in the manner of wyhash and xxHash; the
end is avalanched as in MurmurHash3 (Appleby, 2011). Not a defence against somebody who chooses the bytes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined
from graph.kernels.words import word_at

Bytes = npt.NDArray[np.uint8]

_SEED: Final = np.uint64(0x2D358DCCAA6C78A5)
_FOLD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_FIRST: Final = np.uint64(0xFF51AFD7ED558CCD)
_SECOND: Final = np.uint64(0xC4CEB9FE1A85EC53)


def bytes_of(text: str) -> Bytes:
    """The UTF-8 bytes of a text as kernels take them."""
    return np.frombuffer(text.encode(), np.uint8)


@inlined
def hash_bytes(text: Bytes, start: int, length: int) -> Any:
    """The hash of ``length`` bytes from ``start`` on, as uint64. About 5 ns for 20 bytes."""
    state = _SEED ^ (np.uint64(length) * _MIX)
    place = np.int64(start)
    left = np.int64(length)
    while left > 0:
        state = (state ^ word_at(text, place, left)) * _FOLD
        state ^= state >> np.uint64(32)
        place += 8
        left -= 8
    state ^= state >> np.uint64(33)
    state *= _FIRST
    state ^= state >> np.uint64(33)
    state *= _SECOND
    return state ^ (state >> np.uint64(33))
