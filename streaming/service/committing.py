"""Commits batches in a fixed order, so that a crash anywhere loses and doubles nothing.

The steps of a commit (``commit``):

1. The batch is journalled: from here on it will be made exactly like this, also after a crash.
2. The engine applies it.
3. The store takes the changes and the offsets they belong to, in one transaction; one that is busy or away is
   told later, all at once (``streaming.service.telling``).
4. Flags, ledger and dead letters are delivered and safe (with Kafka transactions: and the offsets with them).
5. The consumer's offsets are committed, with the number of the batch.
6. Now and then a snapshot of the engine is taken, which holds the offsets it belongs to.

A crash before 1 leaves no trace. After 1, recovery makes the batch again from the last snapshot and the
journal, with the same results, byte for byte; steps 3 to 5 are repeated unless the number committed in 5
(or with the transaction of 4) says that they were done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from streaming.service.comeback import come_back, suspect
from streaming.service.config import ServiceConfig
from streaming.service.core import Brought, Core, EngineBroke
from streaming.service.intake import Lane, Taken
from streaming.service.journal import Entry
from streaming.service.parts import Parts
from streaming.service.ports import Partition
from streaming.service.recovery import Places
from streaming.service.retry import Answer, Retry
from streaming.service.snapshotting import Snapshotting
from streaming.service.state_folder import LanePlace
from streaming.service.status import Status
from streaming.service.telling import Telling

LOOK_AGAIN_S: Final = 0.2
COMMIT_EVERY: Final = 32
"""Batches without results between commits of offsets; the others are committed at once."""


@dataclass(slots=True)
class Batch:
    """Records to be applied together, and how far they take their partitions."""

    taken: Taken
    release_ms: int
    """Up to which event time held events are applied with it."""
    offsets: dict[Partition, int] = field(default_factory=dict)


class Commits:
    """The engine's state, where it stands in the partitions, and the one way to move it on.

    ``held`` gives the partitions that are ours at the moment; ``keep_going`` may raise to stop.
    """

    core: Core

    def __init__(
        self,
        parts: Parts,
        config: ServiceConfig,
        status: Status,
        retry: Retry,
        keep_going: Callable[[], None],
        held: Callable[[], Collection[Partition]],
    ) -> None:
        self._parts, self._config, self._status = parts, config, status
        self._retry, self._keep_going, self._held = retry, keep_going, held
        self._snapshots = Snapshotting(parts.state, status, parts.warn, config.order_within_ms)
        self._telling = Telling(parts.store, parts.store_reached, status, retry)
        self.batch = 0
        """The last batch made."""
        self.clock_ms = 0
        self._places: Places = {}
        self._undelivered: list[tuple[int, Brought]] = []
        self._since_commit = 0
        self._since_snapshot = 0

    # -- the beginning -------------------------------------------------------------------------------

    def recover(self) -> None:
        """Becomes what the state folder says, without records that break the engine."""
        # A snapshot that becomes whole lets go of journals that a way back from an older one is made of.
        while not self._snapshots.finish(time.monotonic() + LOOK_AGAIN_S):
            self._keep_going()
        found = come_back(self._parts, self._status, self._retry, self._keep_going)
        self.core, self.batch = found.core, found.batch
        self.clock_ms = max(self.clock_ms, found.clock_ms)
        self._places |= found.places
        self._undelivered = found.undelivered
        self._since_snapshot = found.replayed
        self._status.batch, self._status.tally = found.batch, found.core.tally
        self._telling.begin(found.snapshot, found.told)
        self._tell_store(has_results=bool(found.undelivered))

    def begin(self) -> None:
        """Takes the wall clock that event times are held against, for this run of the service."""
        self.clock_ms = max(self.clock_ms, self._parts.now_ms())
        self.core.admission.clock_ms = self.clock_ms
        entry = Entry(batch=self.batch + 1, clock_ms=self.clock_ms)
        self._retry(lambda: self._parts.state.append(entry))

    def place(self, partition: Partition) -> LanePlace:
        """How far a partition has been taken."""
        return self._places.setdefault(partition, LanePlace(0, 0))

    def batch_of(self, taken: Taken, release_ms: int, lanes: dict[Partition, Lane]) -> Batch:
        """The batch that these records make; the lanes say how far they were taken for it."""
        offsets = {}
        for partition, lane in lanes.items():
            place = LanePlace(lane.taken, lane.taken_ms)
            if self._places[partition] != place:
                self._places[partition] = place
                offsets[partition] = lane.taken
        return Batch(taken, release_ms, offsets)

    # -- one batch -----------------------------------------------------------------------------------

    def commit(self, batch: Batch) -> None:
        """The six steps at the top of this file."""
        status, parts = self._status, self._parts
        number = self.batch + 1
        # 1. The batch is journalled.
        to = {str(partition): offset for partition, offset in sorted(batch.offsets.items())}
        entry = Entry(batch=number, to=to, release_ms=batch.release_ms)
        self._timed("journal", lambda: self._retry(lambda: parts.state.append(entry)))
        # 2. The engine applies it.
        try:
            brought = self._timed("apply", lambda: self.core.process(batch.taken, batch.release_ms))
        except EngineBroke as error:
            self._make_again(number, error)
            return
        self.batch = status.batch = number
        self._since_snapshot += brought.events
        status.batch_events.observe(len(batch.taken))
        # 3. The store takes the changes.
        self._tell_store(has_results=brought.has_results)
        # 4. and 5. Results are delivered, offsets committed.
        self._deliver(number, brought)
        self._observe(batch, brought)
        # 6. Now and then a snapshot.
        if self._since_snapshot >= self._config.snapshot_every:
            self.snapshot()

    def _make_again(self, number: int, error: EngineBroke) -> None:
        """A batch broke the engine: recovers, finds what broke it and goes on without."""
        suspect(self._parts, self._retry, number, error)
        self.recover()
        self.core.admission.clock_ms = self.clock_ms
        self.deliver_rest()

    def _tell_store(self, *, has_results: bool) -> None:
        if self._parts.store is not None:
            offsets, tell = self._offsets_by_name(), self._telling.tell
            self._timed("store", lambda: tell(self.core.engine, self.batch, offsets, has_results=has_results))

    def _offsets_by_name(self) -> dict[str, int]:
        """What a store remembers with the changes.

        The number of the batch is among it, as held events may be applied without a record being taken.
        """
        offsets = {str(partition): place.offset for partition, place in sorted(self._places.items())}
        return {**offsets, f"batches of {self._parts.state.identity}": self.batch} if offsets else {}

    def _deliver(self, number: int, brought: Brought) -> None:
        self._since_commit += 1
        if brought.has_results:
            is_committed = self._timed("deliver", lambda: self._hand_over(number, brought))
            if is_committed:
                self._since_commit = 0
            else:
                self.commit_offsets()
        elif self._since_commit >= COMMIT_EVERY:
            self.commit_offsets()

    def _hand_over(self, number: int, brought: Brought) -> bool:
        sink, offsets, note = self._parts.sink, self._offsets(), f"{self._parts.state.identity}:{number}"
        return self._retry(lambda: sink.deliver(brought.outcome, brought.refused, offsets, note))

    def commit_offsets(self) -> None:
        """Commits what was taken so far, unless results of it are still to be delivered."""
        if self._undelivered:
            # The number committed says that everything up to it was delivered.
            return
        offsets, note = self._offsets(), f"{self._parts.state.identity}:{self.batch}"
        if offsets:
            self._timed("commit", lambda: self._retry(lambda: self._parts.group.commit(offsets, note)))
        self._since_commit = 0

    @property
    def has_uncommitted(self) -> bool:
        """Whether batches were made since offsets were last committed."""
        return self._since_commit > 0

    def _offsets(self) -> dict[Partition, int]:
        return {p: self._places[p].offset for p in sorted(self._held()) if self._places[p].offset}

    def deliver_rest(self) -> None:
        """Delivers what recovery found undelivered, once there are partitions to commit it with."""
        while self._undelivered and self._held():
            number, brought = self._undelivered[0]
            if not self._hand_over(number, brought):
                offsets, note = self._offsets(), f"{self._parts.state.identity}:{number}"
                if offsets:
                    self._retry(lambda: self._parts.group.commit(offsets, note))  # noqa: B023
            self._undelivered.pop(0)

    # -- snapshots and the end -----------------------------------------------------------------------

    def snapshot(self) -> None:
        """Begins a snapshot, unless one is being written or the store is being told."""
        if not self.core.can_be_saved or self._snapshots.is_busy:
            return
        told = self._telling.told()
        if told is None:
            # What is under way to the store is in no snapshot: after the next batch then.
            return
        self._since_snapshot = 0
        self._snapshots.begin(self.core, self.batch, self.clock_ms, self._places, told)

    def settle(self, until_s: float) -> bool:
        """Tells the store the rest, as far as there is time until then (monotonic); whether that is done."""
        return self._telling.settle(self.core.engine, self.batch, self._offsets_by_name(), until_s)

    def drain(self, until_s: float) -> None:
        """Commits offsets and leaves a snapshot, as far as there is time until then (monotonic)."""
        self.deliver_rest()
        if self._held():
            self.commit_offsets()
        self.settle(until_s)
        if self._since_snapshot and self._snapshots.finish(until_s) and self._snapshots.fits(until_s):
            self.snapshot()

    def finish(self, until_s: float) -> None:
        """Waits for a snapshot that is being written; a part of one is never taken for a whole one."""
        self._snapshots.finish(until_s)

    # -- being seen ----------------------------------------------------------------------------------

    def _observe(self, batch: Batch, brought: Brought) -> None:
        now_ms, oldest_ms = self._parts.now_ms(), batch.taken.oldest_ms()
        for stamp_ms in brought.flagged_ms:
            self._status.flag_latency.observe(max(0, now_ms - stamp_ms) / 1000)
        if oldest_ms is not None:
            self._status.event_latency.observe(max(0, now_ms - oldest_ms) / 1000)

    def _timed(self, stage: str, work: Callable[[], Answer]) -> Answer:
        started = time.monotonic()
        answer = work()
        self._status.stages[stage].observe(time.monotonic() - started)
        return answer
