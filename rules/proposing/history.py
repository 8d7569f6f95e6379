"""Recent history as columns: every event that rules act on with its facts, and what was answered by then.

Everything is point in time. What happened after ``at_ms`` is not read: not as an event, not as an answer, not
as part of a fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.model.events import Chargeback, EventBase, Verdict
from graph.model.vocabulary import FactName, VerdictOutcome
from rules.book.rule import Condition, Rule
from rules.facts.gathering import DAY_MS, FactGatherer
from rules.facts.names import NUMBER_PLACES, WORD_PLACES, Observation
from rules.onset.signs import SignReader
from rules.onset.watch import Onset, OnsetWatch

MOST_ROWS: Final = 500_000
"""Observations that are kept, the newest."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class History:
    """``n`` observations between ``from_ms`` and ``at_ms`` as they came, and what is known of accounts.

    ``numbers`` (n, facts) with NaN where unknown, ``words`` (n, facts) as places in ``vocabulary``,
    ``accounts`` (n,) as places in ``account_ids``, ``ts`` and ``money`` (n,). ``fraud`` are accounts with a
    dispute or the verdict fraud, ``legit`` those with the verdict legit. ``dropped``: older observations for
    which there was no room; ``unwatched``: signs in segments for which there was none.
    """

    from_ms: int
    at_ms: int
    numbers: Floats
    words: Ints
    vocabulary: tuple[str, ...]
    accounts: Ints
    account_ids: tuple[str, ...]
    ts: Ints
    money: Floats
    event_ids: tuple[str, ...]
    onsets: tuple[Onset, ...] = ()
    fraud: frozenset[str] = frozenset()
    legit: frozenset[str] = frozenset()
    dropped: int = 0
    unwatched: int = 0

    def __len__(self) -> int:
        return len(self.ts)

    def between(self, from_ms: int, to_ms: int) -> Bools:
        """Which observations lie in ``[from_ms, to_ms]``, (n,)."""
        return (self.ts >= from_ms) & (self.ts <= to_ms)

    def number_of(self, name: FactName) -> Floats:
        """One number of every observation, (n,); NaN where unknown."""
        column: Floats = self.numbers[:, NUMBER_PLACES[name]]
        return column

    def holds(self, condition: Condition) -> Bools:
        """For which observations a condition holds, (n,): as ``Condition.holds`` says one by one."""
        if condition.value is None:
            places = [n for n, word in enumerate(self.vocabulary) if word in condition.words]
            return np.isin(self.words[:, WORD_PLACES[condition.fact]], places)
        numbers = self.number_of(condition.fact)
        above = numbers >= condition.value
        return above if condition.test.value == "at_least" else numbers <= condition.value

    def matches(self, rule: Rule) -> Bools:
        """Which observations a rule matches, (n,): as ``Rule.matches`` says one by one."""
        events = [n for n, word in enumerate(self.vocabulary) if word in rule.events]
        matched = np.isin(self.words[:, WORD_PLACES[FactName.EVENT]], events)
        for condition in rule.when:
            matched &= self.holds(condition)
        if rule.score:
            points = np.zeros(len(self), np.int64)
            for scored in rule.score:
                points += scored.points * self.holds(scored)
            matched &= points >= rule.points_at_least
        return matched

    def distinct_accounts(self, rows: Bools) -> int:
        """How many different accounts these observations are of."""
        return len(np.unique(self.accounts[rows]))


@dataclass(slots=True)
class _Kept:
    window_ms: int
    observed: list[Observation] = field(default_factory=list)
    answers: dict[str, VerdictOutcome] = field(default_factory=dict)
    disputed: dict[str, None] = field(default_factory=dict)
    newest_ms: int = 0
    dropped: int = 0
    trim_at: int = 100_000

    def answer(self, event: EventBase) -> None:
        if isinstance(event, Chargeback):
            self.disputed[event.account_id] = None
        elif isinstance(event, Verdict):
            self.answers[event.subject] = event.outcome

    def keep(self, observed: Observation) -> None:
        self.observed.append(observed)
        if len(self.observed) >= self.trim_at:
            self.trim(self.newest_ms)

    def trim(self, at_ms: int) -> None:
        """Let go of what lies before the window, and of the oldest beyond ``MOST_ROWS``."""
        inside = [each for each in self.observed if each.ts > at_ms - self.window_ms]
        self.dropped += max(0, len(inside) - MOST_ROWS)
        self.observed = inside[-MOST_ROWS:]
        self.trim_at = 2 * max(len(self.observed), 50_000)


class HistoryReader:
    """Follows events and gives the last ``days`` days as they were known at a moment, at as many as asked.

    Moments are asked for in their order, each before the first event after it is followed.
    """

    def __init__(self, days: float) -> None:
        self._facts = FactGatherer()
        self._watch = OnsetWatch(SignReader(self._facts))
        self._kept = _Kept(round(days * DAY_MS))
        self._onsets: list[Onset] = []

    def follow(self, event: EventBase) -> None:
        """Take in one event."""
        kept = self._kept
        kept.newest_ms = max(kept.newest_ms, event.ts)
        observed = self._facts.observe(event)
        self._onsets += self._watch.observe(event, observed)
        if observed is None:
            kept.answer(event)
        else:
            kept.keep(observed)

    def at(self, at_ms: int | None) -> History:
        """What is known at ``at_ms``; None is the newest event."""
        kept = self._kept
        ends_ms = kept.newest_ms if at_ms is None else at_ms
        self._onsets += self._watch.reach(ends_ms)
        kept.trim(ends_ms)
        history = _columns(kept, ends_ms - kept.window_ms, ends_ms, tuple(self._onsets))
        return replace(history, unwatched=self._watch.unwatched)


def history_of(events: Iterable[EventBase], at_ms: int | None, days: float) -> History:
    """The last ``days`` days before ``at_ms``, and every onset until then, in one pass.

    Events later than ``at_ms`` are passed over, wherever they stand; None is the newest event.
    """
    reader = HistoryReader(days)
    for event in events:
        if at_ms is None or event.ts <= at_ms:
            reader.follow(event)
    return reader.at(at_ms)


def _columns(kept: _Kept, from_ms: int, at_ms: int, onsets: tuple[Onset, ...]) -> History:
    observed = kept.observed
    vocabulary: dict[str, int] = {}
    accounts: dict[str, int] = {}
    words = [[vocabulary.setdefault(word, len(vocabulary)) for word in each.words] for each in observed]
    whose = [accounts.setdefault(each.account_id, len(accounts)) for each in observed]
    fraud = {who for who, answer in kept.answers.items() if answer is VerdictOutcome.FRAUD}
    legit = {who for who, answer in kept.answers.items() if answer is VerdictOutcome.LEGIT}
    return History(
        from_ms=from_ms,
        at_ms=at_ms,
        numbers=np.array([each.numbers for each in observed], np.float64).reshape(-1, len(NUMBER_PLACES)),
        words=np.array(words, np.int64).reshape(-1, len(WORD_PLACES)),
        vocabulary=tuple(vocabulary),
        accounts=np.array(whose, np.int64),
        account_ids=tuple(accounts),
        ts=np.array([each.ts for each in observed], np.int64),
        money=np.array([each.money for each in observed], np.float64),
        event_ids=tuple(each.event_id for each in observed),
        onsets=onsets,
        # A verdict outweighs a dispute: people look closer than banks.
        fraud=frozenset((fraud | set(kept.disputed)) - legit),
        legit=frozenset(legit),
        dropped=kept.dropped,
    )
