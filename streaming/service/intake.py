"""Reads ahead of the engine in bounded memory and says which events are next.

Every partition is a lane. A lane's records stay in their order; each carries the newest event time its
lane had shown by then. Events are taken from the lanes in the order of that time, and never from
further ahead than ``max_skew_ms`` past the lane that is furthest behind, so that catching up on history
ages nothing out early. A lane whose end was met holds nobody back.
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
class Block:
    """Messages of a lane that were decoded together, in their order."""

    messages: list[Message]
    batch: EventBatch
    row: Int64s
    """For each message the row of its event in ``batch``, -1 when it holds none."""
    refused: dict[int, Rejected]
    """Why a message holds no event, by its place."""
    times_ms: Int64s
    """For each, the newest event time that its lane had shown by then."""


@dataclass(slots=True)
class Lane:
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
    blocks: list[Block] = field(default_factory=list)
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

    def pop(self, count: int) -> list[tuple[Block, int, int]]:
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
class Taken:
    """Records to be applied: ranges of blocks, and the order of all their messages put one after another."""

    ranges: list[tuple[Partition, Block, int, int]]
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
        """By place, the newest event time that the lane had shown by then."""
        parts = [block.times_ms[lower:upper] for _, block, lower, upper in self.ranges]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def oldest_ms(self) -> int | None:
        """The oldest stamp of the first messages of the partitions, epoch ms, where they carry one."""
        stamps = [block.messages[lower].timestamp() for _, block, lower, _ in self.ranges]
        return min((stamp_ms for kind, stamp_ms in stamps if kind), default=None)


NOTHING: Final = Taken([], np.zeros(0, np.int64))


class Intake:
    """The lanes. ``clock_ms`` is the wall clock that absurd event times are told by.

    ``high`` records in a lane ask for a pause, half of it for more.
    """

    def __init__(self, decode: Decode, max_skew_ms: int, high: int, clock_ms: int) -> None:
        self.lanes: dict[Partition, Lane] = {}
        self.clock_ms = clock_ms
        self.high = high
        self._decode = decode
        self._max_skew_ms = max_skew_ms

    def open(self, partition: Partition, offset: int, frontier_ms: int = 0) -> None:
        """Begins a lane at ``offset``."""
        self.lanes[partition] = Lane(taken=offset, read=offset, frontier_ms=frontier_ms, taken_ms=frontier_ms)

    def close(self, partition: Partition) -> None:
        """Forgets a lane and what was read ahead in it."""
        self.lanes.pop(partition, None)

    @property
    def waiting(self) -> int:
        """Records read and not taken."""
        return sum(lane.waiting for lane in self.lanes.values())

    @property
    def taken(self) -> dict[Partition, int]:
        """For each lane, the offset of the next record to take."""
        return {partition: lane.taken for partition, lane in sorted(self.lanes.items())}

    def put(self, chunk: Chunk) -> None:
        """Decodes messages into their lane. Those of no lane, and those seen before, are left out."""
        lane = self.lanes.get(chunk.partition)
        if lane is None:
            return
        messages = list(chunk.messages)
        if messages[0].offset() < lane.read:
            messages = [message for message in messages if message.offset() >= lane.read]
            if not messages:
                return
        decoded = self._decode([message.value() or b"" for message in messages])
        row = np.full(len(messages), -1, np.int64)
        row[decoded.places] = np.arange(len(decoded.batch))
        ts = np.zeros(len(messages), np.int64)
        ts[decoded.places] = decoded.batch.records["ts"]
        times = self._newest_so_far(ts, lane)
        lane.frontier_ms = int(times[-1])
        lane.blocks.append(Block(messages, decoded.batch, row, dict(decoded.refused), times))
        lane.waiting += len(messages)
        lane.read = messages[-1].offset() + 1
        lane.end = None

    def met_end(self, partition: Partition, offset: int) -> None:
        """The end of a partition was met: everything before ``offset`` has been read."""
        lane = self.lanes.get(partition)
        if lane is not None and offset >= lane.read:
            lane.end = offset

    def _newest_so_far(self, times: Int64s, lane: Lane) -> Int64s:
        horizon = max(lane.frontier_ms, self.clock_ms) + DAY_MS
        if times.max() <= horizon:
            return np.maximum(np.maximum.accumulate(times), lane.frontier_ms)
        newest, answers = lane.frontier_ms, []
        for ts in times.tolist():
            if newest < ts <= max(newest, self.clock_ms) + DAY_MS:
                newest = ts
            answers.append(newest)
        return np.array(answers, np.int64)

    # -- what may be taken ---------------------------------------------------------------------------

    def quiet(self, slack_ms: int) -> list[Partition]:
        """Lanes with nothing to take whose end was met and that lie more than ``slack_ms`` behind the first.

        Whether they are still at their end has to be asked before others go on without them.
        """
        ahead = max((lane.frontier_ms for lane in self.lanes.values()), default=0)
        return [
            partition
            for partition, lane in sorted(self.lanes.items())
            if lane.end is not None and not lane.waiting and lane.frontier_ms + slack_ms < ahead
        ]

    def moved_end(self, partition: Partition, end: int) -> None:
        """The broker says where the partition ends now; when there is more than was read, it goes on."""
        lane = self.lanes.get(partition)
        if lane is not None and lane.end is not None and end > lane.end:
            lane.end = None

    @property
    def has_ended(self) -> bool:
        """Whether everything there is has been read and taken."""
        return all(lane.end is not None and not lane.waiting for lane in self.lanes.values())

    def low_ms(self) -> int:
        """The event time up to which every lane has been taken; the newest when all are at their end."""
        if not self.lanes:
            return 0
        going_on = [lane.taken_ms for lane in self.lanes.values() if lane.waiting or lane.end is None]
        return min(going_on) if going_on else max(lane.taken_ms for lane in self.lanes.values())

    def _limit_ms(self) -> int:
        open_lanes = [lane.frontier_ms for lane in self.lanes.values() if lane.end is None]
        return min(open_lanes) + self._max_skew_ms if open_lanes else FOREVER

    def take(self, most: int) -> Taken:
        """The next records, at most ``most``, in the order of event time that the lanes allow."""
        limit = self._limit_ms()
        keys: list[Int64s] = []
        names: list[Partition] = []
        for partition, lane in sorted(self.lanes.items()):
            times = lane.times_ms(most)
            ready = int(np.searchsorted(times, limit, side="right"))
            if ready:
                keys.append(times[:ready])
                names.append(partition)
        if not names:
            return NOTHING
        lane_of = np.repeat(np.arange(len(names)), [len(times) for times in keys])
        order = np.argsort(np.concatenate(keys), kind="stable")[:most]
        counts = np.bincount(lane_of[order], minlength=len(names)).tolist()
        return self._gather({name: count for name, count in zip(names, counts, strict=True) if count})

    def take_up_to(self, offsets: Offsets) -> Taken:
        """The records before ``offsets``, in the order in which ``take`` would have given them."""
        counts = {}
        for partition, offset in sorted(offsets.items()):
            lane = self.lanes[partition]
            waiting = [message for block in lane.blocks for message in block.messages][lane.first :]
            count = sum(1 for message in waiting if message.offset() < offset)
            if count:
                counts[partition] = count
            lane.taken = max(lane.taken, offset)
        return self._gather(counts)

    def has_up_to(self, offsets: Offsets) -> bool:
        """Whether everything before ``offsets`` has been read."""
        return all(self.lanes[partition].read >= offset for partition, offset in offsets.items())

    def lacks(self, offsets: Offsets) -> list[Partition]:
        """The lanes whose end was met past an offset without the records before it."""
        return [
            partition
            for partition, offset in sorted(offsets.items())
            if (lane := self.lanes[partition]).read < offset and lane.end is not None and lane.end >= offset
        ]

    def _gather(self, counts: dict[Partition, int]) -> Taken:
        ranges = [
            (partition, *part)
            for partition, count in counts.items()
            for part in self.lanes[partition].pop(count)
        ]
        if not ranges:
            return NOTHING
        taken = Taken(ranges, np.zeros(0, np.int64))
        return Taken(ranges, np.argsort(taken.times_ms(), kind="stable"))

    # -- backpressure --------------------------------------------------------------------------------

    def to_pause(self) -> list[Partition]:
        """Lanes that have read far enough ahead; they count as paused from now on."""
        return self._switch(lambda lane: not lane.is_paused and lane.waiting >= self.high)

    def to_resume(self) -> list[Partition]:
        """Paused lanes that have room again; they count as running from now on."""
        return self._switch(lambda lane: lane.is_paused and lane.waiting <= self.high // 2)

    def _switch(self, wanted: Callable[[Lane], bool]) -> list[Partition]:
        found = [partition for partition, lane in sorted(self.lanes.items()) if wanted(lane)]
        for partition in found:
            self.lanes[partition].is_paused ^= True
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
