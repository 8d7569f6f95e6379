"""Snapshots while the service goes on: the state is copied at once, written by a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from streaming.service.core import Core
from streaming.service.ports import Arrays
from streaming.service.recovery import Positions
from streaming.service.state_folder import Header, StateFolder
from streaming.service.status import Status


class Snapshotting:
    """At most one snapshot is being written; the next is not begun before.

    A disk that refuses (full) costs the snapshot, a warning and nothing else: the journal goes on from the
    one before.
    """

    def __init__(
        self, state: StateFolder, status: Status, warn: Callable[[str], None], order_within_ms: int
    ) -> None:
        self._state, self._status, self._warn = state, status, warn
        self._order_within_ms = order_within_ms
        self._thread: threading.Thread | None = None
        self._took_s = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether one is being written."""
        return self._thread is not None and self._thread.is_alive()

    def begin(
        self, core: Core, batch: int, clock_ms: int, positions: Positions, written: Mapping[str, int]
    ) -> None:
        """Copies the state and lets a thread write it. Cost for the caller: the copy."""
        started = time.monotonic()
        header = Header(
            batch=batch,
            clock_ms=clock_ms,
            positions={str(partition): position for partition, position in sorted(positions.items())},
            # A copy: the tally goes on counting while the thread writes.
            tally=msgspec.structs.replace(core.tally),
            model_id=core.engine.model_id,
            config_digest=core.engine.config_digest,
            order_within_ms=self._order_within_ms,
            store_offsets=dict(written),
        )
        arrays = core.save()
        self._state.turn_journal()
        self._thread = threading.Thread(
            target=self._write, args=(batch, header, arrays, started), name="snapshot", daemon=True
        )
        self._thread.start()

    def finish(self, until_s: float) -> bool:
        """Waits for the one being written, until then (monotonic); whether it is done."""
        if self._thread is not None:
            self._thread.join(max(0.0, until_s - time.monotonic()))
        return not self.is_busy

    def fits(self, until_s: float) -> bool:
        """Whether one more is likely to be written by then, as long as the last one took."""
        return time.monotonic() + self._took_s < until_s

    def _write(self, batch: int, header: Header, arrays: Arrays, started: float) -> None:
        try:
            size = self._state.snapshots.write(batch, header, arrays)
        except OSError as error:
            self._status.snapshot_failures += 1
            self._warn(
                f"expected to write the snapshot after batch {batch}, found: {error.strerror}: free some "
                "space in the state folder; the service goes on with the one before"
            )
            return
        self._took_s = time.monotonic() - started
        self._state.drop_old_journals()
        self._status.snapshot_batch = batch
        self._status.snapshot_bytes = size
        self._status.snapshot_s = time.monotonic()
        self._status.stages["snapshot"].observe(self._took_s)
