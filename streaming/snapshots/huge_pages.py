"""Memory put together again into huge pages, which a fork takes apart.

While a copy of the process lives, the first write to a huge page splits it into 512 small ones. They stay
split when the copy is gone: the next fork takes five times as long, batches take twice the processor. Where
the system knows no way to be asked for huge pages (before Linux 6.1, elsewhere) nothing happens.
"""

from __future__ import annotations

import ctypes
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

HUGE: Final = 2 << 20
LEAST: Final = 2 * HUGE
"""Mappings below this many bytes are left alone."""
WORTH_IT_KB: Final = 1 << 20
"""A process that never held so much forks in a few milliseconds anyway."""
NICENESS: Final = 10
_MADV_COLLAPSE: Final = 25
_MAPS: Final = Path("/proc/self/maps")


class HugePages:
    """Joins pages in a thread of its own, one at a time; it lets everything else go first."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Joins what can be joined, unless that is under way or the process is small.

        Cost: up to 0.8 s of processor a gigabyte, in the thread.
        """
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < WORTH_IT_KB:
            return
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=_in_background, name="huge pages", daemon=True)
            self._thread.start()

    def finish(self, within_s: float) -> bool:
        """Waits for it; whether it is done."""
        if self._thread is not None:
            self._thread.join(within_s)
        return self._thread is None or not self._thread.is_alive()


def join_pages() -> int:
    """Makes all private memory of the process huge pages where it can; gives how many there are of them.

    Memory that was never written to stays unused, but for the rest of a huge page of which a part was.
    """
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None or not _MAPS.exists():
        return 0
    joined = 0
    for begin, end in _private():
        for at in range(-(-begin // HUGE) * HUGE, end - HUGE + 1, HUGE):
            # A mapping that went away meanwhile, or was never written to, is refused.
            joined += madvise(ctypes.c_void_p(at), ctypes.c_size_t(HUGE), _MADV_COLLAPSE) == 0
    return joined


def _in_background() -> None:
    with suppress(OSError, AttributeError):
        # Of this thread alone, in Linux.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    join_pages()


def _private() -> Iterator[tuple[int, int]]:
    """Where the larger mappings of memory begin and end."""
    for line in _MAPS.read_text().splitlines():
        place, access, _, _, inode, *name = line.split(maxsplit=5)
        begin, end = (int(each, 16) for each in place.split("-"))
        is_memory = access.startswith("rw-p") and inode == "0" and name in ([], ["[heap]"])
        if is_memory and end - begin >= LEAST:
            yield begin, end
