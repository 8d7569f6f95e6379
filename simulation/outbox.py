"""Lines waiting for their turn: collected in any order, written in order of time."""

from __future__ import annotations

from typing import Protocol

from simulation.config import DAY_MS


class Sink(Protocol):
    """Where finished bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take the bytes."""


class Outbox:
    """Sorts lines by time (ties by their text) and writes what can no longer be overtaken.

    Memory: the lines between two calls of ``release`` and those of the rides still under way.
    """

    def __init__(self, sink: Sink, end_ms: int) -> None:
        self._sink = sink
        self._end_ms = end_ms
        self._waiting: list[tuple[int, bytes]] = []
        self.written = 0
        self.first_ts: int | None = None
        self.last_ts: int | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, ts: int, line: bytes) -> bool:
        """Take a line; return False (and drop it) when it lies at or after the end of the file."""
        if ts >= self._end_ms:
            return False
        self._waiting.append((ts, line))
        return True

    def put_all(self, lines: list[tuple[int, bytes]]) -> None:
        """Take lines that are known to lie before the end."""
        self._waiting.extend(lines)

    def release(self, before_ms: int) -> None:
        """Write every waiting line that is earlier than ``before_ms``."""
        if not self._waiting:
            return
        self._waiting.sort()
        low, high = 0, len(self._waiting)
        while low < high:
            middle = (low + high) // 2
            if self._waiting[middle][0] < before_ms:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return
        ready, self._waiting = self._waiting[:low], self._waiting[low:]
        self._sink.write(b"\n".join([line for _, line in ready]) + b"\n")
        self.written += low
        if self.first_ts is None:
            self.first_ts = ready[0][0]
        self.last_ts = ready[-1][0]

    def release_all(self) -> None:
        """Write everything that waits."""
        self.release(self._end_ms + DAY_MS)
