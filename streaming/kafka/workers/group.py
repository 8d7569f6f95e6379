"""A member of the group that reads by workers while it leads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from graph.model.errors import Fatal
from streaming.kafka.options import KafkaOptions
from streaming.kafka.partitions import Warn
from streaming.kafka.source import KafkaGroup
from streaming.kafka.workers.pool import Start, WorkerPool, start_process
from streaming.service.parts import AssignmentListener
from streaming.service.ports import Offsets, Partition, Polled

READY_WITHIN_S: Final = 120.0
"""For workers to start and load their kernels, which takes a second or two."""


class WorkersGroup(KafkaGroup):
    """The same as ``KafkaGroup``, but that ``workers`` processes read and decode.

    Who leads, which offsets are committed and where reading begins is as ever: the workers are the reader of
    the one that leads and no members themselves.
    """

    def __init__(
        self,
        options: KafkaOptions,
        warn: Warn,
        workers: int,
        max_line_bytes: int,
        start: Start = start_process,
        *,
        warm: bool = False,
    ) -> None:
        super().__init__(options, warn, warm=warm)
        self.pool = WorkerPool(options, workers, max_line_bytes, warn, start)
        self._joining: AssignmentListener | None = None
        self._until_s = 0.0

    def join(self, listener: AssignmentListener) -> None:
        """Asks for a place in the group once the workers are ready: whoever has it goes on until then."""
        self._joining, self._until_s = listener, time.monotonic() + READY_WITHIN_S

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """What workers handed over, while leading. Raises ``Fatal`` when they are not ready in time."""
        if self._joining is not None:
            if not self.pool.are_ready(timeout_s):
                if time.monotonic() > self._until_s:
                    raise Fatal(
                        f"expected reading workers to be ready within {READY_WITHIN_S:g} s, found otherwise: "
                        "see what they wrote to standard error, or run without --workers"
                    )
                return Polled()
            super().join(self._joining)
            self._joining = None
        return super().poll(limit, timeout_s)

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
