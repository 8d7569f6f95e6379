"""Read-ahead in bounded memory: a buffer for each partition, and which events are taken next.

The records of a partition stay in their order. Each carries the newest event time of its partition up to it.
Events are taken in the order of that time, from no partition more than ``max_skew_ms`` ahead of the one
furthest behind, so that catching up on history ages nothing out early. A partition that was read to its end
holds no other back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.kernels.raw import copied
from graph.model.errors import Rejected
from graph.model.event_batch import ABSENT, LATEST_MS, EventBatch, joined_records
from streaming.admission.deduplicate import DAY_MS
from streaming.decoding.columns import Decoded
from streaming.service.ports import Chunk, Message, Offsets, Partition

FOREVER: Final = 1 << 62
Decode = Callable[[Sequence[bytes]], Decoded]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DecodedMessages:
    """Messages of a partition that were decoded together, in their order."""

    messages: Sequence[Message]
    batch: EventBatch
    row: Int64s
    """For each message the row of its event in ``batch``, -1 when it holds none."""
    refused: dict[int, Rejected]
    """Why a message holds no event, by its place."""
    times_ms: Int64s
    """For each message, the newest event time of its partition up to it."""


@dataclass(slots=True)
class PartitionBuffer:
    """What was read of one partition and not yet taken."""

    taken: int
    """Offset of the next record to take."""
    read: int
    """Offset of the next record to read."""
    frontier_ms: int = 0
    """The newest event time read."""
    taken_ms: int = 0
    """The newest event time taken."""
    end: int | None = None
    """Where the partition ended when its end was last met, None when there was more since."""
    blocks: list[DecodedMessages] = field(default_factory=list)
    first: int = 0
    """How many messages of the first block are taken already."""
    waiting: int = 0
    is_paused: bool = False

    def times_ms(self, most: int) -> Int64s:
        """The times of the next messages, at least ``most`` of them where there are as many."""
        parts, count = [], -self.first
        for block in self.blocks:
            if count >= most:
                break
            parts.append(block.times_ms)
            count += len(block.messages)
        return np.concatenate(parts)[self.first : self.first + most] if parts else np.zeros(0, np.int64)

    def pop(self, count: int) -> list[tuple[DecodedMessages, int, int]]:
        """The next ``count`` messages, as ranges of blocks."""
        ranges = []
        self.waiting -= count
        while count:
            block = self.blocks[0]
            upper = min(len(block.messages), self.first + count)
            ranges.append((block, self.first, upper))
            count -= upper - self.first
            self.first = upper
            if upper == len(block.messages):
                del self.blocks[0]
                self.first = 0
        if ranges:
            block, _, upper = ranges[-1]
            self.taken = max(self.taken, block.messages[upper - 1].offset() + 1)
            self.taken_ms = int(block.times_ms[upper - 1])
        return ranges


@dataclass(frozen=True, slots=True)
class TakenRecords:
    """Records to be applied: ranges of blocks, and the order of all their messages put one after another."""

    ranges: list[tuple[Partition, DecodedMessages, int, int]]
    order: Int64s

    def __len__(self) -> int:
        return len(self.order)

    def events(self) -> tuple[EventBatch, Int64s]:
        """The events in order, and for each its place among the messages."""
        batches, rows, base = [], [], 0
        for _, block, lower, upper in self.ranges:
            row = block.row[lower:upper]
            kept = row[row >= 0]
            batches.append(block.batch[kept[0] : kept[-1] + 1] if len(kept) else block.batch[:0])
            rows.append(np.where(row >= 0, row + (base - kept[0] if len(kept) else 0), -1))
            base += len(kept)
        if not batches:
            return EventBatch.of([]), self.order
        wanted = np.concatenate(rows)[self.order]
        joined = batches[0] if len(batches) == 1 else _joined(batches)
        places = self.order[wanted >= 0]
        wanted = wanted[wanted >= 0]
        if len(wanted) == len(joined) and (wanted[1:] > wanted[:-1]).all():
            return joined, places
        return joined[wanted], places

    def origin(self, place: int) -> tuple[Partition, Message]:
        """Where the message at a place came from, and the message."""
        for partition, block, lower, upper in self.ranges:
            if place < upper - lower:
                return partition, block.messages[lower + place]
            place -= upper - lower
        raise IndexError(place)

    def origins(self) -> list[tuple[Partition, Message]]:
        """By place, where the message came from, and the message."""
        return [
            (partition, message)
            for partition, block, lower, upper in self.ranges
            for message in block.messages[lower:upper]
        ]

    def refused(self) -> list[tuple[Partition, Message, Rejected]]:
        """The messages that hold no event."""
        return [
            (partition, block.messages[place], rejected)
            for partition, block, lower, upper in self.ranges
            for place, rejected in sorted(block.refused.items())
            if lower <= place < upper
        ]

    def times_ms(self) -> Int64s:
        """By place, the newest event time of the partition up to it."""
        parts = [block.times_ms[lower:upper] for _, block, lower, upper in self.ranges]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def oldest_ms(self) -> int | None:
        """The oldest stamp of the first messages of the partitions, epoch ms, where they carry one."""
        stamps = [block.messages[lower].timestamp() for _, block, lower, _ in self.ranges]
        return min((stamp_ms for kind, stamp_ms in stamps if kind), default=None)


NOTHING: Final = TakenRecords([], np.zeros(0, np.int64))


class PartitionBuffers:
    """The buffers of all partitions. ``clock_ms``: the wall clock that event times are held against.

    A partition is paused at ``high`` records in its buffer, and resumed at half of that.
    """

    def __init__(self, decode: Decode, max_skew_ms: int, high: int, clock_ms: int) -> None:
        self.by_partition: dict[Partition, PartitionBuffer] = {}
        self.clock_ms = clock_ms
        self.high = high
        self._decode = decode
        self._max_skew_ms = max_skew_ms

    def open(self, partition: Partition, offset: int, frontier_ms: int = 0) -> None:
        """Begins a buffer at ``offset``."""
        self.by_partition[partition] = PartitionBuffer(
            taken=offset, read=offset, frontier_ms=frontier_ms, taken_ms=frontier_ms
        )

    def close(self, partition: Partition) -> None:
        """Forgets a buffer and what was read ahead in it."""
        self.by_partition.pop(partition, None)

    @property
    def waiting(self) -> int:
        """Records read and not taken."""
        return sum(buffer.waiting for buffer in self.by_partition.values())

    @property
    def taken(self) -> dict[Partition, int]:
        """For each partition, the offset of the next record to take."""
        return {partition: buffer.taken for partition, buffer in sorted(self.by_partition.items())}

    def put(self, chunk: Chunk) -> None:
        """Puts messages into their buffer. Those without a buffer, and those read before, are left out."""
        buffer = self.by_partition.get(chunk.partition)
        if buffer is None:
            return
        messages, decoded = chunk.messages, chunk.decoded
        if messages[0].offset() < buffer.read:
            messages, decoded = [each for each in messages if each.offset() >= buffer.read], None
            if not messages:
                return
        if decoded is None:
            decoded = self._decode([message.value() or b"" for message in messages])
        row = np.full(len(messages), -1, np.int64)
        row[decoded.places] = np.arange(len(decoded.batch))
        ts = np.zeros(len(messages), np.int64)
        ts[decoded.places] = decoded.batch.records["ts"]
        times = self._newest_so_far(ts, buffer)
        buffer.frontier_ms = int(times[-1])
        buffer.blocks.append(DecodedMessages(messages, decoded.batch, row, dict(decoded.refused), times))
        buffer.waiting += len(messages)
        buffer.read = messages[-1].offset() + 1
        buffer.end = None

    def met_end(self, partition: Partition, offset: int) -> None:
        """The end of a partition was met: everything before ``offset`` has been read."""
        buffer = self.by_partition.get(partition)
        if buffer is not None and offset >= buffer.read:
            buffer.end = offset

    def _newest_so_far(self, times: Int64s, buffer: PartitionBuffer) -> Int64s:
        latest_accepted = max(buffer.frontier_ms, self.clock_ms) + DAY_MS
        if times.max() <= latest_accepted:
            return np.maximum(np.maximum.accumulate(times), buffer.frontier_ms)
        newest, answers = buffer.frontier_ms, []
        for ts in times.tolist():
            if newest < ts <= max(newest, self.clock_ms) + DAY_MS:
                newest = ts
            answers.append(newest)
        return np.array(answers, np.int64)

    # -- what may be taken ---------------------------------------------------------------------------

    def quiet(self, slack_ms: int) -> list[Partition]:
        """Partitions with nothing to take whose end was met, more than ``slack_ms`` behind the first.

        Whether they are still at their end has to be asked before others go on without them.
        """
        ahead = max((buffer.frontier_ms for buffer in self.by_partition.values()), default=0)
        return [
            partition
            for partition, buffer in sorted(self.by_partition.items())
            if buffer.end is not None and not buffer.waiting and buffer.frontier_ms + slack_ms < ahead
        ]

    def moved_end(self, partition: Partition, end: int) -> None:
        """The broker says where the partition ends now; when there is more than was read, it goes on."""
        buffer = self.by_partition.get(partition)
        if buffer is not None and buffer.end is not None and end > buffer.end:
            buffer.end = None

    @property
    def has_ended(self) -> bool:
        """Whether everything there is has been read and taken."""
        return all(buffer.end is not None and not buffer.waiting for buffer in self.by_partition.values())

    def low_ms(self) -> int:
        """The event time up to which every partition was taken; the newest when all are at their end."""
        if not self.by_partition:
            return 0
        going_on = [
            buffer.taken_ms for buffer in self.by_partition.values() if buffer.waiting or buffer.end is None
        ]
        return min(going_on) if going_on else max(buffer.taken_ms for buffer in self.by_partition.values())

    def passed_ms(self) -> int:
        """The event time that every partition was taken past, those at their end, too."""
        return min((buffer.taken_ms for buffer in self.by_partition.values()), default=0)

    def _limit_ms(self) -> int:
        still_open = [buffer.frontier_ms for buffer in self.by_partition.values() if buffer.end is None]
        return min(still_open) + self._max_skew_ms if still_open else FOREVER

    def take(self, most: int) -> TakenRecords:
        """The next records, at most ``most``, in the order described at the top."""
        limit = self._limit_ms()
        keys: list[Int64s] = []
        names: list[Partition] = []
        for partition, buffer in sorted(self.by_partition.items()):
            times = buffer.times_ms(most)
            ready = int(np.searchsorted(times, limit, side="right"))
            if ready:
                keys.append(times[:ready])
                names.append(partition)
        if not names:
            return NOTHING
        buffer_of = np.repeat(np.arange(len(names)), [len(times) for times in keys])
        order = np.argsort(np.concatenate(keys), kind="stable")[:most]
        counts = np.bincount(buffer_of[order], minlength=len(names)).tolist()
        return self._gather({name: count for name, count in zip(names, counts, strict=True) if count})

    def take_up_to(self, offsets: Offsets) -> TakenRecords:
        """The records before ``offsets``, in the order in which ``take`` would have given them."""
        counts = {}
        for partition, offset in sorted(offsets.items()):
            buffer = self.by_partition[partition]
            waiting = [message for block in buffer.blocks for message in block.messages][buffer.first :]
            count = sum(1 for message in waiting if message.offset() < offset)
            if count:
                counts[partition] = count
            buffer.taken = max(buffer.taken, offset)
        return self._gather(counts)

    def has_up_to(self, offsets: Offsets) -> bool:
        """Whether everything before ``offsets`` has been read."""
        return all(self.by_partition[partition].read >= offset for partition, offset in offsets.items())

    def lacks(self, offsets: Offsets) -> list[Partition]:
        """The partitions whose end was met past an offset without the records before it."""
        return [
            partition
            for partition, offset in sorted(offsets.items())
            if (buffer := self.by_partition[partition]).read < offset
            and buffer.end is not None
            and buffer.end >= offset
        ]

    def _gather(self, counts: dict[Partition, int]) -> TakenRecords:
        ranges = [
            (partition, *part)
            for partition, count in counts.items()
            for part in self.by_partition[partition].pop(count)
        ]
        if not ranges:
            return NOTHING
        taken = TakenRecords(ranges, np.zeros(0, np.int64))
        return TakenRecords(ranges, np.argsort(taken.times_ms(), kind="stable"))

    # -- backpressure --------------------------------------------------------------------------------

    def to_pause(self) -> list[Partition]:
        """Partitions that were read far enough ahead; they count as paused from now on."""
        return self._switch(lambda buffer: not buffer.is_paused and buffer.waiting >= self.high)

    def to_resume(self) -> list[Partition]:
        """Paused buffers that have room again; they count as running from now on."""
        return self._switch(lambda buffer: buffer.is_paused and buffer.waiting <= self.high // 2)

    def _switch(self, wanted: Callable[[PartitionBuffer], bool]) -> list[Partition]:
        found = [partition for partition, buffer in sorted(self.by_partition.items()) if wanted(buffer)]
        for partition in found:
            self.by_partition[partition].is_paused ^= True
        return found


def _joined(batches: Sequence[EventBatch]) -> EventBatch:
    """The events of all batches one after another, with the part of each buffer that they need."""
    pieces, texts, size = [], [], 0
    for batch in batches:
        records = copied(batch.records)
        if len(records):
            starts, lengths = records["text_start"], records["text_length"]
            present = starts != ABSENT
            low = min(int(records["id_start"].min()), int(starts.min(where=present, initial=LATEST_MS)))
            high = max(
                int((records["id_start"] + records["id_length"]).max()),
                int((starts + lengths).max(where=present, initial=0)),
            )
            records["id_start"] += size - low
            records["text_start"] = np.where(present, starts + (size - low), starts)
            texts.append(batch.buffer[low:high])
            size += high - low
        pieces.append(records)
    return EventBatch(joined_records(pieces), np.concatenate(texts) if texts else batches[0].buffer[:0])
