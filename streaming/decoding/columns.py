"""Records of JSON to an event batch, and to the reasons why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.kernels.raw import chosen, copied
from graph.model.errors import Rejected
from graph.model.event_batch import ABSENT, EVENT, EventBatch
from graph.model.events import Event
from streaming.contract.rejection import MAX_LINE_BYTES
from streaming.decoding.decode import Decoder
from streaming.decoding.parse import Scratch, parse_lines

Places = npt.NDArray[np.int64]
_BEGINNING: Final = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What became of ``count`` records: the events of ``batch``, and the ``refused``.

    ``places`` says of each event which record it was, ``refused`` holds the others as (place, why), both
    ascending.
    """

    batch: EventBatch
    places: Places
    refused: tuple[tuple[int, Rejected], ...]
    count: int


class ColumnDecoder:
    """Turns many records at once into columns, by the same rules as ``Decoder`` does one by one.

    What is plain is parsed by a kernel in about half a microsecond; the rest goes through ``Decoder``, whose
    verdict stands. Nothing is remembered between calls; ``decode_value`` is for one thread at a time.
    """

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self.max_line_bytes = max_line_bytes
        self._one_by_one = Decoder(max_line_bytes)
        self._end, self._left = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self._scratch = Scratch()

    def decode(self, content: bytes, starts: Places, ends: Places) -> Decoded:
        """What became of each line ``content[starts[i]:ends[i]]``."""
        buffer = np.frombuffer(content, np.uint8)
        records = np.empty(len(starts), EVENT)
        left = np.empty(len(starts), np.int64)
        remaining = left[: parse_lines(buffer, starts, ends, self.max_line_bytes, records, left)].tolist()
        if not remaining:
            return Decoded(EventBatch(records, buffer), np.arange(len(starts)), (), len(starts))
        lines = [content[starts[place] : ends[place]] for place in remaining]
        events: list[Event] = []
        taken: list[int] = []
        refused: list[tuple[int, Rejected]] = []
        for place, record in zip(remaining, self._one_by_one.decode_lines(lines), strict=True):
            if isinstance(record, Rejected):
                refused.append((place, record))
            else:
                events.append(record)
                taken.append(place)
        if events:
            more = EventBatch.of(events)
            records[taken] = _behind(more, len(buffer))
            buffer = np.concatenate([buffer, more.buffer])
        places = np.arange(len(records))
        if refused:
            places = np.delete(places, [place for place, _ in refused])
            records = chosen(records, places)
        return Decoded(EventBatch(records, buffer), places, tuple(refused), len(starts))

    def decode_value(self, value: bytes) -> EventBatch | Rejected:
        """What became of one value, in half the time that it takes as one of a batch."""
        records = np.empty(1, EVENT)
        buffer = np.frombuffer(value, np.uint8)
        self._end[0] = len(value)
        longest, scratch = self.max_line_bytes, self._scratch
        if not parse_lines(buffer, _BEGINNING, self._end, longest, records, self._left, scratch):
            return EventBatch(records, buffer)
        (event,) = self._one_by_one.decode_lines([value])
        return event if isinstance(event, Rejected) else EventBatch.of([event])

    def decode_values(self, values: Sequence[bytes]) -> Decoded:
        """What became of each value; unlike a line, one may hold line ends."""
        ends = np.fromiter(accumulate(map(len, values)), np.int64, len(values))
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])[: len(ends)]
        return self.decode(b"".join(values), starts, ends)


def _behind(batch: EventBatch, offset: int) -> npt.NDArray[np.void]:
    """The records of a batch whose buffer is put behind ``offset`` other bytes."""
    records = copied(batch.records)
    records["id_start"] += offset
    texts = records["text_start"]
    records["text_start"] = np.where(texts == ABSENT, texts, texts + offset)
    return records
