"""A member of the group that reads by workers while it leads."""

from __future__ import annotations

from collections.abc import Sequence

from streaming.kafka.options import KafkaOptions
from streaming.kafka.source import KafkaGroup, Warn
from streaming.kafka.workers.pool import WorkerPool
from streaming.service.ports import Offsets, Partition, Polled


class WorkersGroup(KafkaGroup):
    """The same as ``KafkaGroup``, but that ``workers`` processes read and decode.

    Who leads, which offsets are committed and where reading begins is as ever: the workers are the reader of
    the one that leads and no members themselves.
    """

    def __init__(self, options: KafkaOptions, warn: Warn, workers: int, max_line_bytes: int) -> None:
        super().__init__(options, warn)
        self.pool = WorkerPool(options, workers, max_line_bytes, warn)

    def begin_reading(self, offsets: Offsets) -> None:
        """Has workers read these, too, each from its offset."""
        self.pool.begin_reading(offsets)

    def stop_reading(self, partitions: Sequence[Partition]) -> None:
        """Has them read no more."""
        self.pool.stop_reading(partitions)

    def read(self, limit: int, timeout_s: float) -> Polled:
        """What workers handed over."""
        # Our own consumer reads nothing, and so tells of the broker alone.
        super().read(1, 0.0)
        return self.pool.poll(limit, timeout_s)

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more messages of these until they are resumed."""
        self.pool.pause(partitions)

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Messages of these again."""
        self.pool.resume(partitions)

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition, how many records are left as far as its worker knew."""
        return self.pool.lags(taken)

    def leave(self) -> None:
        """Ends the workers, then leaves the group."""
        if not self._has_left:
            self.pool.close()
        super().leave()
