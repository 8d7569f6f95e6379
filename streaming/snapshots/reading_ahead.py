"""A snapshot read by a thread while the process loads kernels and connects, which needs no snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from streaming.snapshots.file import Arrays, read_snapshot

Header = TypeVar("Header", bound=msgspec.Struct)
LOOK_AGAIN_S: Final = 0.05


class Dropped(Exception):
    """Nobody wants it any more."""


class ReadingAhead(Generic[Header]):
    """Reads ``path`` from now on; what comes of it, an error too, waits for who asks, and is given once."""

    def __init__(self, path: Path, kind: type[Header]) -> None:
        self.path = path
        self._kind = kind
        self._found: tuple[Header, Arrays] | None = None
        self._error: Exception | None = None
        self._is_dropped = False
        self._thread = threading.Thread(target=self._read, name="reading ahead", daemon=True)
        self._thread.start()

    def result(self, keep_going: Callable[[], None]) -> tuple[Header, Arrays]:
        """The header and the arrays; raises what reading raised.

        ``keep_going`` is called while it waits and may raise to stop, which stops the reading too.
        """
        try:
            while self._thread.is_alive():
                keep_going()
                self._thread.join(LOOK_AGAIN_S)
        except BaseException:
            self.drop()
            raise
        if self._error is not None:
            raise self._error
        assert self._found is not None, "expected to be asked once"
        found, self._found = self._found, None
        return found

    def drop(self) -> None:
        """Stops, and lets go of what was read."""
        self._is_dropped = True
        self._thread.join()
        self._found = None

    def _read(self) -> None:
        try:
            self._found = read_snapshot(self.path, self._kind, self._keep_going)
        except Dropped:
            pass
        except Exception as error:
            self._error = error

    def _keep_going(self) -> None:
        if self._is_dropped:
            raise Dropped
