"""A few read-only sessions on the store, lent to one request at a time."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from graph.model.errors import RingfenceError, Unavailable
from queries.answer import Answer
from queries.parameters import Given
from queries.store import Store

SESSIONS: Final = 4
WAIT_S: Final = 5.0
TIMEOUT_S: Final = 10.0


class StorePool:
    """Asks the store from many threads. ``path``: the file of an embedded store, which may be replaced.

    An answer takes ``TIMEOUT_S`` at most, and waits ``WAIT_S`` at most for a free session.
    """

    def __init__(self, open_store: Callable[[], Store], path: Path | None) -> None:
        self._open = open_store
        self._path = path
        self._free: queue.LifoQueue[tuple[Store | None, object]] = queue.LifoQueue()
        self._free.put((open_store(), self._identity()))
        for _ in range(SESSIONS - 1):
            self._free.put((None, None))

    def ask(self, question: str, **given: Given) -> Answer:
        """The answer to a question. Raises as ``Store.ask``, and Unavailable when all sessions are busy."""
        with self._session() as store:
            return store.ask(question, **given)

    def watermark_ms(self) -> int:
        """The newest event time in the store, 0 before the first. One row by its key."""
        rows = self.ask("clock").rows
        found = rows[0][0] if rows else None
        return found if isinstance(found, int) else 0

    def close(self) -> None:
        """Let go of every session that is not lent."""
        with suppress(queue.Empty):
            while True:
                store, _ = self._free.get_nowait()
                if store is not None:
                    store.close()

    @contextmanager
    def _session(self) -> Iterator[Store]:
        try:
            store, identity = self._free.get(timeout=WAIT_S)
        except queue.Empty:
            raise Unavailable(
                f"expected a free session of the store within {WAIT_S:g} s, found none; ask again", 1.0
            ) from None
        try:
            now = self._identity()
            if store is None or identity != now:
                # Another run has put a new file in its place.
                if store is not None:
                    store.close()
                    store = None
                store, identity = self._open(), now
            yield store
        except Unavailable:
            if store is not None:
                with suppress(RingfenceError):
                    store.close()
            store = None
            raise
        finally:
            self._free.put((store, identity))

    def _identity(self) -> object:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino)
