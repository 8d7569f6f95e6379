"""Cuts a stream of bytes into lines, however long they are, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

KEPT_BYTES: Final = 1 << 16
"""How much of an overlong line is kept to show."""


@dataclass(frozen=True)
class Block:
    """Whole lines in a row, without their ends. ``offset`` is where the first begins, in plain bytes."""

    offset: int
    lines: list[bytes]

    @cached_property
    def offsets(self) -> list[int]:
        """Where each line begins; worked out when first asked for."""
        return list(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=self.offset))


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line of ``length`` bytes, more than is read; ``head`` holds its first ``KEPT_BYTES``."""

    offset: int
    head: bytes
    length: int


def cut_lines(pieces: Iterable[bytes], max_line_bytes: int) -> Iterator[Block | Overlong]:
    """Every line of the stream in its order; the last needs no line end.

    A line ends with LF; a CR before it stays with the line (JSON reads over it). A line longer than
    ``max_line_bytes`` comes as ``Overlong`` and is not held whole. Memory: a few times the
    larger of one piece and ``max_line_bytes``.
    """
    offset = 0
    tail: list[bytes] = []
    tail_bytes = 0
    head = b""
    skipping = False
    for fresh in pieces:
        piece = fresh
        if skipping:
            end = piece.find(b"\n")
            if end < 0:
                tail_bytes += len(piece)
                continue
            length = tail_bytes + end
            yield Overlong(offset, head, length)
            offset += length + 1
            piece = piece[end + 1 :]
            skipping, tail_bytes = False, 0
        end = piece.rfind(b"\n")
        if end < 0:
            tail.append(piece)
            tail_bytes += len(piece)
        else:
            tail.append(piece[:end])
            content = b"".join(tail)
            yield from _split(offset, content, max_line_bytes)
            offset += len(content) + 1
            tail = [piece[end + 1 :]]
            tail_bytes = len(tail[0])
        if tail_bytes > max(max_line_bytes, KEPT_BYTES):
            head = b"".join(tail)[:KEPT_BYTES]
            tail, skipping = [], True
    if skipping:
        yield Overlong(offset, head, tail_bytes)
    elif tail_bytes:
        yield from _split(offset, b"".join(tail), max_line_bytes)


def _split(offset: int, content: bytes, max_line_bytes: int) -> Iterator[Block | Overlong]:
    lines = content.split(b"\n")
    if len(content) <= max_line_bytes or max(map(len, lines)) <= max_line_bytes:
        yield Block(offset, lines)
        return
    begin = 0
    for index, line in enumerate(lines):
        if len(line) > max_line_bytes:
            if begin < index:
                yield Block(offset, lines[begin:index])
                offset += sum(map(len, lines[begin:index])) + index - begin
            yield Overlong(offset, line[:KEPT_BYTES], len(line))
            offset += len(line) + 1
            begin = index + 1
    if begin < len(lines):
        yield Block(offset, lines[begin:])
