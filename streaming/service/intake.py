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

from graph.errors import Rejected
from streaming.decode import Record
from streaming.deduplicate import DAY_MS
from streaming.service.ports import Chunk, Message, Offsets, Partition

FOREVER: Final = 1 << 62
Decode = Callable[[Sequence[bytes]], Sequence[Record]]


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
    messages: list[Message] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    times_ms: list[int] = field(default_factory=list)
    is_paused: bool = False


@dataclass(slots=True)
class Taken:
    """Records in the order in which they are to be applied, and where they came from."""

    records: list[Record]
    messages: list[Message]
    partitions: list[Partition]
    times_ms: list[int]
    """For each, the newest event time that its lane had shown by then."""

    def __len__(self) -> int:
        return len(self.records)


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
        return sum(len(lane.records) for lane in self.lanes.values())

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
        records = self._decode([message.value() or b"" for message in messages])
        lane.times_ms += self._newest_so_far(records, lane)
        lane.frontier_ms = lane.times_ms[-1]
        lane.messages += messages
        lane.records += records
        lane.read = messages[-1].offset() + 1
        lane.end = None

    def met_end(self, partition: Partition, offset: int) -> None:
        """The end of a partition was met: everything before ``offset`` has been read."""
        lane = self.lanes.get(partition)
        if lane is not None and offset >= lane.read:
            lane.end = offset

    def _newest_so_far(self, records: Sequence[Record], lane: Lane) -> list[int]:
        times = [0 if isinstance(record, Rejected) else record.ts for record in records]
        horizon = max(lane.frontier_ms, self.clock_ms) + DAY_MS
        if max(times) <= horizon:
            running = np.maximum.accumulate(np.array(times, np.int64))
            return np.maximum(running, lane.frontier_ms).tolist()  # type: ignore[no-any-return]
        newest, answers = lane.frontier_ms, []
        for ts in times:
            if newest < ts <= max(newest, self.clock_ms) + DAY_MS:
                newest = ts
            answers.append(newest)
        return answers

    # -- what may be taken ---------------------------------------------------------------------------

    def quiet(self, slack_ms: int) -> list[Partition]:
        """Lanes with nothing to take whose end was met and that lie more than ``slack_ms`` behind the first.

        Whether they are still at their end has to be asked before others go on without them.
        """
        ahead = max((lane.frontier_ms for lane in self.lanes.values()), default=0)
        return [
            partition
            for partition, lane in sorted(self.lanes.items())
            if lane.end is not None and not lane.records and lane.frontier_ms + slack_ms < ahead
        ]

    def moved_end(self, partition: Partition, end: int) -> None:
        """The broker says where the partition ends now; when there is more than was read, it goes on."""
        lane = self.lanes.get(partition)
        if lane is not None and lane.end is not None and end > lane.end:
            lane.end = None

    @property
    def has_ended(self) -> bool:
        """Whether everything there is has been read and taken."""
        return all(lane.end is not None and not lane.records for lane in self.lanes.values())

    def low_ms(self) -> int:
        """The event time up to which every lane has been taken; the newest when all are at their end."""
        if not self.lanes:
            return 0
        going_on = [lane.taken_ms for lane in self.lanes.values() if lane.records or lane.end is None]
        return min(going_on) if going_on else max(lane.taken_ms for lane in self.lanes.values())

    def _limit_ms(self) -> int:
        open_lanes = [lane.frontier_ms for lane in self.lanes.values() if lane.end is None]
        return min(open_lanes) + self._max_skew_ms if open_lanes else FOREVER

    def take(self, most: int) -> Taken:
        """The next records, at most ``most``, in the order of event time that the lanes allow."""
        limit = self._limit_ms()
        keys: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        names: list[Partition] = []
        for partition, lane in sorted(self.lanes.items()):
            times = np.array(lane.times_ms[:most], np.int64)
            ready = int(np.searchsorted(times, limit, side="right"))
            if ready:
                keys.append(times[:ready])
                names.append(partition)
        if not names:
            return Taken([], [], [], [])
        if len(names) == 1:
            return self._gather({names[0]: len(keys[0])})
        lane_of = np.repeat(np.arange(len(names)), [len(times) for times in keys])
        order = np.argsort(np.concatenate(keys), kind="stable")[:most]
        counts = np.bincount(lane_of[order], minlength=len(names)).tolist()
        return self._gather({name: count for name, count in zip(names, counts, strict=True) if count})

    def take_up_to(self, offsets: Offsets) -> Taken:
        """The records before ``offsets``, in the order in which ``take`` would have given them."""
        counts = {}
        for partition, offset in sorted(offsets.items()):
            lane = self.lanes[partition]
            count = sum(1 for message in lane.messages if message.offset() < offset)
            if count:
                counts[partition] = count
            lane.taken = max(lane.taken, offset)
        return self._gather(counts)

    def has_up_to(self, offsets: Offsets) -> bool:
        """Whether everything before ``offsets`` has been read."""
        for partition, offset in offsets.items():
            lane = self.lanes[partition]
            if lane.read < offset and (lane.end is None or lane.end < offset):
                return False
        return True

    def _gather(self, counts: dict[Partition, int]) -> Taken:
        records: list[Record] = []
        messages: list[Message] = []
        partitions: list[Partition] = []
        times: list[int] = []
        for partition, count in counts.items():
            lane = self.lanes[partition]
            records += lane.records[:count]
            messages += lane.messages[:count]
            times += lane.times_ms[:count]
            partitions += [partition] * count
            lane.taken = max(lane.taken, lane.messages[count - 1].offset() + 1)
            lane.taken_ms = lane.times_ms[count - 1]
            del lane.records[:count], lane.messages[:count], lane.times_ms[:count]
        if len(counts) < 2:
            return Taken(records, messages, partitions, times)
        order = np.argsort(np.array(times, np.int64), kind="stable").tolist()
        return Taken(
            [records[i] for i in order],
            [messages[i] for i in order],
            [partitions[i] for i in order],
            [times[i] for i in order],
        )

    # -- backpressure --------------------------------------------------------------------------------

    def to_pause(self) -> list[Partition]:
        """Lanes that have read far enough ahead; they count as paused from now on."""
        return self._switch(lambda lane: not lane.is_paused and len(lane.records) >= self.high)

    def to_resume(self) -> list[Partition]:
        """Paused lanes that have room again; they count as running from now on."""
        return self._switch(lambda lane: lane.is_paused and len(lane.records) <= self.high // 2)

    def _switch(self, wanted: Callable[[Lane], bool]) -> list[Partition]:
        found = [partition for partition, lane in sorted(self.lanes.items()) if wanted(lane)]
        for partition in found:
            self.lanes[partition].is_paused ^= True
        return found
