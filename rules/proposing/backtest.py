"""What a rule would have done on recent history: whom it meets, how sure it is, who looks alike.

Disputes are weeks away when an attack begins, so precision cannot be counted from answers alone. Two figures
stand beside each other. By *answers*: of the matched accounts that were answered, how many are fraud. By
*contrast*: a rule that meets ``a`` accounts since the attack began, and met ``r`` in ``k`` windows like it
before, meets about ``r / k`` honest ones, since honest people go on as before. With the limit of a Poisson
count, ``r + 2 sqrt(r + 1) + 2`` in place of ``r``, what is left of ``a`` is a cautious precision.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import msgspec
import numpy as np

from graph.model.vocabulary import FactName
from rules.book.rule import Rule
from rules.facts.gathering import DAY_MS
from rules.onset.signs import YOUNG_H
from rules.proposing.history import Bools, History, Ints

LEAST_WINDOWS: Final = 3
"""Quiet windows from which on a contrast says something."""
EXAMPLES: Final = 5


class Example(msgspec.Struct, frozen=True):
    """One account that a rule meets, by the first event at which it does."""

    account_id: str
    event_id: str
    ts: int
    money: float


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule does on history from ``since_ms`` to ``at_ms``, beside windows like it before.

    ``accounts``, ``events`` and ``money`` are those met since. ``quiet_accounts`` were met in the
    ``quiet_windows`` before, so ``honest_expected`` look-alikes are to be expected among ``accounts``.
    ``precision_by_contrast`` and ``recall_by_contrast`` are None with fewer than ``LEAST_WINDOWS`` windows;
    ``answered`` (fraud, legit), ``precision_by_answers`` and ``recall_by_answers`` count accounts that were
    answered by then, None without any. ``recall_by_contrast`` is of all young accounts above the usual
    number.
    """

    rule: str
    quiet_ms: int
    since_ms: int
    at_ms: int
    events: int
    accounts: int
    money: float
    quiet_windows: int
    quiet_accounts: int
    honest_expected: float
    precision_by_contrast: float | None
    recall_by_contrast: float | None
    answered: tuple[int, int]
    precision_by_answers: float | None
    recall_by_answers: float | None
    examples: tuple[Example, ...]
    look_alikes: tuple[Example, ...]


class Spans(msgspec.Struct, frozen=True):
    """The attack, and windows like it before: as long, at the same time of day, one for each whole period.

    A period is the attack's length rounded up to whole days; the one just before it is left out, since the
    attack may have begun before it was seen. ``attack`` and ``quiet`` are rows of a history (n,), ``whose``
    (n,) numbers each account in each window, ``windows`` is how many there are.
    """

    attack: Bools
    quiet: Bools
    whose: Ints
    windows: int

    @classmethod
    def of(cls, history: History, since_ms: int) -> Spans:
        """Split a history where the attack began."""
        length = max(history.at_ms - since_ms, 1)
        period = -(-length // DAY_MS) * DAY_MS
        windows = max(0, (since_ms - history.from_ms) // period - 1)
        before = (since_ms - 1 - history.ts) // period
        quiet = (before >= 1) & (before <= windows) & ((history.ts - since_ms) % period < length)
        whose = history.accounts * (windows + 2) + np.clip(before, 0, windows + 1)
        return cls(history.between(since_ms, history.at_ms), quiet, whose, int(windows))

    @property
    def is_contrasted(self) -> bool:
        """Whether there is enough quiet time to compare with."""
        return self.windows >= LEAST_WINDOWS

    def only(self, rows: Bools) -> Spans:
        """The same spans with these rows only."""
        return Spans(self.attack & rows, self.quiet & rows, self.whose, self.windows)

    def met_while_quiet(self, rows: Bools) -> int:
        """How many accounts were met in the quiet windows, summed over the windows."""
        return len(np.unique(self.whose[rows & self.quiet]))

    def honest(self, met: int) -> float:
        """How many honest accounts are expected in the attack, from those met while it was quiet."""
        return met / max(self.windows, 1)

    def honest_bound(self, met: int) -> float:
        """The most honest accounts to be expected in the attack."""
        return poisson_bound(met) / max(self.windows, 1)


def poisson_bound(count: int) -> float:
    """The mean that a Poisson count seldom shows: exceeded with a probability of about 2 %."""
    return count + 2 * sqrt(count + 1) + 2


def backtest(rule: Rule, history: History, since_ms: int) -> Backtest:
    """Try a rule on history, with an attack since ``since_ms``. O(observations x conditions)."""
    spans = Spans.of(history, since_ms)
    matched = history.matches(rule)
    met, before = matched & spans.attack, matched & spans.quiet
    accounts, quiet_accounts = history.distinct_accounts(met), spans.met_while_quiet(matched)
    young = history.number_of(FactName.ACCOUNT_AGE_H) <= YOUNG_H
    excess = accounts - spans.honest(quiet_accounts)
    all_young = history.distinct_accounts(young & spans.attack) - spans.honest(spans.met_while_quiet(young))
    fraud, legit, known = _answers(history, met, spans.attack)
    return Backtest(
        rule=rule.name,
        quiet_ms=history.from_ms,
        since_ms=since_ms,
        at_ms=history.at_ms,
        events=int(np.count_nonzero(met)),
        accounts=accounts,
        money=round(float(history.money[met].sum()), 2),
        quiet_windows=spans.windows,
        quiet_accounts=quiet_accounts,
        honest_expected=round(spans.honest(quiet_accounts), 3),
        precision_by_contrast=_share(accounts - spans.honest_bound(quiet_accounts), accounts)
        if spans.is_contrasted
        else None,
        recall_by_contrast=_share(excess, max(all_young, excess)) if spans.is_contrasted else None,
        answered=(fraud, legit),
        precision_by_answers=_share(fraud, fraud + legit),
        recall_by_answers=_share(fraud, known),
        examples=_examples(history, met),
        look_alikes=_examples(history, before),
    )


def _answers(history: History, met: Bools, attack: Bools) -> tuple[int, int, int]:
    """Of the accounts met: fraud and legit; and all fraud that is known in the attack's time."""
    ids = history.account_ids
    whom = {ids[n] for n in np.unique(history.accounts[met])}
    everybody = {ids[n] for n in np.unique(history.accounts[attack])}
    return len(whom & history.fraud), len(whom & history.legit), len(everybody & history.fraud)


def _examples(history: History, rows: Bools) -> tuple[Example, ...]:
    """The newest accounts among these rows, each by its first."""
    places = np.flatnonzero(rows)
    _, first = np.unique(history.accounts[places], return_index=True)
    newest = sorted((int(places[n]) for n in first), reverse=True)[:EXAMPLES]
    return tuple(
        Example(
            history.account_ids[history.accounts[n]],
            history.event_ids[n],
            int(history.ts[n]),
            float(history.money[n]),
        )
        for n in newest
    )


def _share(part: float, whole: float) -> float | None:
    return round(min(1.0, max(0.0, part / whole)), 4) if whole > 0 else None
