"""Which alerts the service raised, and what investigators answered: what is kept of a promise, by week.

Bounded: the newest ``MOST_ALERTS`` alerts are remembered, and verdicts on older ones are not counted. A
verdict on a single account answers no alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from gnn.alerts.weeks import week_of
from graph.model.events import Verdict
from graph.model.results import Flag
from graph.model.vocabulary import VerdictOutcome

MOST_ALERTS: Final = 20_000
WEEKS_SHOWN: Final = 8


class RaisedAlert(msgspec.Struct, frozen=True, array_like=True):
    """A ring that was flagged: the week of its first flag (a Monday, epoch ms) and the newest answer."""

    week_ms: int
    answer: VerdictOutcome = VerdictOutcome.UNSURE


class AnsweredWeek(msgspec.Struct, frozen=True):
    """The alerts of one week by their answers; without one, or ``unsure``, an alert is unanswered."""

    week_ms: int
    fraud: int
    legit: int
    unanswered: int

    @property
    def false_share(self) -> float | None:
        """The share of false alerts among those answered; None while there are none."""
        answered = self.fraud + self.legit
        return self.legit / answered if answered else None


def with_results(
    book: Mapping[str, RaisedAlert], flags: Iterable[Flag], verdicts: Iterable[Verdict]
) -> dict[str, RaisedAlert]:
    """The book after a batch, by ring id in the order raised; the one given is left as it is.

    Cost: O(the book).
    """
    after = dict(book)
    for flag in flags:
        after.setdefault(flag.ring_id, RaisedAlert(week_of(flag.ts)))
    for verdict in verdicts:
        if verdict.subject in after:
            after[verdict.subject] = RaisedAlert(after[verdict.subject].week_ms, verdict.outcome)
    for ring_id in list(after)[: max(len(after) - MOST_ALERTS, 0)]:
        del after[ring_id]
    return after


def by_week(book: Mapping[str, RaisedAlert]) -> list[AnsweredWeek]:
    """The newest ``WEEKS_SHOWN`` weeks with alerts, in their order."""
    counts: dict[int, dict[VerdictOutcome, int]] = {}
    for alert in book.values():
        week = counts.setdefault(alert.week_ms, dict.fromkeys(VerdictOutcome, 0))
        week[alert.answer] += 1
    return [
        AnsweredWeek(
            week_ms,
            counts[week_ms][VerdictOutcome.FRAUD],
            counts[week_ms][VerdictOutcome.LEGIT],
            counts[week_ms][VerdictOutcome.UNSURE],
        )
        for week_ms in sorted(counts)[-WEEKS_SHOWN:]
    ]
