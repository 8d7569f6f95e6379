"""Snapshots while the service goes on: written by a copy of the process, which a thread waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from streaming.service.core import Core
from streaming.service.ports import Arrays
from streaming.service.recovery import Positions
from streaming.service.state_folder import Header, StateFolder
from streaming.service.status import Status
from streaming.snapshots import ForkedWrite, HugePages, NotWritten

WITHIN_S: Final = 1800.0
"""Past which a snapshot is given up; ten million links take a few seconds."""


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
        self._huge_pages = HugePages()

    def prepare(self) -> None:
        """Makes the next fork a short one, beside whatever goes on."""
        self._huge_pages.begin()

    @property
    def is_busy(self) -> bool:
        """Whether one is being written."""
        return self._thread is not None and self._thread.is_alive()

    def begin(
        self, core: Core, batch: int, clock_ms: int, positions: Positions, written: Mapping[str, int]
    ) -> None:
        """Begins to write the state as it is now. Cost for the caller: the fork."""
        started = time.monotonic()

        def contents() -> tuple[Header, Arrays]:
            header = Header(
                batch=batch,
                clock_ms=clock_ms,
                positions={str(partition): position for partition, position in sorted(positions.items())},
                tally=core.tally,
                model_id=core.engine.model_id,
                config_digest=core.engine.config_digest,
                order_within_ms=self._order_within_ms,
                remember_ms=core.admission.remember_ms,
                store_offsets=dict(written),
            )
            return header, core.arrays()

        try:
            forked = self._state.snapshots.fork(batch, contents)
        except NotWritten as error:
            self._miss(batch, error)
            return
        self._status.stages["fork"].observe(time.monotonic() - started)
        self._state.turn_journal()
        self._thread = threading.Thread(
            target=self._wait, args=(batch, forked, started), name="snapshot", daemon=True
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

    def _wait(self, batch: int, forked: ForkedWrite, started: float) -> None:
        try:
            size = self._state.snapshots.keep(forked, WITHIN_S)
        except NotWritten as error:
            self._miss(batch, error)
            return
        finally:
            self.prepare()
        self._took_s = time.monotonic() - started
        self._state.drop_old_journals()
        self._status.snapshot_batch = batch
        self._status.snapshot_bytes = size
        self._status.snapshot_s = time.monotonic()
        self._status.stages["snapshot"].observe(self._took_s)

    def _miss(self, batch: int, error: NotWritten) -> None:
        self._status.snapshot_failures += 1
        self._warn(
            f"expected to write the snapshot after batch {batch}, found: {error}: see that there is memory, "
            "and room in the state folder; the service goes on with the one before"
        )
