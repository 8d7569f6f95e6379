"""A file of events beside an embedded store, one JSON object a line, which ``ringfence detect`` reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from graph.model.errors import Unavailable
from queries.desk.outbox import OutgoingEvent


class EventFile:
    """Appends events. A line that a crash cut short is ended first; its event follows once more, whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def carry(self, events: Sequence[OutgoingEvent]) -> None:
        """All of them are on the disk when this returns. Raises Unavailable when they may not be."""
        lines = b"".join(event.payload + b"\n" for event in events)
        try:
            handle = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
            try:
                size = os.fstat(handle).st_size
                if size and os.pread(handle, 1, size - 1) != b"\n":
                    lines = b"\n" + lines
                while lines:
                    lines = lines[os.write(handle, lines) :]
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise Unavailable(
                f"expected to append to {self.path}, found: {error.strerror}; it is tried again", 1.0
            ) from error
