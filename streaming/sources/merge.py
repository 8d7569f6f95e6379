"""Decoded records of several inputs in the order of event time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.errors import Rejected
from streaming.decode import Decoder, Record
from streaming.deduplicate import DAY_MS
from streaming.sources.decoded import DecodedBlock, decoded
from streaming.sources.files import InputFile

_BEFORE_ALL: Final = -1

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines ``start`` to ``stop`` of a block."""

    block: DecodedBlock
    start: int
    stop: int


class Portion:
    """Records that follow each other in the merged order, made of slices in the given ``order``."""

    def __init__(self, slices: Sequence[Slice], order: Sequence[int] | None = None) -> None:
        self._slices = slices
        self._order = order
        self._ends = list(accumulate(part.stop - part.start for part in slices))
        side_by_side = list(
            chain.from_iterable(part.block.records[part.start : part.stop] for part in slices)
        )
        self.records: Sequence[Record] = (
            side_by_side if order is None else [side_by_side[index] for index in order]
        )

    def origin(self, index: int) -> tuple[DecodedBlock, int]:
        """The block that record ``index`` comes from, and its line there."""
        place = index if self._order is None else self._order[index]
        number = bisect_right(self._ends, place)
        part = self._slices[number]
        return part.block, part.stop - (self._ends[number] - place)


def merged(files: Sequence[InputFile], decoder: Decoder, clock_ms: int) -> Iterator[Portion]:
    """Every record of all inputs: always from the input whose next event is the oldest.

    Inside one input the order stays as it is; between equal times the order of the arguments decides.
    A record without a usable time (rejected, or more than a day ahead of both ``clock_ms`` and
    its input so far) comes with the record before it, so that it holds up nothing.

    Taking the oldest head of several sequences is the same as sorting their records by the newest
    time up to each, in its own sequence; that is done a block at a time. Everything up to the end of
    the block that ends first can be sorted, as whatever follows it is newer. Memory: one block
    per input. Time: below a microsecond per record, next to none with a single input.
    """
    if len(files) == 1:
        for block in decoded(files[0], decoder):
            yield Portion([Slice(block, 0, len(block.records))])
        return
    inputs = [_Input(decoded(file, decoder), clock_ms) for file in files]
    inputs = [one for one in inputs if one.advance()]
    while inputs:
        # min() keeps the first of equals: what earlier inputs have at that time they have at hand.
        first_to_end = min(inputs, key=_end)
        limit, number = _end(first_to_end), inputs.index(first_to_end)
        taken = [one.take(limit, including=index <= number) for index, one in enumerate(inputs)]
        order = np.argsort(np.concatenate([keys for _, keys in taken]), kind="stable")
        yield Portion([part for part, _ in taken], order.tolist())
        if not first_to_end.advance():
            inputs.remove(first_to_end)


class _Input:
    """The block at hand of one input; ``end`` is the newest time up to its last record."""

    def __init__(self, blocks: Iterator[DecodedBlock], clock_ms: int) -> None:
        self.end = _BEFORE_ALL
        self._blocks = blocks
        self._clock_ms = clock_ms

    def advance(self) -> bool:
        """Takes up the next block; False at the end of the input."""
        block = next(self._blocks, None)
        if block is None:
            return False
        self._block = block
        self._at = 0
        self._keys = _newest_so_far(block.records, self.end, self._clock_ms)
        self.end = int(self._keys[-1])
        return True

    def take(self, limit: int, *, including: bool) -> tuple[Slice, Int64s]:
        """The records up to ``limit``, and for each the newest time up to it."""
        start = self._at
        self._at = int(np.searchsorted(self._keys, limit, side="right" if including else "left"))
        self._at = max(self._at, start)
        return Slice(self._block, start, self._at), self._keys[start : self._at]


def _end(one: _Input) -> int:
    return one.end


def _newest_so_far(records: Sequence[Record], newest: int, clock_ms: int) -> Int64s:
    keys: list[int] = []
    for record in records:
        if (
            not isinstance(record, Rejected)
            and record.ts > newest
            and record.ts - DAY_MS <= max(newest, clock_ms)
        ):
            newest = record.ts
        keys.append(newest)
    return np.array(keys, np.int64)
