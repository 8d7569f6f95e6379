"""Lines of one input with what became of each, and where each stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graph.model.event_batch import EventBatch
from streaming.contract.rejection import too_long
from streaming.decoding.columns import ColumnDecoder, Decoded
from streaming.files.sources.files import Input
from streaming.files.sources.lines import Block, Overlong


@dataclass(frozen=True, slots=True)
class DecodedBlock:
    """Lines in a row of ``file`` and what became of each; a place in ``records`` is the number of a line."""

    file: Input
    lines: Block | Overlong
    records: Decoded

    def raw(self, index: int) -> bytes:
        """The bytes of line ``index``; the first of them when it is overlong."""
        return self.lines.head if isinstance(self.lines, Overlong) else self.lines.line(index)

    def length(self, index: int) -> int:
        """How many bytes line ``index`` has."""
        return self.lines.length if isinstance(self.lines, Overlong) else len(self.lines.line(index))

    def offset(self, index: int) -> int:
        """Where line ``index`` stands in its input."""
        if isinstance(self.lines, Overlong):
            return self.lines.offset
        return self.lines.place(index)


def decoded(file: Input, decoder: ColumnDecoder) -> Iterator[DecodedBlock]:
    """Every line of ``file`` with what became of it; no block is empty."""
    for part in file.blocks(decoder.max_line_bytes):
        if isinstance(part, Overlong):
            refused = (0, too_long(part.length, decoder.max_line_bytes))
            nothing = Decoded(EventBatch.of(()), np.zeros(0, np.int64), (refused,), 1)
            yield DecodedBlock(file, part, nothing)
        else:
            yield DecodedBlock(file, part, decoder.decode(part.content, part.starts, part.ends))
