"""A table as an input of a run: its rows as lines of events, in the order of event time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from streaming.files.sources.lines import Block, Overlong, cut_whole
from streaming.tables.mapping import Mapping
from streaming.tables.reading import Rows, check_types, name_of
from streaming.tables.rows import NO_TIME, MappedLine, RowMapper
from streaming.tables.sorting import SortedLines

LINES_AT_ONCE: Final = 8192


@dataclass(frozen=True, slots=True, eq=False)
class RowBlock(Block):
    """Lines made of rows: the place of a line is the number of its row, from 0."""

    rows: tuple[int, ...]

    def place(self, index: int) -> int:
        """The row of a line."""
        return self.rows[index]

    def part(self, begin: int, end: int) -> RowBlock:
        """The lines from ``begin`` up to ``end``."""
        starts, ends = self.starts[begin:end], self.ends[begin:end]
        return RowBlock(self.offset, self.content, starts, ends, self.rows[begin:end])


class TableInput:
    """One table of a run, mapped and sorted; ``bytes_read`` jumps to its size when it has been read.

    Checks the mapping against the columns when it is made: raises ``BadCall``. ``is_repeat`` says that an
    earlier input of the run has the same name, hence the same records. ``rows`` and ``without_event`` count
    what was read. Rows of a CSV file with more or fewer values than its head line become texts, which no
    decoder takes for an event; their place is the number of rows before them.
    """

    def __init__(self, rows: Rows, mapping: Mapping, *, is_repeat: bool = False) -> None:
        types = rows.types()
        mapping.check_columns(name_of(rows.name), types)
        self.name = rows.name
        self.is_repeat = is_repeat
        self.size_bytes = rows.size_bytes
        self.bytes_read = 0
        self.rows = 0
        self.without_event = 0
        self._table, self._mapping = rows, mapping
        # Where a mapping reads no column, one is read to count the rows.
        self._columns = RowMapper(mapping, rows.name).columns or list(types)[:1]
        check_types(rows, types, self._columns)

    def mapped(self) -> Iterator[list[MappedLine]]:
        """The lines in the order of the rows, batch after batch."""
        mapper = RowMapper(self._mapping, self.name)
        for batch in self._table.batches(self._columns):
            before = mapper.rows
            done = mapper.map(batch)
            bad = [MappedLine(NO_TIME, before, text) for text in self._table.bad_rows()]
            self.rows += done.rows + len(bad)
            self.without_event += done.without_event
            yield [*bad, *done.lines]
        rest = [MappedLine(NO_TIME, mapper.rows, text) for text in self._table.bad_rows()]
        if rest:
            self.rows += len(rest)
            yield rest
        self.bytes_read = self.size_bytes or 0

    def blocks(self, max_line_bytes: int) -> Iterator[Block | Overlong]:
        """Every line, sorted by event time."""
        with SortedLines() as lines:
            for some in self.mapped():
                lines.add(some)
            waiting = lines.sorted()
            while some := list(islice(waiting, LINES_AT_ONCE)):
                yield from cut_whole(_block(some), max_line_bytes)

    def close(self) -> None:
        """Nothing is held open between reads."""


def _block(lines: list[MappedLine]) -> RowBlock:
    ends = np.cumsum([len(line.line) for line in lines], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    content = b"".join(line.line for line in lines)
    return RowBlock(0, content, starts, ends, tuple(line.row for line in lines))
