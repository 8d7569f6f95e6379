"""Lines of one input with what became of each, and where each stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streaming.decode import Decoder, Record
from streaming.rejection import too_long
from streaming.sources.files import InputFile
from streaming.sources.lines import Block, Overlong


@dataclass(frozen=True, slots=True)
class DecodedBlock:
    """Lines in a row of ``file`` and what became of each."""

    file: InputFile
    lines: Block | Overlong
    records: Sequence[Record]

    def raw(self, index: int) -> bytes:
        """The bytes of line ``index``; the first of them when it is overlong."""
        return self.lines.head if isinstance(self.lines, Overlong) else self.lines.lines[index]

    def length(self, index: int) -> int:
        """How many bytes line ``index`` has."""
        return self.lines.length if isinstance(self.lines, Overlong) else len(self.lines.lines[index])

    def offset(self, index: int) -> int:
        """Where line ``index`` begins in the plain bytes of its input."""
        return self.lines.offset if isinstance(self.lines, Overlong) else self.lines.offsets[index]


def decoded(file: InputFile, decoder: Decoder) -> Iterator[DecodedBlock]:
    """Every line of ``file`` with what became of it; no block is empty."""
    for part in file.blocks(decoder.max_line_bytes):
        if isinstance(part, Overlong):
            yield DecodedBlock(file, part, [too_long(part.length, decoder.max_line_bytes)])
        else:
            yield DecodedBlock(file, part, decoder.decode_lines(part.lines))
