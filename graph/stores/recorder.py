"""An engine whose store follows it: everything it applies is written behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from graph.changes import Happenings, Look, changes_between, nothing
from graph.event_batch import CHARGEBACK, PROMO_REDEEMED, TRIP_COMPLETED, VERDICT, EventBatch
from graph.events import Chargeback, EventBase, PromoRedeemed, TripCompleted, Verdict
from graph.kept_trips import TripKeeper
from graph.results import AccountScore, Outcome, Ring
from graph.stores.behind import WriteBehind
from graph.view import GraphView

_KEPT: Final = (TRIP_COMPLETED, PROMO_REDEEMED, CHARGEBACK, VERDICT)
"""What is looked at for the store, beside what the engine answers."""
EVERY_EVENTS: Final = 100_000
MOST_HAPPENINGS: Final = 1_000_000
"""Ledger entries, flags, verdicts, trips and takings that may wait for the store; then the engine waits."""
SOURCE: Final = "events"
"""The source under which a finite run counts the events it has applied."""


class Recorded(Protocol):
    """What is asked of the engine."""

    @property
    def model_id(self) -> str:
        """The model whose scores these are."""

    @property
    def config_digest(self) -> str:
        """A digest of every setting that can change a result."""

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied."""

    def apply(self, events: EventBatch) -> Outcome:
        """Apply events."""

    def rings(self) -> list[Ring]:
        """The open rings."""

    def accounts(self) -> Iterator[AccountScore]:
        """Every account."""

    def counts(self) -> dict[str, int]:
        """Sizes."""

    def state_digest(self) -> str:
        """A digest of the graph."""

    def view(self) -> GraphView:
        """The graph as columns."""


class RecordedEngine:
    """Behaves as the engine it is given, and hands what changed to a store every ``every_events`` events.

    While the store is busy or away nothing is handed over and the engine goes on. ``finish`` writes the
    rest. Cost: one view and one comparison, O(links), for each handing over.
    """

    def __init__(
        self, engine: Recorded, store: WriteBehind, window_ms: int, every_events: int = EVERY_EVENTS
    ) -> None:
        self._engine = engine
        self._store = store
        self._window_ms = window_ms
        self._every_events = every_events
        self._look = nothing()
        self._happened = Happenings()
        self._waiting: list[TripCompleted] = []
        self._keeper = TripKeeper()
        self._applied = 0
        self._handed_over = 0

    def apply(self, events: EventBatch | Sequence[EventBase]) -> Outcome:
        """Apply events to the engine, and let the store follow when it is due."""
        events = events if isinstance(events, EventBatch) else EventBatch.of(events)
        outcome = self._engine.apply(events)
        happened = self._happened
        happened.ledger += outcome.ledger
        happened.flags += outcome.flags
        for event in events[np.isin(events.records["kind"], _KEPT)].events():
            if isinstance(event, TripCompleted):
                self._waiting.append(event)
            elif isinstance(event, PromoRedeemed | Chargeback):
                happened.takings.append(event)
            elif isinstance(event, Verdict):
                happened.verdicts.append(event)
        self._applied += len(events)
        if self._applied - self._handed_over >= self._every_events:
            if len(happened) + len(self._waiting) > MOST_HAPPENINGS:
                self._store.settle()
            if self._store.is_ready:
                self._hand_over()
        return outcome

    def finish(self, timeout_s: float | None = None) -> None:
        """Write all that is not written yet and wait for it. Raises what the store raises."""
        self._hand_over()
        self._store.settle(timeout_s)

    def _hand_over(self) -> None:
        rings = self._engine.rings()
        look = Look.at(self._engine.view(), rings)
        members = [account for ring in rings for account in ring.accounts]
        self._happened.trips = self._keeper.keep(self._waiting, members)
        changes = changes_between(self._look, look, self._window_ms, self._happened)
        self._store.hand_over(changes, self._offsets())
        self._look = look
        self._happened = self._happened.next()
        self._waiting = []
        self._handed_over = self._applied

    def _offsets(self) -> Mapping[str, int]:
        return {SOURCE: self._applied}

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
