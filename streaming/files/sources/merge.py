"""Decoded records of several inputs in the order of event time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel
from graph.model.errors import Rejected
from graph.model.event_batch import EventBatch, Records
from streaming.admission.deduplicate import DAY_MS
from streaming.decoding.columns import ColumnDecoder
from streaming.files.sources.decoded import DecodedBlock, decoded
from streaming.files.sources.files import Input

_BEFORE_ALL: Final = -1

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines ``start`` to ``stop`` of a block."""

    block: DecodedBlock
    start: int
    stop: int


class Portion:
    """Lines that follow each other in the merged order, made of slices in the given ``order``.

    ``batch`` holds their events, ``places`` says which line each is, ``refused`` holds the other lines.
    """

    def __init__(self, slices: Sequence[Slice], order: Int64s | None = None) -> None:
        self._slices = slices
        self._order = order
        self._ends = list(accumulate(part.stop - part.start for part in slices))
        self.batch: EventBatch
        self.places: Int64s
        self.refused: Sequence[tuple[int, Rejected]]
        if order is None:
            records = slices[0].block.records
            self.batch, self.places, self.refused = records.batch, records.places, records.refused
        else:
            self._mix(order)

    def __len__(self) -> int:
        """How many lines there are."""
        return self._ends[-1] if self._ends else 0

    def _mix(self, order: Int64s) -> None:
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        batches: list[EventBatch] = []
        places: list[Int64s] = []
        refused: list[tuple[int, Rejected]] = []
        for part, end in zip(self._slices, self._ends, strict=True):
            records, shift = part.block.records, end - part.stop
            first, last = np.searchsorted(records.places, (part.start, part.stop))
            batches.append(records.batch[first:last])
            places.append(rank[records.places[first:last] + shift])
            refused += [
                (int(rank[place + shift]), why)
                for place, why in records.refused
                if part.start <= place < part.stop
            ]
        side_by_side = np.concatenate(places)
        mixed = np.argsort(side_by_side)
        self.batch = EventBatch.joined(batches)[mixed]
        self.places = side_by_side[mixed]
        self.refused = sorted(refused, key=lambda one: one[0])

    def origin(self, index: int) -> tuple[DecodedBlock, int]:
        """The block that line ``index`` comes from, and its number there."""
        place = index if self._order is None else int(self._order[index])
        number = bisect_right(self._ends, place)
        part = self._slices[number]
        return part.block, part.stop - (self._ends[number] - place)

    def record(self, row: int) -> bytes:
        """The line that holds the event in a row of ``batch``."""
        block, line = self.origin(int(self.places[row]))
        return block.raw(line)


def merged(files: Sequence[Input], decoder: ColumnDecoder, clock_ms: int) -> Iterator[Portion]:
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
            yield Portion([Slice(block, 0, block.records.count)])
        return
    inputs = [_Input(decoded(file, decoder), clock_ms) for file in files]
    inputs = [one for one in inputs if one.advance()]
    while inputs:
        # min() keeps the first of equals: what earlier inputs have at that time they have at hand.
        first_to_end = min(inputs, key=_end)
        limit, number = _end(first_to_end), inputs.index(first_to_end)
        taken = [one.take(limit, including=index <= number) for index, one in enumerate(inputs)]
        order = np.argsort(np.concatenate([keys for _, keys in taken]), kind="stable")
        yield Portion([part for part, _ in taken], order)
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
        self._keys = np.empty(block.records.count, np.int64)
        _newest_so_far(
            block.records.batch.records, block.records.places, self.end, self._clock_ms, self._keys
        )
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


@kernel
def _newest_so_far(records: Records, places: Int64s, newest: int, clock_ms: int, keys: Int64s) -> None:
    """For each line the newest time up to it; lines without an event repeat that of the line before."""
    line = 0
    for row in range(len(records)):
        while line < places[row]:
            keys[line] = newest
            line += 1
        ts = records[row].ts
        if ts > newest and ts - DAY_MS <= max(newest, clock_ms):
            newest = ts
    while line < len(keys):
        keys[line] = newest
        line += 1
