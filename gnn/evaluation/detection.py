"""What any method said about a set of events, in the plain form that every metric takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.model.results import AccountScore, Flag, Ring


@dataclass(frozen=True, slots=True)
class ReportedRing:
    """A ring as a method reported it; ``kind`` is None when the method does not name kinds."""

    ring_id: str
    kind: str | None
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Detection:
    """One method's answer.

    ``first_flag_ms`` is the time of the first flag per account, and None for a method that raises no
    flags while events come in. An account absent from ``scores`` counts as scored 0.
    """

    method: str
    rings: tuple[ReportedRing, ...]
    scores: Mapping[str, float]
    first_flag_ms: Mapping[str, int] | None


def detection_of(
    method: str, rings: Iterable[Ring], accounts: Iterable[AccountScore], flags: Iterable[Flag]
) -> Detection:
    """The detection told by a run's results. Cost: O(results)."""
    first: dict[str, int] = {}
    for flag in flags:
        for account in flag.accounts:
            if account not in first or flag.ts < first[account]:
                first[account] = flag.ts
    return Detection(
        method=method,
        rings=tuple(ReportedRing(ring.ring_id, ring.kind.value, frozenset(ring.accounts)) for ring in rings),
        scores={account.account_id: account.score for account in accounts},
        first_flag_ms=first,
    )
