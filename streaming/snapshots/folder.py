"""A folder that keeps the last few snapshots and finds the newest whole one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec
import numpy.typing as npt

from streaming.snapshots.file import Arrays, Damaged, read_snapshot, write_snapshot
from streaming.snapshots.forked import ForkedWrite

Header = TypeVar("Header", bound=msgspec.Struct)
SUFFIX: Final = ".rfsnap"


class SnapshotFolder(Generic[Header]):
    """Snapshots numbered by the batch they follow. ``warn`` is called for a damaged one, in words."""

    def __init__(self, folder: Path, kind: type[Header], kept: int, warn: Callable[[str], None]) -> None:
        self._folder, self._kind, self._kept, self._warn = folder, kind, kept, warn
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

    def newest(self, keep_going: Callable[[], None] = lambda: None) -> tuple[int, Header, Arrays] | None:
        """The newest whole snapshot; damaged ones are set aside as ``.damaged`` with a warning.

        ``keep_going`` is called between arrays and may raise to stop.
        """
        for number in reversed(self.numbers()):
            path = self._path(number)
            try:
                return number, *read_snapshot(path, self._kind, keep_going)
            except Damaged as error:
                aside = path.with_suffix(".damaged")
                path.rename(aside)
                self._warn(f"{error}; set aside as {aside.name}, the one before it is used")
        return None

    def _path(self, number: int) -> Path:
        return self._folder / f"snapshot-{number:020d}{SUFFIX}"
