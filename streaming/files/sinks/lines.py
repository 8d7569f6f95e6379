"""One JSON object per line into a file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from types import TracebackType

import msgspec

from graph.model.errors import Fatal

_BUFFER_BYTES = 1 << 18
_AT_ONCE = 4096


class LineFile(AbstractContextManager["LineFile"]):
    """Writes records to ``path`` in the order given; equal records give equal bytes.

    Raises ``Fatal`` when the disk is full or fails.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoder = msgspec.json.Encoder(order="deterministic")
        try:
            self._file = path.open("wb", buffering=_BUFFER_BYTES)
        except OSError as error:
            raise self._failure(error) from error

    def write(self, records: Iterable[msgspec.Struct]) -> int:
        """Appends the records, one line each, and says how many they were."""
        count, waiting = 0, iter(records)
        try:
            while some := list(islice(waiting, _AT_ONCE)):
                self._file.write(self._encoder.encode_lines(some))
                count += len(some)
        except OSError as error:
            raise self._failure(error) from error
        return count

    def close(self) -> None:
        """Hands everything to the system and closes the file."""
        try:
            self._file.close()
        except OSError as error:
            raise self._failure(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        try:
            self._file.close()
        except OSError:
            # The first error is the one to report; this one follows from it.
            return

    def _failure(self, error: OSError) -> Fatal:
        return Fatal(
            f"expected to write {self._path.name} in {self._path.parent}, found: {error.strerror}: "
            "free some space or choose another --out"
        )
