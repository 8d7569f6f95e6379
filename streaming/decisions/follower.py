"""The follower: an engine that goes on where a snapshot ends, reads what the service reads, writes nothing.

It commits no offset, delivers no flag and touches no file, so as many as one likes may follow one service. It
works in slices: ``step`` applies as many events as take about ``SLICE_S`` and returns, so that one event loop
can answer between two slices, without a lock. A slice is whole events: one event that regroups a large ring
takes as long as it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from graph.engine import Engine
from graph.model.errors import Fatal, RingfenceError, Unavailable
from graph.model.event_batch import EventBatch
from rules.running.engine import RuledEngine
from rules.running.runner import RuleRunner
from streaming.decisions.newest_state import LoadedState, parted
from streaming.service.batch_size import BatchSize
from streaming.service.core import Core, EngineBroke
from streaming.service.partition_buffers import Decode, PartitionBuffers
from streaming.service.ports import LostRecords, Offsets, Partition, Polled

SLICE_S: Final = 0.001
LEAST: Final = 4
MOST: Final = 4096
READ_AHEAD: Final = 20_000
"""Records of one partition that wait decoded at most."""
LAG_EVERY_S: Final = 0.25
RELOAD_EVERY_S: Final = 5.0
"""Between two looks for a newer snapshot, when one is needed."""


class FollowedSource(Protocol):
    """A stream of partitions that is only read."""

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """At most ``limit`` messages. Raises ``Unavailable``, ``LostRecords`` and ``Fatal``."""

    def pause(self, partitions: list[Partition]) -> None:
        """No more messages of these until they are resumed."""

    def resume(self, partitions: list[Partition]) -> None:
        """Messages of these again."""

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition whose end is known, how many records are left."""

    def leave(self) -> None:
        """Ends."""


OpenSource = Callable[[Offsets], FollowedSource]
Load = Callable[[], LoadedState]


class Feed(Protocol):
    """Where a follower's events come from. ``engine`` is another object after a feed began anew."""

    @property
    def engine(self) -> Engine:
        """The engine that follows."""

    @property
    def rules(self) -> RuleRunner | None:
        """The rules that follow beside it; None without any."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is known to be missing, so that no newer snapshot is awaited."""

    @property
    def is_usable(self) -> bool:
        """Whether the engine can be asked; not while it is broken."""

    def step(self, most: int) -> int:
        """Apply at most so many events; how many records were taken. Raises ``Unavailable`` and ``Fatal``."""

    def lag(self) -> int | None:
        """How many records are known to be waiting; None when nobody knows."""

    def close(self) -> None:
        """Ends."""


@dataclass(slots=True)
class Follower:
    """Steps a feed, in slices. ``trouble``: why nothing comes at the moment, in words.

    ``spent_s`` is what slices are measured by: processor time of the thread, so that a slice which was put
    aside for another program does not make the next ones needlessly small.
    """

    feed: Feed
    clock_s: Callable[[], float] = time.monotonic
    spent_s: Callable[[], float] = time.thread_time
    trouble: str = ""
    _is_broken: bool = False
    _again_s: float = 0.0
    _lag: int | None = None
    _lag_s: float = 0.0
    _size: BatchSize = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self._size = BatchSize(LEAST, MOST, SLICE_S)

    @property
    def engine(self) -> Engine:
        """The engine that follows."""
        return self.feed.engine

    @property
    def rules(self) -> RuleRunner | None:
        """The rules that follow beside it; None without any."""
        return self.feed.rules

    @property
    def as_of_ms(self) -> int:
        """The newest event time applied, epoch ms; 0 before the first."""
        return self.feed.engine.watermark_ms

    @property
    def is_usable(self) -> bool:
        """Whether the engine can be asked."""
        return not self._is_broken and self.feed.is_usable

    @property
    def lag(self) -> int | None:
        """How many records were known to be waiting a moment ago; None when nobody knows."""
        return self._lag

    def step(self) -> bool:
        """One slice; whether there is more at once. Raises ``Fatal`` when following cannot go on."""
        begun, worked = self.clock_s(), self.spent_s()
        if begun < self._again_s:
            return False
        try:
            taken = self.feed.step(self._size.now)
        except Unavailable as error:
            self.trouble, self._again_s = str(error), begun + error.retry_after_s
            return False
        except RingfenceError:
            raise
        except Exception:
            # It stopped in the middle of an event.
            self._is_broken = True
            raise
        self.trouble = "" if self.feed.is_complete else self.trouble
        now = self.clock_s()
        if taken:
            self._size.learn(taken, self.spent_s() - worked)
        if now >= self._lag_s:
            self._lag, self._lag_s = self.feed.lag(), now + LAG_EVERY_S
        return taken > 0

    def close(self) -> None:
        """Ends."""
        self.feed.close()


class FileFeed:
    """Events of files: batches that were admitted, to their end. ``size``: how many records are known."""

    def __init__(self, engine: Engine | RuledEngine, batches: Iterator[EventBatch]) -> None:
        self._applied = engine
        self._engine, self._rules = parted(engine)
        self._batches = batches
        self._batch = EventBatch.of(())
        self._at = 0
        self._has_ended = False

    @property
    def engine(self) -> Engine:
        """The engine that follows."""
        return self._engine

    @property
    def rules(self) -> RuleRunner | None:
        """The rules that follow beside it; None without any."""
        return self._rules

    @property
    def is_complete(self) -> bool:
        """Files are."""
        return True

    @property
    def is_usable(self) -> bool:
        """It is: what breaks it ends the program."""
        return True

    def step(self, most: int) -> int:
        """Apply at most so many events; how many were taken."""
        while self._at >= len(self._batch):
            batch = next(self._batches, None)
            if batch is None:
                self._has_ended = True
                return 0
            self._batch, self._at = batch, 0
        part = self._batch[self._at : self._at + most]
        self._at += len(part)
        self._applied.apply(part)
        return len(part)

    def lag(self) -> int | None:
        """0 at the end; before it nobody knows how many lines there are."""
        return 0 if self._has_ended else None

    def close(self) -> None:
        """Nothing is held but what the iterator holds, which ends with it."""
        close = getattr(self._batches, "close", None)
        if close is not None:
            close()


class StreamFeed:
    """Events of partitions, from where the newest snapshot ends.

    When the topics do not retain what comes next, or a record breaks the engine, a newer snapshot is awaited:
    the service writes it, or finds the record and leaves it out.
    """

    def __init__(
        self,
        load: Load,
        open_source: OpenSource,
        decode: Decode,
        max_skew_ms: int,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load, self._open_source, self._decode = load, open_source, decode
        self._max_skew_ms, self._clock_s = max_skew_ms, clock_s
        self._source: FollowedSource | None = None
        self._begin(load())

    def _begin(self, state: LoadedState) -> None:
        """Go on where a snapshot ends."""
        if self._source is not None:
            self._source.leave()
        self._engine, self._rules = parted(state.core.engine)
        self._core, self._batch = state.core, state.batch
        self._excluded: Collection[tuple[Partition, int]] = state.excluded
        self._buffers = PartitionBuffers(self._decode, self._max_skew_ms, READ_AHEAD, state.header.clock_ms)
        for name, position in sorted(state.header.positions.items()):
            self._buffers.open(Partition.named(name), position.offset, position.newest_ms)
        self._source = self._open_source(self._buffers.taken)
        self._lost, self._is_broken, self._is_busy = "", False, False

    @property
    def engine(self) -> Engine:
        """The engine that follows."""
        return self._engine

    @property
    def rules(self) -> RuleRunner | None:
        """The rules that follow beside it; None without any."""
        return self._rules

    @property
    def core(self) -> Core:
        """The engine with admission and reorder buffer."""
        return self._core

    @property
    def is_complete(self) -> bool:
        """Whether no newer snapshot is awaited."""
        return not self._lost

    @property
    def is_usable(self) -> bool:
        """Not when a record broke the engine, until a newer snapshot is there."""
        return not self._is_broken

    def step(self, most: int) -> int:
        """Apply at most so many records; how many were taken."""
        if self._lost:
            self._reload()
            return 0
        try:
            return self._read(most)
        except (LostRecords, EngineBroke) as error:
            self._lost, self._is_broken = str(error), isinstance(error, EngineBroke)
            raise Unavailable(self._lost, RELOAD_EVERY_S) from error

    def _read(self, most: int) -> int:
        source, buffers, core = self._source, self._buffers, self._core
        assert source is not None
        # A partition that others wait for may be anywhere in the queue: read on while nothing can be taken.
        if not (self._is_busy and buffers.waiting >= most):
            polled = source.poll(most, 0.0)
            for chunk in polled.chunks:
                buffers.put(chunk)
            for partition, offset in polled.ended.items():
                buffers.met_end(partition, offset)
        taken = buffers.take(most)
        self._is_busy = len(taken) > 0
        release_ms = core.release_ms(buffers.low_ms()) if core.is_ordering else 0
        if len(taken) or release_ms > core.reorder_buffer.released_ms:
            core.process(taken, release_ms, self._excluded)
        paused, resumed = buffers.to_pause(), buffers.to_resume()
        if paused:
            source.pause(paused)
        if resumed:
            source.resume(resumed)
        return len(taken)

    def _reload(self) -> None:
        """Go on from a newer snapshot, or say that there is none yet."""
        try:
            state = self._load()
        except Unavailable:
            raise
        except Fatal as error:
            # Answers go on as of the last event applied; what is wrong with the folder may be mended.
            raise Unavailable(str(error), RELOAD_EVERY_S) from error
        if state.batch <= self._batch:
            raise Unavailable(self._lost, RELOAD_EVERY_S)
        self._begin(state)

    def lag(self) -> int | None:
        """How many records are waiting; None before every partition has told where it ends."""
        taken = self._buffers.taken
        lags = {} if self._source is None else self._source.lags(taken)
        # Before every partition has told its end, what is known would be less than what waits.
        return sum(lags.values()) if len(lags) == len(taken) else None

    def close(self) -> None:
        """Ends."""
        if self._source is not None:
            self._source.leave()
            self._source = None
