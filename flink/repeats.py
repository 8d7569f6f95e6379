"""Which events of a lane came before: judged in memory, and kept so that a crash forgets nothing.

The judge is that of the service (``streaming.admission.deduplicate``), whose clock is the newest event of
the lane. What it drops, an owner that reads the lane would have dropped, too; what it lets through, the owner
judges within the time that it remembers.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.event_batch import EVENT, EventBatch
from streaming.admission.deduplicate import HOUR_MS, Admission, Admitted

TOGETHER: Final = 1000
"""New ids that are kept in one entry, at least, before the next is begun."""

Bools = npt.NDArray[np.bool_]


class Kept(msgspec.Struct, array_like=True, kw_only=True):
    """Ids that were new, in their order: 24 bytes each. ``newest_ms`` is the clock before the first.

    ``until_ms``: once the clock is past it, none of them is remembered any more.
    """

    topic: str
    newest_ms: int
    until_ms: int
    ids: bytes
    times: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode


class Repeats:
    """The repeats of the lanes of one shard, each by a clock of its own.

    ``kept`` (number to entry) outlives a crash: written before ``new`` returns, read when this is made.
    Time: a tenth of a microsecond an id, and an entry written. Memory: 28 to 37 bytes an id, 24 in ``kept``.
    """

    def __init__(self, kept: MutableMapping[int, bytes], clock_ms: int, remember_ms: int) -> None:
        self._kept, self._clock_ms, self._remember_ms = kept, clock_ms, remember_ms
        self._lanes: dict[str, _Lane] = {}
        self._next = 0
        for number, content in sorted(kept.items()):
            entry = _decode(content)
            self._lane(entry.topic).take_back(number, entry)
            self._next = number + 1

    def new(self, topic: str, stamp_ms: int, ids: bytes, times: bytes) -> Bools:
        """By event of a lane whether it is passed on. ``stamp_ms``: when the newest of them reached Kafka."""
        lane = self._lane(topic)
        lane.pass_time(stamp_ms)
        before_ms = lane.admission.newest_ms
        judged = lane.admission.admit(_batch(ids, times))
        is_new = judged == Admitted.NEW
        if is_new.any():
            self._keep(topic, lane, before_ms, ids, times, is_new)
        lane.mark_time(stamp_ms)
        lane.forget(self._kept)
        passed: Bools = judged != Admitted.DUPLICATE
        return passed

    def _lane(self, topic: str) -> _Lane:
        lane = self._lanes.get(topic)
        if lane is None:
            lane = self._lanes[topic] = _Lane(Admission(self._clock_ms, self._remember_ms))
        return lane

    def _keep(self, topic: str, lane: _Lane, before_ms: int, ids: bytes, times: bytes, is_new: Bools) -> None:
        entry, new_times = lane.open, np.frombuffer(times, np.int64)[is_new]
        if entry is None or len(entry.times) >= 8 * TOGETHER or before_ms - entry.newest_ms > HOUR_MS:
            newest_ms = before_ms or int(new_times[0])
            entry = lane.open = Kept(topic=topic, newest_ms=newest_ms, until_ms=0, ids=b"", times=b"")
            lane.number, self._next = self._next, self._next + 1
        entry.ids += np.frombuffer(ids, "V16")[is_new].tobytes()
        entry.times += new_times.tobytes()
        # One that came late counts from when it came, rounded up to an hour.
        entry.until_ms = lane.admission.newest_ms + HOUR_MS + self._remember_ms
        lane.ends[lane.number] = entry.until_ms
        self._kept[lane.number] = _encode(entry)


class _Lane:
    """A lane's memory, the entry that its next ids go into, and until when each of its entries is needed."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.open: Kept | None = None
        self.number = 0
        self.ends: dict[int, int] = {}
        self._stamp_ms: int | None = None
        self._newest_ms = 0

    def take_back(self, number: int, entry: Kept) -> None:
        """Remembers what an entry holds; entries come in their order."""
        self.admission.newest_ms = max(self.admission.newest_ms, entry.newest_ms)
        self.admission.admit(_batch(entry.ids, entry.times))
        self.ends[number] = entry.until_ms

    def pass_time(self, stamp_ms: int) -> None:
        """Moves the clock on as far as Kafka's did since the last frame.

        A lane in which little happens has no events that tell how late it is. Where old events are sent
        again, little time passes by the stamps, and events alone tell.
        """
        if self._stamp_ms is not None:
            passed_ms = max(0, stamp_ms - self._stamp_ms)
            self.admission.newest_ms = max(self.admission.newest_ms, self._newest_ms + passed_ms)

    def mark_time(self, stamp_ms: int) -> None:
        """Says where both clocks stand after a frame."""
        self._stamp_ms = stamp_ms if self._stamp_ms is None else max(stamp_ms, self._stamp_ms)
        self._newest_ms = self.admission.newest_ms

    def forget(self, kept: MutableMapping[int, bytes]) -> None:
        """Lets entries go of which nothing is remembered any more."""
        while self.ends:
            number = next(iter(self.ends))
            if self.ends[number] >= self.admission.newest_ms:
                return
            del self.ends[number], kept[number]
            if self.open is not None and number == self.number:
                self.open = None


def _batch(ids: bytes, times: bytes) -> EventBatch:
    """Events of which only the id and the time are known."""
    records = np.zeros(len(times) // 8, EVENT)
    records["id_hash"] = np.frombuffer(ids, np.uint64).reshape(-1, 2)
    records["ts"] = np.frombuffer(times, np.int64)
    return EventBatch(records, np.zeros(0, np.uint8))
