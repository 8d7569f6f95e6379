"""A folder that keeps the last few snapshots and finds the newest whole one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec
import numpy.typing as npt

from graph.model.errors import Fatal
from streaming.snapshots.file import Arrays, Damaged, NewerFormat, read_snapshot, write_snapshot
from streaming.snapshots.forked import ForkedWrite
from streaming.snapshots.reading_ahead import ReadingAhead

Header = TypeVar("Header", bound=msgspec.Struct)
SUFFIX: Final = ".rfsnap"


class SnapshotFolder(Generic[Header]):
    """Snapshots numbered by the batch they follow. ``warn`` is called for a damaged one, in words."""

    def __init__(self, folder: Path, kind: type[Header], kept: int, warn: Callable[[str], None]) -> None:
        self._folder, self._kind, self._kept, self._warn = folder, kind, kept, warn
        self._ahead: ReadingAhead[Header] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        for partial in folder.glob(f".*{SUFFIX}.partial"):
            partial.unlink()

    def numbers(self) -> list[int]:
        """The batches that have a snapshot, ascending."""
        return sorted(int(path.stem.split("-")[1]) for path in self._folder.glob(f"snapshot-*{SUFFIX}"))

    def write(self, number: int, header: Header, arrays: Mapping[str, npt.NDArray[Any]]) -> int:
        """Keeps a snapshot and lets the oldest go; gives its bytes. Raises ``OSError`` (a full disk)."""
        size = write_snapshot(self._path(number), header, arrays)
        self._drop_old()
        return size

    def fork(
        self, number: int, contents: Callable[[], tuple[Header, Mapping[str, npt.NDArray[Any]]]]
    ) -> ForkedWrite:
        """Begins a snapshot of what there is at this moment; ``contents`` is called in a copy of the process.

        Raises ``NotWritten``.
        """
        return ForkedWrite(self._path(number), contents)

    def keep(self, forked: ForkedWrite, within_s: float) -> int:
        """Waits for a snapshot begun by ``fork`` and lets the oldest go; gives its bytes.

        Raises ``NotWritten``.
        """
        size = forked.finish(within_s)
        self._drop_old()
        return size

    def _drop_old(self) -> None:
        for old in self.numbers()[: -self._kept]:
            self._path(old).unlink()

    def read_ahead(self) -> None:
        """Begins to read the newest in a thread; the first call of ``newest`` waits for that.

        Memory: the snapshot, from now on.
        """
        numbers = self.numbers()
        if numbers and self._ahead is None:
            self._ahead = ReadingAhead(self._path(numbers[-1]), self._kind)

    def close(self) -> None:
        """Stops reading ahead, where nobody came to ask."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.drop()

    def newest(self, keep_going: Callable[[], None] = lambda: None) -> tuple[int, Header, Arrays] | None:
        """The newest whole snapshot; damaged ones are set aside as ``.damaged`` with a warning.

        ``keep_going`` is called again and again and may raise to stop. Raises ``Fatal`` for one of another
        version, which may be whole: it is left where it is.
        """
        for number in reversed(self.numbers()):
            path = self._path(number)
            try:
                return number, *self._read(path, keep_going)
            except NewerFormat as error:
                raise Fatal(
                    f"{error} in {path.name}, of another version: go on with that version, or begin with an "
                    "empty state folder"
                ) from error
            except Damaged as error:
                aside = path.with_suffix(".damaged")
                path.rename(aside)
                self._warn(f"{error}; set aside as {aside.name}, the one before it is used")
        return None

    def _read(self, path: Path, keep_going: Callable[[], None]) -> tuple[Header, Arrays]:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.path == path:
            return ahead.result(keep_going)
        if ahead is not None:
            ahead.drop()
        return read_snapshot(path, self._kind, keep_going)

    def _path(self, number: int) -> Path:
        return self._folder / f"snapshot-{number:020d}{SUFFIX}"
