"""An engine with rules beside it: their flags stand among its own, each at the event that raised it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from graph.model.changes import Changes, Happenings, Membership
from graph.model.event_batch import (
    ACCOUNT_CREATED,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    PAYMENT_DECLINED,
    PROMO_REDEEMED,
    TRIP_COMPLETED,
    VERDICT,
    WALLET_TRANSFER,
    EventBatch,
)
from graph.model.events import EventBase
from graph.model.results import AccountScore, Flag, Outcome, Ring
from rules.book.decisions import RuleEntry
from rules.running.runner import RuleReport, RuleRunner

if TYPE_CHECKING:
    from graph.engine import Engine

_FOLLOWED: Final = (
    *(ACCOUNT_CREATED, ACCOUNT_LOGIN, CARD_ADDED, PAYMENT_DECLINED, PROMO_REDEEMED, TRIP_COMPLETED),
    *(VERDICT, WALLET_TRANSFER),
)
SAVED_AS: Final = "rules"
"""Under what a snapshot keeps it."""


class RuledEngine:
    """Behaves as the engine it is given, with the flags of live rules in its outcomes.

    At one event the engine's own flags stand first. Rules follow the batch, so a batch costs what the engine
    costs and about twenty microseconds for each event but positions, cancellations and disputes.
    """

    def __init__(self, engine: Engine, entries: Sequence[RuleEntry]) -> None:
        self._engine = engine
        self._rules = RuleRunner(entries)

    def apply(self, events: EventBatch | Sequence[EventBase]) -> Outcome:
        """Apply events to the engine and to the rules."""
        batch = events if isinstance(events, EventBatch) else EventBatch.of(events)
        outcome = self._engine.apply(batch)
        rows = np.flatnonzero(np.isin(batch.records["kind"], _FOLLOWED))
        raised: list[tuple[int, Flag]] = []
        for row, event in zip(rows.tolist(), batch[rows].events(), strict=True):
            raised += [(row, flag) for flag in self._rules.follow(event)]
        if raised:
            outcome.flags = _merged(outcome.flags, raised, batch)
        return outcome

    @property
    def engine(self) -> Engine:
        """The engine that it was given; whoever applies to it alone leaves the rules behind."""
        return self._engine

    @property
    def rules(self) -> RuleRunner:
        """The rules beside it, as far as they followed."""
        return self._rules

    def rule_reports(self) -> list[RuleReport]:
        """What every rule did so far, by name."""
        return self._rules.report()

    @property
    def rules_digest(self) -> str:
        """A digest of the rules and of what was decided about them."""
        return self._rules.digest

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """Everything the engine and the rules know, as arrays."""
        return self._engine.save() | {SAVED_AS: np.frombuffer(self._rules.save(), np.uint8)}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The same, mostly the engine's own arrays: to be read, and valid until the next batch."""
        return self._engine.arrays() | {SAVED_AS: np.frombuffer(self._rules.save(), np.uint8)}

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Forget everything and know what was saved; rules begin anew from a snapshot without them."""
        self._engine.load(saved)
        if SAVED_AS in saved:
            self._rules.load(saved[SAVED_AS].tobytes())

    # -- what the engine says ----------------------------------------------------------------------

    @property
    def model_id(self) -> str:
        """The model whose scores these are."""
        return self._engine.model_id

    @property
    def config_digest(self) -> str:
        """The engine's own: its state does not depend on rules, and outlives them."""
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

    def tell_trips(self) -> None:
        """From now on the outcome of a batch holds its trips as they were judged."""
        self._engine.tell_trips()

    def memberships(self) -> list[Membership]:
        """How likely every account of every open ring belongs there."""
        return self._engine.memberships()

    def changes(self, happened: Happenings | None = None) -> Changes:
        """What changed since the last call; ``happened`` is passed on."""
        return self._engine.changes(happened)

    def state_digest(self) -> str:
        """A digest of the graph that does not depend on the order of events, nor on rules."""
        return self._engine.state_digest()


def _merged(flags: Sequence[Flag], raised: Sequence[tuple[int, Flag]], batch: EventBatch) -> list[Flag]:
    """Flags in the order of the events that raised them, the engine's own first at each."""
    rows = {batch.event_id(row): row for row in range(len(batch))} if flags else {}
    placed = [(rows[flag.event_id], 0, n, flag) for n, flag in enumerate(flags)]
    placed += [(row, 1, n, flag) for n, (row, flag) in enumerate(raised)]
    return [flag for *_, flag in sorted(placed, key=lambda each: each[:3])]
