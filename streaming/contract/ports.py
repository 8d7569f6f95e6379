"""What the pipeline asks of the engine it feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from graph.model.event_batch import EventBatch
from graph.model.results import AccountScore, Candidate, Outcome, Ring
from rules.running.runner import RuleReport


class DetectionEngine(Protocol):
    """Applies events and answers what it found; never sees a duplicate or a rejected record."""

    @property
    def model_id(self) -> str:
        """The model whose scores these are."""

    @property
    def config_digest(self) -> str:
        """A digest of every setting that can change a result."""

    @property
    def watermark_ms(self) -> int:
        """The newest event time applied, 0 before the first."""

    def apply(self, batch: EventBatch) -> Outcome:
        """Apply events in the order given; flags and ledger come back in the order raised."""

    def rings(self) -> list[Ring]:
        """The open rings, sorted by ring id."""

    def accounts(self) -> Iterator[AccountScore]:
        """Every account seen, sorted by account id."""

    def counts(self) -> dict[str, int]:
        """How much the engine holds: live links, entities, accounts, open rings and the like."""

    def state_digest(self) -> str:
        """A digest of the graph that does not depend on the order of the events.

        It may be asked in another thread while results are read, and not while events are applied.
        """


class RunningRules(Protocol):
    """What people's rules did beside the engine, for a run that writes it down."""

    @property
    def rules_digest(self) -> str:
        """A digest of the rules and of what was decided about them."""

    def rule_reports(self) -> list[RuleReport]:
        """What every rule did so far, by name."""


class JudgedCandidates(Protocol):
    """What the engine judged, for a run that writes it down."""

    @property
    def written(self) -> int:
        """How many candidates were given so far."""

    @property
    def left_out(self) -> int:
        """Judgements of candidates beyond the bound of the log, which are not given."""

    def drain(self) -> Iterable[Candidate]:
        """The candidates that are new since the last call, in the order judged."""
