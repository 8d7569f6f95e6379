"""Keeps a store in step with the engine: behind its batches, ahead of its flags.

Every batch's changes are written with the offsets they belong to, in one transaction. While the store is busy
or away, changes collect in the engine (not yet drained), so that the backlog is bounded by the graph. A batch
with results waits a moment for the store, so that whoever follows a flag finds its ring there. It does not
wait for a store that is away.
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

StoreOffsets = Mapping[str, int]
"""By partition, the offset up to which changes are written to the store."""


@runtime_checkable
class DrainableEngine(Protocol):
    """An engine that records what changes."""

    def drain(self) -> Any:
        """What changed, and the results emitted, since the last call; everything at the first."""

    @property
    def waiting(self) -> int:
        """How many records have collected since the last call of ``drain``."""


class StoreSync:
    """Hands the changes of an engine to a store, which holds those up to ``reached``."""

    def __init__(
        self, store: StoreBehind | None, reached: StoreOffsets, status: Status, retry: Retry
    ) -> None:
        self._store, self._status, self._retry = store, status, retry
        self._reached: StoreOffsets | None = reached
        self._written: StoreOffsets = {}
        self._handed: StoreOffsets = {}
        self._written_batch = self._handed_batch = 0
        self._waiting_s: float | None = None
        self._handed_s: float | None = None
        """When the oldest batch came (monotonic) that is not handed over, or handed over and not written."""

    def begin(self, snapshot: int, in_snapshot: StoreOffsets) -> None:
        """Goes on after a recovery; ``in_snapshot``: how far the store was when the snapshot was taken.

        Raises ``BadCall`` when the store is behind that, or holds what this state never wrote: it is another
        one. A recovery in the middle of a run (a batch broke the engine) changes nothing: what was handed
        over before it stands.
        """
        self._written_batch = self._handed_batch = snapshot
        reached, self._reached = self._reached, None
        if reached is None:
            return
        # Without a snapshot the store itself says how far it is: written by a run that left no snapshot.
        self._written = self._handed = in_snapshot if snapshot else reached
        if self._store is None:
            return
        if snapshot and reached and not in_snapshot:
            raise BadCall(
                "expected an empty store for a state that had none, found one that is in use: name an empty "
                "one, or begin with an empty state folder"
            )
        for partition, offset in sorted(in_snapshot.items()):
            at = reached.get(partition, 0)
            if at < offset:
                raise BadCall(
                    f"expected the store of this state, written up to {offset} of {partition}, found one at "
                    f"{at}: name that store, or begin with an empty state folder"
                )

    def write(self, engine: object, batch: int, offsets: StoreOffsets, *, has_results: bool) -> None:
        """Hands over what changed, if the store is ready or worth waiting for. Raises what that raises."""
        store = self._store
        if store is None or not offsets:
            return
        if not isinstance(engine, DrainableEngine):
            raise Fatal("expected an engine that records its changes, found one without drain; report it")
        if engine.waiting > MOST_WAITING:
            self._retry(lambda: store.settle(PATIENCE_S))
        if self._waiting_s is None:
            self._waiting_s = time.monotonic()
        if self._is_written(PATIENCE_S if has_results else 0.0):
            store.hand_over(engine.drain(), offsets)
            self._handed, self._handed_batch = dict(offsets), batch
            self._handed_s, self._waiting_s = self._waiting_s, None
            if has_results:
                self._is_written(PATIENCE_S)
        self._show(batch)

    def catch_up(self, engine: object, batch: int, offsets: StoreOffsets) -> None:
        """Hands over what waits, if the store is ready by now: for when no batch comes that would."""
        if self._store is None:
            return
        if self._is_written(0.0) and self._handed_batch < batch:
            self.write(engine, batch, offsets, has_results=False)
        self._show(batch)

    def _show(self, batch: int) -> None:
        is_behind = self._written_batch < batch
        self._status.store_behind = batch - self._written_batch
        self._status.store_behind_since_s = (self._handed_s or self._waiting_s) if is_behind else None

    def written(self) -> StoreOffsets | None:
        """How far the store is written; None while a write is under way, which is no time for a snapshot."""
        return self._written if self._is_written(0.0) else None

    def settle(self, engine: object, batch: int, offsets: StoreOffsets, until_s: float) -> bool:
        """Writes the rest, as far as there is time until then (monotonic); whether all of it is written.

        A store that is away is not waited for: the next run of the service writes the rest.
        """
        for _ in range(2):
            if not self._is_written(max(0.0, until_s - time.monotonic())):
                return self._status.store_is_away
            if self._store is None or not offsets or self._handed_batch >= batch:
                return True
            self.write(engine, batch, offsets, has_results=False)
        return self._is_written(max(0.0, until_s - time.monotonic()))

    def _is_written(self, patience_s: float) -> bool:
        """Whether no write is under way, after so long at most; at once when the store is away."""
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
        self._handed_s = None
        return True
