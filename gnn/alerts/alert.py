"""What an operator answers: a ring that was flagged, once, however often it grew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.model.results import Flag, Ring

if TYPE_CHECKING:
    from gnn.evaluation.truth import Truth


@dataclass(frozen=True, slots=True)
class Alert:
    """A ring under the id it was flagged with: when first (epoch ms), its accounts, its highest score.

    ``accounts`` are all that its flags ever named; ``score`` is the highest of its flags, and of the ring
    itself where it is open at the end.
    """

    ring_id: str
    first_ms: int
    score: float
    accounts: frozenset[str]


def alerts_of(flags: Iterable[Flag], rings: Iterable[Ring]) -> list[Alert]:
    """The alerts of a run, in the order raised. Cost: O(flags and rings)."""
    first: dict[str, int] = {}
    accounts: dict[str, set[str]] = {}
    scores: dict[str, float] = {}
    for flag in flags:
        first.setdefault(flag.ring_id, flag.ts)
        accounts.setdefault(flag.ring_id, set()).update(flag.accounts)
        scores[flag.ring_id] = max(flag.score, scores.get(flag.ring_id, 0.0))
    for ring in rings:
        scores[ring.ring_id] = max(ring.score, scores.get(ring.ring_id, 0.0))
    return [
        Alert(ring_id, first_ms, scores[ring_id], frozenset(accounts[ring_id]))
        for ring_id, first_ms in first.items()
    ]


def is_false(alert: Alert, truth: Truth) -> bool | None:
    """Whether fewer than half of its accounts are fraudulent; None while half of them are unanswered."""
    if 2 * len(alert.accounts & truth.fraudulent()) >= len(alert.accounts):
        return False
    if 2 * len(alert.accounts.intersection(truth.unjudged)) >= len(alert.accounts):
        return None
    return True
