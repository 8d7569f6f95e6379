"""The service's loop: read, make batches, commit them in a fixed order, and come back from anything.

The steps of a commit (``_commit``):

1. The batch is journalled: from here on it will be made exactly like this, also after a crash.
2. The engine applies it.
3. The store takes the changes and the offsets they belong to, in one transaction.
4. Flags, ledger and dead letters are delivered and safe (with Kafka transactions: and the offsets with them).
5. The consumer's offsets are committed, with the number of the batch.
6. Now and then a snapshot of the engine is taken, which holds the offsets it belongs to.

A crash before 1 leaves no trace. After 1, recovery makes the batch again from the last snapshot and the
journal, with the same results, byte for byte; steps 3 to 5 are repeated unless the number committed in 5
(or with the transaction of 4) says that they were done.

The steps, the rounds that lead to them and the ways back from trouble stand in one place, so that their
order can be read from top to bottom.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from graph.errors import Fatal, Unavailable
from streaming.service.batch_size import BatchSize
from streaming.service.config import ServiceConfig
from streaming.service.core import Brought, Core, EngineBroke, Poison
from streaming.service.intake import Decode, Intake, Taken
from streaming.service.journal import Entry
from streaming.service.ports import Offsets, Partition, Polled, Sink, Source, StoreWriter
from streaming.service.recovery import OpenSource, Places, Recovered, recover
from streaming.service.retry import Answer, Retry
from streaming.service.snapshotting import Snapshotting
from streaming.service.state_folder import LanePlace, StateFolder
from streaming.service.status import Status

QUIET_POLL_S: Final = 0.1
LEAST_BATCH: Final = 256
COMMIT_EVERY: Final = 32
"""Batches without results between commits of offsets; the others are committed at once."""
LONGEST_PROBES: Final = 100
"""Records that may break the engine in one batch before the service gives up."""
DRAIN_S: Final = 8.0


class Group(Source, Protocol):
    """A source whose partitions come and go; it tells the listener in the thread that polls."""

    def join(self, listener: Listener) -> None:
        """Begins. The listener says where to read from."""

    def commit(self, offsets: Offsets, note: str) -> None:
        """Remembers for the group how far it came; the note says which batch that was."""

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition, how many records are left as far as is known."""


class Listener(Protocol):
    """Told which partitions are ours."""

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        """These are ours now; gives where to read each from."""

    def revoked(self, partitions: list[Partition]) -> None:
        """These are no longer ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything the service is put together from."""

    state: StateFolder
    new_core: Callable[[int], Core]
    decode: Decode
    group: Group
    open_source: OpenSource
    delivered: Callable[[list[Partition]], int]
    sink: Sink
    store: StoreWriter | None = None
    warn: Callable[[str], None] = lambda _: None
    note: Callable[[str, Mapping[str, object]], None] = lambda _event, _facts: None
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000


class Stopped(Exception):
    """Asked to stop while waiting."""


@dataclass(slots=True)
class _Batch:
    taken: Taken
    release_ms: int
    offsets: dict[Partition, int] = field(default_factory=dict)


class Service:
    """Runs until told to stop (``stop``), or to the end of what there is (``until_end``)."""

    def __init__(self, parts: Parts, config: ServiceConfig, status: Status) -> None:
        self._parts, self._config, self.status = parts, config, status
        self._stopping = False
        self._is_busy = False
        self._size = BatchSize(LEAST_BATCH, config.batch_most, config.batch_target_s)
        self._snapshots = Snapshotting(parts.state, status, parts.warn, config.order_within_ms)
        self._retry = Retry(self._wait, seed=0)
        self._batch = 0
        self._clock_ms = 0
        self._places: Places = {}
        self._undelivered: list[tuple[int, Brought]] = []
        self._core: Core
        self._intake: Intake
        self._since_commit = 0
        self._since_snapshot = 0
        self._delivered = 0

    def stop(self) -> None:
        """Asks the loop to finish its batch, commit and end; may be called by a signal handler."""
        self._stopping = True

    @property
    def core(self) -> Core:
        """The state, for a last look."""
        return self._core

    def run(self) -> None:
        """Recovers, runs and drains. Raises ``Fatal`` (fenced, a state that does not fit)."""
        parts, config = self._parts, self._config
        try:
            self._recover()
            parts.state.append(Entry(batch=self._batch + 1, clock_ms=self._begin_clock()))
            self._intake = Intake(parts.decode, config.max_skew_ms, 2 * config.batch_most, self._clock_ms)
            parts.group.join(self)
            self.status.phase = "running"
            while not self._stopping and not self._round():
                pass
            self._drain()
        except Stopped:
            pass
        finally:
            self.status.phase = "stopped"
            self._snapshots.finish(DRAIN_S)
            parts.group.leave()

    def _begin_clock(self) -> int:
        self._clock_ms = max(self._clock_ms, self._parts.now_ms())
        self._core.admission.clock_ms = self._clock_ms
        return self._clock_ms

    # -- partitions come and go ----------------------------------------------------------------------

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        """Opens a lane for each, from where the engine's own state stands: never from the group's offsets."""
        starts = {}
        for partition in partitions:
            place = self._places.setdefault(partition, LanePlace(0, 0))
            self._intake.open(partition, place.offset, place.newest_ms)
            starts[partition] = place.offset
        self._partitions_changed("assigned", partitions)
        return starts

    def revoked(self, partitions: list[Partition]) -> None:
        """Forgets what was read ahead; what was taken is committed already, since batches are whole."""
        for partition in partitions:
            self._intake.close(partition)
        self._partitions_changed("revoked", partitions)

    def _partitions_changed(self, what: str, partitions: list[Partition]) -> None:
        self.status.rebalances += 1
        self.status.partitions_held = len(self._intake.lanes)
        self._parts.note("partitions", {what: sorted(map(str, partitions)), "batch": self._batch})

    # -- one round -----------------------------------------------------------------------------------

    def _round(self) -> bool:
        """Reads, commits at most one batch; whether everything there is has been done."""
        status, intake, group = self.status, self._intake, self._parts.group
        started = time.monotonic()
        status.beat_s = started
        # A lane that others wait for may be anywhere in the queue, so reading goes on while nothing is taken.
        if not (self._is_busy and intake.waiting >= self._size.now):
            timeout_s = 0.0 if self._is_busy else QUIET_POLL_S
            self._put(self._retry(lambda: group.poll(self._size.now, timeout_s)))
        self._deliver_rest()
        self._confirm_ends()
        batch = self._next()
        if batch is not None:
            read_s = time.monotonic()
            status.stages["read"].observe(read_s - started)
            self._commit(batch)
            self._size.learn(len(batch.taken), time.monotonic() - read_s)
        self._is_busy = batch is not None
        self._balance()
        if batch is None and not intake.waiting:
            if self._since_commit:
                self._commit_offsets()
            return self._config.until_end and self._is_at_end()
        return False

    def _put(self, polled: Polled) -> None:
        for chunk in polled.chunks:
            self._intake.put(chunk)
        for partition, offset in polled.ended.items():
            self._intake.met_end(partition, offset)

    def _confirm_ends(self) -> None:
        """Asks whether lanes at their end still are, where others wait for the answer."""
        slack = 0 if self._core.is_ordering else self._config.max_skew_ms
        quiet = self._intake.quiet(slack)
        if quiet:
            self._update_ends(quiet)

    def _update_ends(self, partitions: list[Partition]) -> None:
        ends = self._retry(lambda: self._parts.group.ends(partitions))
        for partition, end in ends.items():
            self._intake.moved_end(partition, end)

    def _next(self) -> _Batch | None:
        intake, core = self._intake, self._core
        taken = intake.take(self._size.now)
        release_ms = core.release_ms(intake.low_ms()) if core.is_ordering else 0
        if not len(taken) and release_ms <= core.holding.released_ms:
            return None
        return self._batch_of(taken, release_ms)

    def _batch_of(self, taken: Taken, release_ms: int) -> _Batch:
        offsets = {}
        for partition, lane in self._intake.lanes.items():
            place = LanePlace(lane.taken, lane.taken_ms)
            if self._places[partition] != place:
                self._places[partition] = place
                offsets[partition] = lane.taken
        return _Batch(taken, release_ms, offsets)

    def _is_at_end(self) -> bool:
        intake, core = self._intake, self._core
        if not intake.lanes or not intake.has_ended:
            return False
        self._update_ends(list(intake.lanes))
        if not intake.has_ended:
            return False
        if len(core.holding):
            newest = max(lane.taken_ms for lane in intake.lanes.values())
            self._commit(self._batch_of(intake.take(0), newest))
        return True

    # -- committing ----------------------------------------------------------------------------------

    def _commit(self, batch: _Batch) -> None:
        """The six steps at the top of this file."""
        status, parts = self.status, self._parts
        number = self._batch + 1
        # 1. The batch is journalled.
        to = {str(partition): offset for partition, offset in sorted(batch.offsets.items())}
        entry = Entry(batch=number, to=to, release_ms=batch.release_ms)
        self._timed("journal", lambda: self._retry(lambda: parts.state.append(entry)))
        # 2. The engine applies it.
        try:
            brought = self._timed("apply", lambda: self._core.process(batch.taken, batch.release_ms))
        except EngineBroke as error:
            self._probe(number, error)
            return
        self._batch = status.batch = number
        self._since_snapshot += brought.events
        status.batch_events.observe(len(batch.taken))
        # 3. The store takes the changes.
        self._write_store(self._core)
        # 4. and 5. Results are delivered, offsets committed.
        self._deliver(number, brought)
        self._observe(batch, brought)
        # 6. Now and then a snapshot.
        if self._since_snapshot >= self._config.snapshot_every:
            self._snapshot()

    def _write_store(self, core: Core) -> None:
        store, drain = self._parts.store, getattr(core.engine, "drain", None)
        if store is None or drain is None:
            return
        changes, offsets = drain(), {str(p): place.offset for p, place in sorted(self._places.items())}
        self._timed("store", lambda: self._retry(lambda: store.write(changes, offsets)))

    def _deliver(self, number: int, brought: Brought) -> None:
        parts, note = self._parts, f"{self._parts.state.identity}:{number}"
        self._since_commit += 1
        if brought.has_results:
            offsets = self._offsets()
            committed = self._timed(
                "deliver",
                lambda: self._retry(
                    lambda: parts.sink.deliver(brought.outcome, brought.refused, offsets, note)
                ),
            )
            self._delivered = number
            if committed:
                self._since_commit = 0
                return
            self._commit_offsets()
        elif self._since_commit >= COMMIT_EVERY:
            self._commit_offsets()

    def _commit_offsets(self) -> None:
        if self._undelivered:
            # The number committed says that everything up to it was delivered.
            return
        note = f"{self._parts.state.identity}:{self._batch}"
        offsets = self._offsets()
        if offsets:
            self._timed("commit", lambda: self._retry(lambda: self._parts.group.commit(offsets, note)))
        self._since_commit = 0

    def _offsets(self) -> dict[Partition, int]:
        return {p: self._places[p].offset for p in sorted(self._intake.lanes) if self._places[p].offset}

    def _deliver_rest(self) -> None:
        """Delivers what recovery found undelivered, once there are partitions to commit it with."""
        while self._undelivered and self._intake.lanes:
            number, brought = self._undelivered[0]
            offsets, note = self._offsets(), f"{self._parts.state.identity}:{number}"
            sink = self._parts.sink
            committed = self._retry(
                lambda: sink.deliver(brought.outcome, brought.refused, offsets, note)  # noqa: B023
            )
            if not committed and offsets:
                self._retry(lambda: self._parts.group.commit(offsets, note))  # noqa: B023
            self._undelivered.pop(0)

    # -- trouble -------------------------------------------------------------------------------------

    def _wait(self, pause_s: float, error: Unavailable) -> None:
        """Sleeps while a server is away; keeps the place in the group; ends when told to stop."""
        status = self.status
        if status.phase != "waiting":
            self._parts.warn(str(error))
        before, status.phase, status.trouble = status.phase, "waiting", str(error)
        status.retries += 1
        until = time.monotonic() + pause_s
        while time.monotonic() < until:
            if self._stopping:
                raise Stopped
            status.beat_s = time.monotonic()
            time.sleep(min(0.1, pause_s))
        status.phase, status.trouble = before if before != "waiting" else "running", ""

    def _probe(self, number: int, error: EngineBroke) -> None:
        """A batch broke the engine: makes it again one event at a time and leaves out those that break it."""
        self._suspect(number, error)
        self._recover()
        self._core.admission.clock_ms = self._clock_ms
        self._deliver_rest()

    def _suspect(self, number: int, error: EngineBroke) -> None:
        self._parts.warn(f"expected the engine to take batch {number}, found {error}; looking for the record")
        self._retry(lambda: self._parts.state.append(Entry(batch=number, probe=True)))

    def _recover(self) -> None:
        """Recovers, leaving out the records that break the engine."""
        state = self._parts.state
        for _ in range(LONGEST_PROBES):
            try:
                self._recover_once()
                return
            except EngineBroke as error:
                self._suspect(error.batch, error)
            except Poison as poison:
                culprit = (str(poison.partition), poison.offset)
                entry = Entry(batch=poison.batch, excluded=culprit)
                self._retry(lambda: state.append(entry))  # noqa: B023
                self._parts.note("poison", {"partition": culprit[0], "offset": culprit[1]})
        raise Fatal(
            f"expected the engine to take a batch without {LONGEST_PROBES} of its records, found it failing "
            "still: report it, with the log"
        )

    def _recover_once(self) -> None:
        status, parts = self.status, self._parts
        before, status.phase = status.phase, "recovering"
        started = time.monotonic()
        found: Recovered = self._retry(
            lambda: recover(
                parts.state,
                parts.new_core,
                parts.decode,
                parts.open_source,
                parts.delivered,
                parts.now_ms(),
                self._keep_going,
            )
        )
        self._core, self._batch, self._clock_ms = found.core, found.batch, found.clock_ms
        self._places |= found.places
        self._undelivered = found.undelivered
        self._since_snapshot = found.replayed
        status.batch, status.tally, status.phase = found.batch, found.core.tally, before
        status.recoveries += 1
        parts.note(
            "recovered",
            {
                "batch": found.batch,
                "replayed_events": found.replayed,
                "undelivered_batches": len(found.undelivered),
                "seconds": round(time.monotonic() - started, 3),
            },
        )

    def _keep_going(self) -> None:
        self.status.beat_s = time.monotonic()
        if self._stopping:
            raise Stopped

    # -- snapshots and the end -----------------------------------------------------------------------

    def _snapshot(self) -> None:
        if not self._core.can_be_saved or self._snapshots.is_busy:
            return
        self._since_snapshot = 0
        self._snapshots.begin(self._core, self._batch, self._clock_ms, self._places)

    def _drain(self) -> None:
        """The last batch is whole; commits its offsets and leaves a snapshot if there is time for one."""
        self.status.phase = "draining"
        self._deliver_rest()
        if self._intake.lanes:
            self._commit_offsets()
        if self._since_snapshot and self._snapshots.finish(DRAIN_S / 2):
            self._snapshot()

    # -- being seen ----------------------------------------------------------------------------------

    def _balance(self) -> None:
        intake, group, status = self._intake, self._parts.group, self.status
        paused, resumed = intake.to_pause(), intake.to_resume()
        if paused:
            group.pause(paused)
        if resumed:
            group.resume(resumed)
        status.read_ahead, status.held = intake.waiting, len(self._core.holding)
        status.tally, status.watermark_ms = self._core.tally, self._core.engine.watermark_ms
        status.lag = group.lags(intake.taken)

    def _observe(self, batch: _Batch, brought: Brought) -> None:
        message = batch.taken.last()
        if brought.outcome.flags and message is not None:
            kind, stamp_ms = message.timestamp()
            if kind:
                self.status.flag_latency.observe(max(0, self._parts.now_ms() - stamp_ms) / 1000)

    def _timed(self, stage: str, work: Callable[[], Answer]) -> Answer:
        started = time.monotonic()
        answer = work()
        self.status.stages[stage].observe(time.monotonic() - started)
        return answer
