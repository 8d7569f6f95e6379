"""SIGTERM and Ctrl-C as exceptions that arrive."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from ringfence.exits import Terminated

AGAIN_S: Final = 0.05
_CALLED_BY_C: Final = ("__del__", "_raw_object_cache_getbuffer", "_raw_object_cache_notify")
"""Functions that C calls without a way to hand an exception on: the interpreter prints it and goes on. Those
of the compiler are called whenever a kernel is loaded."""


@contextmanager
def stops_raised() -> Iterator[None]:
    """Inside, SIGTERM raises ``Terminated`` and Ctrl-C ``KeyboardInterrupt``, so that all is cleaned up.

    Where the exception would be swallowed, the signal comes again a moment later. Without effect outside the
    main thread, where Python takes no signals; a Ctrl-C that is ignored or handled by others is left to them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds: dict[int, type[BaseException]] = {signal.SIGTERM: Terminated}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        kinds[signal.SIGINT] = KeyboardInterrupt
    before = {number: signal.signal(number, _raising(kind)) for number, kind in kinds.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raising(kind: type[BaseException]) -> Callable[[int, FrameType | None], None]:
    def stop(number: int, frame: FrameType | None) -> None:
        if not _would_be_swallowed(frame):
            raise kind
        again = threading.Timer(AGAIN_S, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()

    return stop


def _would_be_swallowed(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name in _CALLED_BY_C:
            return True
        frame = frame.f_back
    return False
