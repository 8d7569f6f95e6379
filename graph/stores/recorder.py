"""An engine whose store follows it: everything it applies is told to the store behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import numpy.typing as npt

from graph.model.changes import Changes, Happenings, Membership
from graph.model.event_batch import EventBatch
from graph.model.events import EventBase
from graph.model.results import AccountScore, Outcome, Ring
from graph.stores.behind import WriteBehind
from graph.stores.listening import Listener

EVERY_EVENTS: Final = 100_000
MOST_HAPPENINGS: Final = 1_000_000
"""Ledger entries, flags, verdicts, trips and takings that may wait for the store; then the engine waits."""
SOURCE: Final = "events"
"""The source under which a finite run counts the events it has applied."""


class RecordableEngine(Protocol):
    """What a store can follow: an engine, or one with more around it."""

    @property
    def model_id(self) -> str:
        """The model whose scores these are."""

    @property
    def config_digest(self) -> str:
        """A digest of every setting that can change its state."""

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied, 0 before the first."""

    def apply(self, events: EventBatch | Sequence[EventBase], /) -> Outcome:
        """Apply events in the order given."""

    def tell_trips(self) -> None:
        """From now on the outcome of a batch holds its trips as they were judged."""

    def changes(self, happened: Happenings | None = None) -> Changes:
        """What changed since the last call."""

    def memberships(self) -> list[Membership]:
        """How likely every account of every open ring belongs there."""

    def rings(self) -> list[Ring]:
        """The open rings, by id."""

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id."""

    def counts(self) -> dict[str, int]:
        """Sizes of what the engine holds."""

    def state_digest(self) -> str:
        """A digest of the graph that does not depend on the order of events."""

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything it knows, as arrays; copies."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The same, mostly its own arrays: to be read, and valid until the next batch."""

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Forget everything and know what was saved."""


class TellingEngine:
    """Behaves as the engine it is given; ``drain`` tells a store all that changed and all that was said.

    A snapshot of it holds what was not drained yet.
    """

    def __init__(self, engine: RecordableEngine) -> None:
        self._engine = engine
        self._listener = Listener()
        engine.tell_trips()

    def apply(self, events: EventBatch | Sequence[EventBase]) -> Outcome:
        """Apply events to the engine."""
        batch = events if isinstance(events, EventBatch) else EventBatch.of(events)
        outcome = self._engine.apply(batch)
        self._listener.hear(batch, outcome)
        return outcome

    def drain(self) -> Changes:
        """What changed and was said since the last call; everything at the first. O(what changed)."""
        return self._engine.changes(self._listener.take())

    @property
    def waiting(self) -> int:
        """How much was said and heard since the last draining."""
        return len(self._listener)

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything the engine knows and the store was not told yet, as arrays; copies."""
        return self._engine.save() | self._listener.save()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The same, mostly the engine's own arrays: to be read, and valid until the next batch."""
        return self._engine.arrays() | self._listener.save()

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Forget everything and know what was saved."""
        self._engine.load(saved)
        self._listener = Listener.of(saved)

    # -- what the engine says ----------------------------------------------------------------------

    @property
    def model_id(self) -> str:
        """The model whose scores these are."""
        return self._engine.model_id

    @property
    def config_digest(self) -> str:
        """A digest of every setting that can change a result."""
        return self._engine.config_digest

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied, 0 before the first."""
        return self._engine.watermark_ms

    def rings(self) -> list[Ring]:
        """The open rings, by id."""
        return self._engine.rings()

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, by account id."""
        return self._engine.accounts()

    def counts(self) -> dict[str, int]:
        """Sizes of what the engine holds."""
        return self._engine.counts()

    def state_digest(self) -> str:
        """A digest of the graph that does not depend on the order of events."""
        return self._engine.state_digest()


class RecordedEngine(TellingEngine):
    """Hands what changed to a store every ``every_events`` events; for inputs that end.

    While the store is busy or away nothing is handed over and the engine goes on. ``finish`` writes the rest.
    """

    def __init__(
        self, engine: RecordableEngine, store: WriteBehind, every_events: int = EVERY_EVENTS
    ) -> None:
        super().__init__(engine)
        self._store = store
        self._every_events = every_events
        self._applied = 0
        self._handed_over = 0

    def apply(self, events: EventBatch | Sequence[EventBase]) -> Outcome:
        """Apply events to the engine, and let the store follow when it is due."""
        outcome = super().apply(events)
        self._applied += len(events)
        if self._applied - self._handed_over >= self._every_events:
            if self.waiting > MOST_HAPPENINGS:
                self._store.settle()
            if self._store.is_ready:
                self._hand_over()
        return outcome

    def finish(self, timeout_s: float | None = None) -> None:
        """Write all that is not written yet and wait for it. Raises what the store raises.

        Memberships are those at the end, however often the store was handed something before.
        """
        last = replace(self.drain(), memberships=tuple(self._engine.memberships()))
        self._store.hand_over(last, {SOURCE: self._applied})
        self._handed_over = self._applied
        self._store.settle(timeout_s)

    def _hand_over(self) -> None:
        self._store.hand_over(self.drain(), {SOURCE: self._applied})
        self._handed_over = self._applied
