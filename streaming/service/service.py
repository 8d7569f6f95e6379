"""The service's loop: read, make batches, have them committed, and end cleanly.

One round of the loop reads, and commits at most one batch. The steps of a commit are in
``streaming.service.committing``, recovery after a crash in ``streaming.service.recovery_loop``.
"""

from __future__ import annotations

import time
from typing import Final

from gnn.models.drift import DRIFTED
from graph.model.errors import Unavailable
from streaming.service.batch_size import BatchSize
from streaming.service.committing import Commits, PendingBatch
from streaming.service.config import ServiceConfig
from streaming.service.core import Core
from streaming.service.partition_buffers import PartitionBuffers
from streaming.service.parts import Parts, Stopped
from streaming.service.patience import Patience
from streaming.service.ports import Partition, Polled
from streaming.service.retry import Retry
from streaming.service.status import Status

QUIET_POLL_S: Final = 0.1
LEAST_BATCH: Final = 256
DRAIN_S: Final = 6.5
"""From ``stop`` until only clients are left to close, which takes 3 s at most."""
ASK_ENDS_S: Final = 0.1
"""Between questions whether quiet partitions are still at their end."""
LOOK_EVERY_S: Final = 1.0
"""Between looks at the sizes that change slowly."""


class Service:
    """Runs until ``stop`` is called, or to the end of the input (``until_end``)."""

    def __init__(self, parts: Parts, config: ServiceConfig, status: Status) -> None:
        self._parts, self._config, self.status = parts, config, status
        self._stop_s: float | None = None
        self._is_busy = False
        self._size = BatchSize(LEAST_BATCH, config.batch_most, config.batch_target_s)
        self._retry = Retry(self._wait, seed=0)
        self._buffers = PartitionBuffers(parts.decode, config.max_skew_ms, 2 * config.batch_most, 0)
        self._patience = Patience(config.arrive_within_s)
        self.commits = Commits(
            parts, config, status, self._retry, self._keep_going, lambda: self._buffers.by_partition
        )
        self._look_again_s = self._ask_again_s = 0.0
        self._ends_are_known = False
        self._low_ms = 0
        self._drifted: set[str] = set()

    def stop(self) -> None:
        """Makes the loop finish its batch, commit and end; a signal handler may call it."""
        self._stop_s = self._stop_s or time.monotonic()

    @property
    def core(self) -> Core:
        """The state, for a last look."""
        return self.commits.core

    def run(self) -> None:
        """Recovers, runs and drains. Raises ``Fatal`` (fenced, a state that does not fit)."""
        commits, group = self.commits, self._parts.group
        try:
            commits.recover()
            commits.begin()
            self._buffers.clock_ms = commits.clock_ms
            group.join(self)
            self.status.phase = "running"
            while self._stop_s is None and not self._round():
                pass
            self.status.phase = "draining"
            # Where nobody asked to stop, the store has all the time it needs.
            while self._stop_s is None and not commits.settle(time.monotonic() + QUIET_POLL_S):
                self.status.beat_s = time.monotonic()
            commits.drain(self._end_s())
        except Stopped:
            pass
        finally:
            self.status.phase = "stopped"
            commits.finish(self._end_s())
            group.leave()

    def _end_s(self) -> float:
        """When to be done (monotonic)."""
        return (self._stop_s or time.monotonic()) + DRAIN_S

    # -- partitions come and go ----------------------------------------------------------------------

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        """Opens a buffer for each at the offset of the engine's own state, never at the group's."""
        starts = {}
        for partition in partitions:
            position = self.commits.position(partition)
            self._buffers.open(partition, position.offset, position.newest_ms)
            starts[partition] = position.offset
        self._partitions_changed("assigned", partitions)
        return starts

    def revoked(self, partitions: list[Partition]) -> None:
        """Forgets what was read ahead; what was taken is committed already, since batches are whole."""
        for partition in partitions:
            self._buffers.close(partition)
        self._partitions_changed("revoked", partitions)

    def _partitions_changed(self, what: str, partitions: list[Partition]) -> None:
        self.status.rebalances += 1
        self.status.partitions_held = len(self._buffers.by_partition)
        self._parts.note("partitions", {what: sorted(map(str, partitions)), "batch": self.commits.batch})

    # -- one round -----------------------------------------------------------------------------------

    def _round(self) -> bool:
        """Reads, commits at most one batch; whether everything there is has been done."""
        status, buffers, group, commits = self.status, self._buffers, self._parts.group, self.commits
        started = time.monotonic()
        status.beat_s = started
        # A partition that others wait for may be anywhere in the queue: read on while nothing can be taken.
        if not (self._is_busy and buffers.waiting >= self._size.now):
            timeout_s = 0.0 if self._is_busy else QUIET_POLL_S
            self._put(self._retry(lambda: group.poll(self._size.now, timeout_s)))
        self._lead_or_stand_by()
        commits.deliver_rest()
        self._confirm_ends()
        batch = None if commits.must_wait else self._next()
        if batch is not None:
            read_s = time.monotonic()
            status.stages["read"].observe(read_s - started)
            commits.commit(batch)
            self._size.learn(len(batch.taken), time.monotonic() - read_s)
        self._is_busy = batch is not None
        self._balance()
        if batch is None:
            commits.catch_up()
        if batch is None and not buffers.waiting:
            if commits.has_uncommitted:
                commits.commit_offsets()
            return self._config.until_end and self._is_at_end() and commits.is_delivered
        return False

    def _lead_or_stand_by(self) -> None:
        """Notes when we begin to lead; before that, forgets what whoever leads has delivered."""
        leads, now = self._parts.group.leads, time.monotonic()
        if leads and not self.status.leads:
            self._parts.note(
                "leads", {"batch": self.commits.batch, "undelivered_batches": self.commits.waiting}
            )
        if not leads and self.commits.waiting and now >= self._look_again_s:
            held = sorted(self._buffers.by_partition)
            committed = self._retry(lambda: self._parts.group.committed(held))
            self.commits.forget_delivered(committed)
        self.status.leads = leads

    def _put(self, polled: Polled) -> None:
        started = time.monotonic()
        for chunk in polled.chunks:
            # Decoding may ask a schema registry, which may be away.
            self._retry(lambda: self._buffers.put(chunk))  # noqa: B023
        if polled.chunks:
            self.status.stages["decode"].observe(time.monotonic() - started)
        for partition, offset in polled.ended.items():
            self._buffers.met_end(partition, offset)

    def _confirm_ends(self) -> None:
        """Asks now and then whether partitions at their end still are, where others wait for the answer.

        Events leave the reorder buffer only up to where the partitions stood at the last answer, so that none
        overtakes an event that reached the broker before it.
        """
        is_ordering = self.commits.core.is_ordering
        quiet = self._buffers.quiet(0 if is_ordering else self._config.max_skew_ms)
        now = time.monotonic()
        self._ends_are_known = not quiet or now >= self._ask_again_s
        if quiet and self._ends_are_known:
            self._update_ends(quiet)
            self._ask_again_s = now + ASK_ENDS_S

    def _update_ends(self, partitions: list[Partition]) -> None:
        ends = self._retry(lambda: self._parts.group.ends(partitions))
        for partition, end in ends.items():
            self._buffers.moved_end(partition, end)

    def _next(self) -> PendingBatch | None:
        buffers, core = self._buffers, self.commits.core
        taken = buffers.take(self._size.now)
        if core.is_ordering and self._ends_are_known:
            self._low_ms = self._patience.settled_ms(buffers.low_ms(), buffers.passed_ms())
        release_ms = core.release_ms(self._low_ms) if core.is_ordering else 0
        if not len(taken) and release_ms <= core.reorder_buffer.released_ms:
            return None
        return self.commits.batch_of(taken, release_ms, buffers.by_partition)

    def _is_at_end(self) -> bool:
        buffers, core = self._buffers, self.commits.core
        if not buffers.by_partition or not buffers.has_ended:
            return False
        self._update_ends(list(buffers.by_partition))
        if not buffers.has_ended:
            return False
        if len(core.reorder_buffer):
            newest = max(each.taken_ms for each in buffers.by_partition.values())
            self.commits.commit(self.commits.batch_of(buffers.take(0), newest, buffers.by_partition))
        return True

    # -- trouble -------------------------------------------------------------------------------------

    def _wait(self, pause_s: float, error: Unavailable) -> None:
        """Sleeps while a server is away; keeps the place in the group; raises ``Stopped`` after ``stop``."""
        status = self.status
        if status.phase != "waiting":
            self._parts.warn(str(error))
        before, status.phase, status.trouble = status.phase, "waiting", str(error)
        status.retries += 1
        until = time.monotonic() + pause_s
        while time.monotonic() < until:
            self._keep_going()
            time.sleep(min(0.1, pause_s))
        status.phase, status.trouble = before if before != "waiting" else "running", ""

    def _keep_going(self) -> None:
        self.status.beat_s = time.monotonic()
        if self._stop_s is not None:
            raise Stopped

    # -- being seen ----------------------------------------------------------------------------------

    def _balance(self) -> None:
        buffers, group, status, core = self._buffers, self._parts.group, self.status, self.commits.core
        paused, resumed = buffers.to_pause(), buffers.to_resume()
        if paused:
            group.pause(paused)
        if resumed:
            group.resume(resumed)
        status.read_ahead, status.held = buffers.waiting, len(core.reorder_buffer)
        status.tally, status.watermark_ms = core.tally, core.engine.watermark_ms
        now = time.monotonic()
        if now >= self._look_again_s:
            self._look_again_s = now + LOOK_EVERY_S
            status.lag = group.lags(buffers.taken)
            status.engine = core.sizes()
            status.rules = self._parts.rules()
            self._watch_drift()

    def _watch_drift(self) -> None:
        """Shows how far the model's world has drifted; warns when more of it has than before."""
        self.status.drift = self._parts.drift()
        drifted = {name for name, psi in self.status.drift.items() if psi > DRIFTED}
        if not drifted <= self._drifted:
            self._parts.warn(
                f"expected scores and evidence as in the model's training, found drift (population stability "
                f"above {DRIFTED}) in {', '.join(sorted(drifted))}: look at ringfence_drift, and train anew"
            )
        self._drifted = drifted
