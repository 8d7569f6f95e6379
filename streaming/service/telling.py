"""Tells the store what changed, behind the engine and ahead of the flags.

Every batch's changes go to the store with the offsets they belong to, in one transaction. While it is busy
or away, what changes meanwhile stays with the engine as changes not yet drained, so that the backlog is
bounded by the graph. A batch with results waits a moment for the store, so that who follows a flag finds its
ring there; it does not wait for one that is away.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from graph.model.errors import BadCall, Fatal, Unavailable
from streaming.service.ports import StoreBehind
from streaming.service.retry import Retry
from streaming.service.status import Status

PATIENCE_S: Final = 0.5
"""How long results wait for the store."""
MOST_WAITING: Final = 1_000_000
"""Flags, ledger entries, trips and takings that may wait for the store; then the engine waits as well."""

Told = Mapping[str, int]
"""By partition, the offset up to which a store was told."""


@runtime_checkable
class TellingEngine(Protocol):
    """An engine that says what changed."""

    def drain(self) -> Any:
        """What changed and was said since the last call; everything at the first."""

    @property
    def waiting(self) -> int:
        """How much was said and heard since the last draining."""


class Telling:
    """Hands the changes of an engine to a store that has ``reached`` so far. Does nothing without one."""

    def __init__(self, store: StoreBehind | None, reached: Told, status: Status, retry: Retry) -> None:
        self._store, self._status, self._retry = store, status, retry
        self._reached: Told | None = reached
        self._written: Told = {}
        self._handed: Told = {}
        self._written_batch = self._handed_batch = 0

    def begin(self, snapshot: int, told: Told) -> None:
        """Goes on after a recovery; ``told`` is what its snapshot, if any, says the store had been told.

        Raises ``BadCall`` when the store has not come that far, or holds what this state never told: it is
        another one. Where the same service comes back from a batch that broke its engine, what it handed over
        meanwhile stands.
        """
        self._written_batch = self._handed_batch = snapshot
        reached, self._reached = self._reached, None
        if reached is None:
            return
        # Without a snapshot it is what the store says: it was told by a life of ours that left none.
        self._written = self._handed = told if snapshot else reached
        if self._store is None:
            return
        if snapshot and reached and not told:
            raise BadCall(
                "expected an empty store for a state that had none, found one that is in use: name an empty "
                "one, or begin with an empty state folder"
            )
        for partition, offset in sorted(told.items()):
            at = reached.get(partition, 0)
            if at < offset:
                raise BadCall(
                    f"expected the store that this state was told to, up to {offset} of {partition}, found "
                    f"one at {at}: name that store, or begin with an empty state folder"
                )

    def tell(self, engine: object, batch: int, offsets: Told, *, has_results: bool) -> None:
        """Hands over what changed, if the store is ready or worth waiting for. Raises what it raises."""
        store = self._store
        if store is None or not offsets:
            return
        if not isinstance(engine, TellingEngine):
            raise Fatal("expected an engine that says what changed, found one without drain; report it")
        if engine.waiting > MOST_WAITING:
            self._retry(lambda: store.settle(PATIENCE_S))
        if self._is_written(PATIENCE_S if has_results else 0.0):
            store.hand_over(engine.drain(), offsets)
            self._handed, self._handed_batch = dict(offsets), batch
            if has_results:
                self._is_written(PATIENCE_S)
        self._status.store_behind = batch - self._written_batch

    def told(self) -> Told | None:
        """Up to where the store was told, None while it is still being told: no time for a snapshot."""
        return self._written if self._is_written(0.0) else None

    def settle(self, engine: object, batch: int, offsets: Told, until_s: float) -> bool:
        """Tells the rest, as far as there is time until then (monotonic); whether it is all written.

        One that is away is not waited for: what it was not told is told when the service runs again.
        """
        for _ in range(2):
            if not self._is_written(max(0.0, until_s - time.monotonic())):
                return self._status.store_is_away
            if self._store is None or not offsets or self._handed_batch >= batch:
                return True
            self.tell(engine, batch, offsets, has_results=False)
        return self._is_written(max(0.0, until_s - time.monotonic()))

    def _is_written(self, patience_s: float) -> bool:
        """Whether nothing is under way, after so long at most; at once when the store is away."""
        store, status = self._store, self._status
        if store is None:
            return True
        progress = store.progress
        status.store_is_away, status.store_refused = progress.is_away, progress.refused
        if not store.is_ready:
            if not patience_s or progress.is_away:
                return False
            try:
                store.settle(patience_s)
            except Unavailable:
                return False
        self._written, self._written_batch = self._handed, self._handed_batch
        return True
