"""Mapped lines in the order of event time, however many: sorted runs on disk, merged.

Tables come in any order, and what comes later than the lateness of the engine ages out early. So lines are
sorted by time before anything looks at them; between equal times the order of the rows decides. A line
without a time stays behind the line before it.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final

from graph.model.errors import Fatal
from streaming.tables.rows import NO_TIME, MappedLine

RUN_BYTES: Final = 1 << 27
"""Of lines, sorted in memory at once; with what Python adds about 400 MB."""
MOST_RUNS: Final = 64
"""Files that are open at once; where there are more they are merged to one first."""
_LINE_COST: Final = 160
_HEAD: Final = struct.Struct("<qqI")


class SortedLines(AbstractContextManager["SortedLines"]):
    """Takes lines in any order and gives them sorted. Memory: ``run_bytes`` of lines, the rest is on disk.

    Raises ``Fatal`` when the disk is full or fails. ``folder`` is where runs are written, by default the
    system's place for temporary files.
    """

    def __init__(self, run_bytes: int = RUN_BYTES, folder: Path | None = None) -> None:
        self._run_bytes = run_bytes
        self._place = TemporaryDirectory(prefix="ringfence-sorting-", dir=folder)
        self._runs: list[Path] = []
        self._lines: list[MappedLine] = []
        self._held = 0
        self._made = 0
        self._last = NO_TIME

    def add(self, lines: Iterable[MappedLine]) -> None:
        """Takes more lines."""
        for line in lines:
            timed = line if line.ts != NO_TIME else MappedLine(self._last, line.row, line.line)
            self._last = timed.ts
            self._lines.append(timed)
            self._held += len(line.line) + _LINE_COST
            if self._held >= self._run_bytes:
                self._spill()

    def sorted(self) -> Iterator[MappedLine]:
        """Every line taken, in order. To be read once."""
        self._lines.sort(key=_time)
        runs: list[Iterable[MappedLine]] = [self._read(path) for path in self._runs]
        # Of equal times the earlier run goes first: its rows came before.
        yield from heapq.merge(*runs, self._lines, key=_time)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._place.cleanup()

    def _spill(self) -> None:
        self._lines.sort(key=_time)
        self._runs.append(self._write(self._lines))
        self._lines, self._held = [], 0
        if len(self._runs) >= MOST_RUNS:
            former = self._runs
            self._runs = [self._write(heapq.merge(*map(self._read, former), key=_time))]
            for path in former:
                path.unlink()

    def _write(self, lines: Iterable[MappedLine]) -> Path:
        path = Path(self._place.name) / f"run-{self._made}"
        self._made += 1
        try:
            with path.open("wb", buffering=1 << 20) as file:
                for line in lines:
                    file.write(_HEAD.pack(line.ts, line.row, len(line.line)))
                    file.write(line.line)
        except OSError as error:
            raise Fatal(
                f"expected room to sort events in {self._place.name}, found: {error.strerror}: free some "
                "space, or point TMPDIR to a larger disk"
            ) from error
        return path

    def _read(self, path: Path) -> Iterator[MappedLine]:
        with path.open("rb", buffering=1 << 18) as file:
            while head := file.read(_HEAD.size):
                ts, row, length = _HEAD.unpack(head)
                yield MappedLine(ts, row, file.read(length))


def _time(line: MappedLine) -> int:
    return line.ts
