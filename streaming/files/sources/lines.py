"""Cuts a stream of bytes into lines, however long they are, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel
from graph.kernels.words import load_word, trailing_zeros

KEPT_BYTES: Final = 1 << 16
"""How much of an overlong line is kept to show."""

_COMMON_LINE_BYTES: Final = 64
"""Few lines of events are shorter; where more are, line ends are looked for twice."""

_TOPS: Final = np.uint64(0x8080808080808080)
_LINE_ENDS: Final = np.uint64(0x0A0A0A0A0A0A0A0A)

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Whole lines in a row: line ``i`` is ``content[starts[i]:ends[i]]``, without its end.

    ``offset`` is where ``content`` begins, in plain bytes of the input.
    """

    offset: int
    content: bytes
    starts: Places
    ends: Places

    def line(self, index: int) -> bytes:
        """The bytes of one line."""
        return self.content[self.starts[index] : self.ends[index]]

    def lines(self) -> list[bytes]:
        """The bytes of every line."""
        return [
            self.content[start:end]
            for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        ]

    def place(self, index: int) -> int:
        """Where one line stands in its input, as dead letters tell it: where it begins, in plain bytes."""
        return self.offset + int(self.starts[index])

    def part(self, begin: int, end: int) -> Block:
        """The lines from ``begin`` up to ``end``."""
        return Block(self.offset, self.content, self.starts[begin:end], self.ends[begin:end])


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
            content = b"".join((*tail, memoryview(piece)[:end]))
            yield from cut_whole(Block(offset, content, *line_bounds(content)), max_line_bytes)
            offset += len(content) + 1
            tail = [piece[end + 1 :]]
            tail_bytes = len(tail[0])
        if tail_bytes > max(max_line_bytes, KEPT_BYTES):
            head = b"".join(tail)[:KEPT_BYTES]
            tail, skipping = [], True
    if skipping:
        yield Overlong(offset, head, tail_bytes)
    elif tail_bytes:
        content = b"".join(tail)
        yield from cut_whole(Block(offset, content, *line_bounds(content)), max_line_bytes)


def cut_whole(block: Block, max_line_bytes: int) -> Iterator[Block | Overlong]:
    """The lines of a block in their order, those longer than ``max_line_bytes`` as ``Overlong``."""
    if len(block.content) <= max_line_bytes:
        yield block
        return
    begin = 0
    for index in np.flatnonzero(block.ends - block.starts > max_line_bytes).tolist():
        if begin < index:
            yield block.part(begin, index)
        start, end = int(block.starts[index]), int(block.ends[index])
        yield Overlong(block.place(index), block.content[start : min(end, start + KEPT_BYTES)], end - start)
        begin = index + 1
    if begin < len(block.starts):
        yield block.part(begin, len(block.starts))


def line_bounds(content: bytes) -> tuple[Places, Places]:
    """Where each line of ``content`` begins and ends; the last needs no end. Below 0.2 ns a byte."""
    text = np.frombuffer(content, np.uint8)
    room = np.empty(len(content) // _COMMON_LINE_BYTES + 1, np.int64)
    count = _find_line_ends(text, room)
    if count >= len(room):
        room = np.empty(count + 1, np.int64)
        _find_line_ends(text, room)
    ends = room[: count + 1]
    ends[-1] = len(content)
    starts = np.zeros(len(ends), np.int64)
    np.add(ends[:-1], 1, out=starts[1:])
    return starts, ends


@kernel
def _find_line_ends(text: npt.NDArray[np.uint8], ends: Places) -> int:
    """Puts the places of the line ends into ``ends``, as many as it holds; returns how many there are."""
    count, place = 0, 0
    while place + 8 <= len(text):
        word = load_word(text, place) ^ _LINE_ENDS
        # Exact for every byte, not only for the lowest: no bit is carried from one byte to the next.
        found = ~(((word & ~_TOPS) + ~_TOPS) | word | ~_TOPS)
        while found != 0:
            if count < len(ends):
                ends[count] = place + np.int64(trailing_zeros(found) >> np.uint64(3))
            count += 1
            found &= found - np.uint64(1)
        place += 8
    while place < len(text):
        if text[place] == 10:
            if count < len(ends):
                ends[count] = place
            count += 1
        place += 1
    return count
