"""What a decision says, as it is written on HTTP."""

from __future__ import annotations

import msgspec

from graph.model.results import Reason
from graph.model.vocabulary import Advice, Decision, Fallback, RingKind


class AccountAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An account that the event names, with the score and the ring that it would have."""

    account_id: str
    score: float
    ring_id: str | None


class RuleHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A live rule that people approved and whose conditions the event meets."""

    rule: str
    decision: Decision
    """What it asks for; the policy may give less."""
    text: str


class DecisionMade(msgspec.Struct, frozen=True, kw_only=True):
    """What would be, if the event happened now, and what the policy makes of it."""

    event_id: str
    decision: Advice
    decided_by: str
    """``score``, or ``rule:`` and the name of the live rule that asked for more than the score did."""
    score: float
    """The highest probability of fraud among the accounts that the event names, in [0, 1]."""
    kind: RingKind | None
    """What the accounts would be seen doing; null when nothing was judged."""
    reasons: list[Reason]
    innocent_reasons: list[Reason]
    rules: list[RuleHeld]
    """Every live rule that the event meets, by name."""
    ring_id: str | None
    """The ring that they would stand in; one that the event would open has the id that it would get."""
    accounts: list[AccountAsked]
    """Those that the event names."""
    together_with: list[str]
    """Others that were judged together with them, the first hundred by name."""
    together_with_total: int
    model_id: str
    as_of_ms: int
    """The newest event that was known."""
    asked_ms: int
    """The moment that was asked about: that of the event, unless it is too far ahead."""
    lag: int | None
    """How many events were known to be waiting; null when nobody knows."""
    degraded: bool
    """Whether there was no time for more than the fallback."""
    fallback: Fallback | None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a batch that breaks the contract or cannot be asked about; the others are answered."""

    code: str
    detail: str


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one event of a batch: one of the two."""

    answer: DecisionMade | None = None
    refused: Refused | None = None


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to a batch, in the order asked; each as if it were asked alone."""

    answers: list[Answered]
