"""Commits batches in a fixed order, so that a crash anywhere loses and doubles nothing.

The steps of a commit (``commit``):

1. The batch is journalled: from here on it will be made exactly like this, also after a crash.
2. The engine applies it.
3. The store takes the changes and the offsets they belong to, in one transaction. Changes that it is too busy
   for, or away, are written later, all at once (``streaming.service.store_sync``).
4. Flags, ledger and dead letters are delivered and safe (with Kafka transactions: and the offsets with them).
5. The consumer's offsets are committed, with the number of the batch.
6. Now and then a snapshot of the engine is taken, which holds the offsets it belongs to.

A crash before 1 leaves no trace. After 1, recovery makes the batch again from the last snapshot and the
journal, with the same results, byte for byte; steps 3 to 5 are repeated unless the number committed in 5
(or with the transaction of 4) says that they were done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from streaming.service.config import ServiceConfig
from streaming.service.core import BatchResults, Core, EngineBroke
from streaming.service.journal import Entry
from streaming.service.partition_buffers import PartitionBuffer, TakenRecords
from streaming.service.parts import Parts
from streaming.service.ports import NOTHING, Committed, DeliveryNote, Offsets, Partition
from streaming.service.recovery import Positions, Undelivered
from streaming.service.recovery_loop import recover_without_poison, suspect
from streaming.service.retry import Answer, Retry
from streaming.service.snapshotting import Snapshotting
from streaming.service.state_folder import PartitionPosition
from streaming.service.status import Status
from streaming.service.store_sync import StoreSync

LOOK_AGAIN_S: Final = 0.2
COMMIT_EVERY: Final = 32
"""Batches without results between commits of offsets; the others are committed at once."""
MOST_KEPT: Final = 10_000
"""Batches with results that a warm member keeps at most while it stands by."""
OVERDUE: Final = 2
"""With so many times the events of a snapshot since the last one, it waits until it may take one."""


@dataclass(slots=True)
class PendingBatch:
    """Records to be applied together, and how far they take their partitions."""

    taken: TakenRecords
    release_ms: int
    """Up to which event time held events are applied with it."""
    offsets: dict[Partition, int] = field(default_factory=dict)


class Commits:
    """The engine's state, its positions in the partitions, and the one way to advance both.

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
        self._store_sync = StoreSync(parts.store, parts.store_reached, status, retry)
        self.batch = 0
        """The last batch made."""
        self.clock_ms = 0
        self._positions: Positions = {}
        self._undelivered: list[Undelivered] = []
        self._since_commit = 0
        self._since_snapshot = 0

    # -- the beginning -------------------------------------------------------------------------------

    def recover(self) -> None:
        """Becomes what the state folder says, without records that break the engine."""
        # A snapshot that becomes complete drops the journals that recovery from an older one needs.
        while not self._snapshots.finish(time.monotonic() + LOOK_AGAIN_S):
            self._keep_going()
        found = recover_without_poison(self._parts, self._status, self._retry, self._keep_going)
        self.core, self.batch = found.core, found.batch
        self.clock_ms = max(self.clock_ms, found.clock_ms)
        self._positions |= found.positions
        self._undelivered = found.undelivered
        self._since_snapshot = found.replayed
        self._status.batch, self._status.tally = found.batch, found.core.tally
        self._store_sync.begin(found.snapshot, found.store_offsets)
        self._sync_store(has_results=bool(found.undelivered))

    def begin(self) -> None:
        """Takes the wall clock that event times are held against, for this run of the service."""
        self.clock_ms = max(self.clock_ms, self._parts.now_ms())
        self.core.admission.clock_ms = self.clock_ms
        remember_ms = self.core.admission.remember_ms
        entry = Entry(batch=self.batch + 1, clock_ms=self.clock_ms, remember_ms=remember_ms)
        self._retry(lambda: self._parts.state.append(entry))
        self._snapshots.prepare()

    def position(self, partition: Partition) -> PartitionPosition:
        """How far a partition has been taken."""
        return self._positions.setdefault(partition, PartitionPosition(0, 0))

    def batch_of(
        self, taken: TakenRecords, release_ms: int, buffers: dict[Partition, PartitionBuffer]
    ) -> PendingBatch:
        """The batch that these records make; the buffers say how far they were taken for it."""
        offsets = {}
        for partition, buffer in buffers.items():
            position = PartitionPosition(buffer.taken, buffer.taken_ms)
            if self._positions[partition] != position:
                self._positions[partition] = position
                offsets[partition] = buffer.taken
        return PendingBatch(taken, release_ms, offsets)

    # -- one batch -----------------------------------------------------------------------------------

    def commit(self, batch: PendingBatch) -> None:
        """The six steps at the top of this file."""
        status, parts = self._status, self._parts
        number = self.batch + 1
        # 1. The batch is journalled.
        to = {str(partition): offset for partition, offset in sorted(batch.offsets.items())}
        entry = Entry(batch=number, to=to, release_ms=batch.release_ms)
        self._timed("journal", lambda: self._retry(lambda: parts.state.append(entry)))
        # 2. The engine applies it.
        try:
            results = self._timed("apply", lambda: self.core.process(batch.taken, batch.release_ms))
        except EngineBroke as error:
            self._make_again(number, error)
            return
        self.batch = status.batch = number
        self._since_snapshot += results.events
        status.batch_events.observe(len(batch.taken))
        # 3. The store takes the changes.
        self._sync_store(has_results=results.has_results)
        # 4. and 5. Results are delivered, offsets committed.
        self._deliver(results)
        self._observe(batch, results)
        # 6. Now and then a snapshot.
        if self._since_snapshot >= self._config.snapshot_every:
            self.snapshot()

    def _make_again(self, number: int, error: EngineBroke) -> None:
        """A batch broke the engine: recovers, finds what broke it and goes on without."""
        suspect(self._parts, self._retry, number, error)
        self.recover()
        self.core.admission.clock_ms = self.clock_ms
        self.deliver_rest()

    def _sync_store(self, *, has_results: bool) -> None:
        if self._parts.store is not None:
            offsets, write = self._offsets_by_name(), self._store_sync.write
            self._timed(
                "store", lambda: write(self.core.engine, self.batch, offsets, has_results=has_results)
            )

    def catch_up(self) -> None:
        """Has what waits for the store written, where no batch comes that would."""
        self._store_sync.catch_up(self.core.engine, self.batch, self._offsets_by_name())

    def _offsets_by_name(self) -> dict[str, int]:
        """What a store remembers with the changes.

        The number of the batch is among it, as held events may be applied without a record being taken.
        """
        offsets = {str(partition): position.offset for partition, position in sorted(self._positions.items())}
        return {**offsets, f"batches of {self._parts.state.identity}": self.batch} if offsets else {}

    def _deliver(self, results: BatchResults) -> None:
        if not self._parts.group.leads:
            if results.has_results:
                offsets = {partition: position.offset for partition, position in self._positions.items()}
                self._undelivered.append(Undelivered(results, offsets, self._note()))
            return
        self._since_commit += 1
        if results.has_results:
            note = self._note()
            is_committed = self._timed("deliver", lambda: self._hand_over(results, self._offsets(), note))
            if is_committed:
                self._since_commit = 0
            else:
                self.commit_offsets()
        elif self._since_commit >= COMMIT_EVERY:
            self.commit_offsets()

    def _hand_over(self, results: BatchResults, offsets: Offsets, note: DeliveryNote) -> bool:
        sink = self._parts.sink
        return self._retry(lambda: sink.deliver(results.outcome, results.refused, offsets, note))

    def _note(self) -> DeliveryNote:
        return DeliveryNote(self._parts.state.identity, self.batch, self.core.reorder_buffer.released_ms)

    def commit_offsets(self) -> None:
        """Commits what was taken so far, unless results of it are still to be delivered."""
        if self._undelivered or not self._parts.group.leads:
            # The number committed says that everything up to it was delivered.
            return
        offsets, note = self._offsets(), self._note()
        if offsets:
            self._timed("commit", lambda: self._retry(lambda: self._parts.group.commit(offsets, note)))
        self._since_commit = 0

    @property
    def has_uncommitted(self) -> bool:
        """Whether batches were made since offsets were last committed."""
        return self._since_commit > 0

    def _offsets(self) -> dict[Partition, int]:
        return {p: self._positions[p].offset for p in sorted(self._held()) if self._positions[p].offset}

    def deliver_rest(self) -> None:
        """Delivers what recovery or standing by left undelivered, once we lead and hold partitions.

        Each with the offsets of its own batch, so that another who stands by knows what is not delivered yet.
        """
        while self._undelivered and self._held() and self._parts.group.leads:
            first, held = self._undelivered[0], self._held()
            offsets = {p: offset for p, offset in sorted(first.offsets.items()) if p in held and offset}
            if not self._hand_over(first.results, offsets, first.note) and offsets:
                self._retry(lambda: self._parts.group.commit(offsets, first.note))  # noqa: B023
            self._undelivered.pop(0)
            self._since_commit = max(self._since_commit, 1)

    @property
    def waiting(self) -> int:
        """Batches whose results wait to be delivered by us."""
        return len(self._undelivered)

    @property
    def is_delivered(self) -> bool:
        """Whether what was made is delivered, by us or by whoever leads while we stand by."""
        return not self._undelivered or self._parts.group.leads

    @property
    def must_wait(self) -> bool:
        """Whether a member that stands by applies no more until some of its results are delivered.

        So that it keeps ``MOST_KEPT`` batches of them at most, and comes to a snapshot at some time.
        """
        if self.is_delivered:
            return False
        return len(self._undelivered) >= MOST_KEPT or (
            self._since_snapshot >= OVERDUE * self._config.snapshot_every and not self._snapshots.is_busy
        )

    def forget_delivered(self, committed: Mapping[Partition, Committed]) -> None:
        """Drops results that whoever leads has delivered, and takes a snapshot that waited for it.

        They are delivered when it committed all that they are made of, and released events as far: what it
        took and holds back to put it in order has had no results.
        """
        taken = [each for each in committed.values() if each.offset]
        released_ms = min((0 if each.note is None else each.note.released_ms for each in taken), default=0)
        while self._undelivered:
            first = self._undelivered[0]
            if first.note.released_ms > released_ms or any(
                committed.get(partition, NOTHING).offset < offset
                for partition, offset in first.offsets.items()
            ):
                return
            self._undelivered.pop(0)
        if self._since_snapshot >= self._config.snapshot_every:
            self.snapshot()

    # -- snapshots and the end -----------------------------------------------------------------------

    def snapshot(self) -> None:
        """Begins a snapshot, unless one is being written or a write to the store is under way."""
        if not self.core.can_be_saved or self._snapshots.is_busy:
            return
        if self._undelivered:
            # What nobody has delivered yet is in no snapshot.
            return
        written = self._store_sync.written()
        if written is None:
            # What is under way to the store is in no snapshot: after the next batch then.
            return
        self._since_snapshot = 0
        self._snapshots.begin(self.core, self.batch, self.clock_ms, self._positions, written)

    def settle(self, until_s: float) -> bool:
        """Writes the rest to the store until then (monotonic) at most; whether all of it is written."""
        return self._store_sync.settle(self.core.engine, self.batch, self._offsets_by_name(), until_s)

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

    def _observe(self, batch: PendingBatch, results: BatchResults) -> None:
        now_ms, oldest_ms = self._parts.now_ms(), batch.taken.oldest_ms()
        for stamp_ms in results.flagged_ms:
            self._status.flag_latency.observe(max(0, now_ms - stamp_ms) / 1000)
        if oldest_ms is not None:
            self._status.event_latency.observe(max(0, now_ms - oldest_ms) / 1000)

    def _timed(self, stage: str, work: Callable[[], Answer]) -> Answer:
        started = time.monotonic()
        answer = work()
        self._status.stages[stage].observe(time.monotonic() - started)
        return answer
