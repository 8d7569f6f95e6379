"""Writing behind the engine: one batch is under way at a time, and the engine never waits for the store.

What piles up while a batch is under way, or while the store is away, stays with the engine as changes not
yet drained, so that the backlog is bounded by the graph and not by time: a link that changed a thousand
times is written once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.model.changes import Changes
from graph.model.errors import Unavailable
from graph.stores.port import StoreWriter, Written

LONGEST_PAUSE_S: Final = 30.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """What the metrics show of a store."""

    batches: int
    rows: int
    refused: int
    retries: int
    is_busy: bool
    is_away: bool


class WriteBehind:
    """A thread that writes what it is handed, and tries again while the store is away.

    An error that trying again does not mend is raised by the next call of ``hand_over`` or ``settle``.
    """

    def __init__(self, writer: StoreWriter) -> None:
        self._writer = writer
        self._turn = threading.Condition()
        self._job: tuple[Changes, Mapping[str, int]] | None = None
        self._error: Exception | None = None
        self._closing = False
        self._batches = self._rows = self._refused = self._retries = 0
        self._away = False
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """Whether nothing is under way."""
        with self._turn:
            return self._job is None

    @property
    def progress(self) -> Progress:
        """Counts since the start, and whether the store answers."""
        with self._turn:
            return Progress(
                self._batches, self._rows, self._refused, self._retries, self._job is not None, self._away
            )

    def hand_over(self, changes: Changes, offsets: Mapping[str, int]) -> None:
        """Have changes written; waits while others are under way."""
        with self._turn:
            self._turn.wait_for(lambda: self._job is None or self._error is not None)
            self._raise()
            self._job = (changes, dict(offsets))
            self._turn.notify_all()

    def settle(self, timeout_s: float | None = None) -> None:
        """Wait until all that was handed over is written. Raises Unavailable past ``timeout_s``."""
        with self._turn:
            done = self._turn.wait_for(lambda: self._job is None or self._error is not None, timeout_s)
            self._raise()
        if not done:
            raise Unavailable(
                f"expected the store to answer within {timeout_s:g} s, found none; start it", 1.0
            )

    def close(self) -> None:
        """Stop, leaving unwritten what the store has not taken, and close the writer."""
        with self._turn:
            self._closing = True
            self._turn.notify_all()
        self._thread.join()
        self._writer.close()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._closing or self._job is not None)
                if self._closing:
                    return
                job = self._job
            if job is None:
                continue
            try:
                self._done(self._write(*job))
            except Exception as error:
                with self._turn:
                    self._error = error
                    self._job = None
                    self._turn.notify_all()
                return

    def _write(self, changes: Changes, offsets: Mapping[str, int]) -> Written | None:
        pause_s = 0.0
        while True:
            try:
                return self._writer.write(changes, offsets)
            except Unavailable as error:
                pause_s = min(LONGEST_PAUSE_S, max(error.retry_after_s, 2 * pause_s))
                _logger.warning("the store is away, trying again in %g s: %s", pause_s, error)
            with self._turn:
                self._retries += 1
                self._away = True
                if self._turn.wait_for(lambda: self._closing, pause_s):
                    return None

    def _done(self, written: Written | None) -> None:
        with self._turn:
            self._job = None
            self._away = False
            if written is not None:
                self._batches += 1
                self._rows += written.rows
                self._refused += len(written.refused)
            self._turn.notify_all()
