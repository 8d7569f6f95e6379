"""The rules that an onset calls for: few conditions that meet many since it began, and few before.

A beam search. Conditions come from the facts of those met since the onset: thresholds at their quantiles, and
words that are seen five times as often as before. A conjunction is worth the accounts it meets beyond those
expected, times the square of its cautious precision (see ``rules.proposing.backtest``). The best one that
keeps the precision asked for is proposed; what it leaves is searched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from graph.model.vocabulary import ConditionTest, Decision, EarlySign, FactName, RingKind, SegmentKind
from graph.state.digest import content_id
from rules.book.rule import Condition, Rule
from rules.facts.names import NUMBER_PLACES, WORD_PLACES
from rules.onset.signs import YOUNG_H
from rules.onset.watch import Onset
from rules.proposing.backtest import Spans
from rules.proposing.history import Bools, History

PRECISION: Final = 0.9
"""The cautious precision that a proposal keeps on history; verdicts hold it to ``Rule.precision``."""
QUANTILES: Final = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
WIDTH: Final = 12
DEPTH: Final = 4
LEAST_ACCOUNTS: Final = 4
MOST_PROPOSALS: Final = 3
LIFT: Final = 5.0
GAIN: Final = 1.05
"""Another condition has to be worth so much more."""
CARD_EVENTS: Final = ("card_added", "payment_declined", "trip_completed")
PROMO_EVENTS: Final = ("promo_redeemed",)
BY_ONSET: Final = "onset"
"""Who proposed it: nobody; anybody may approve it."""
YOUNG: Final = Condition(FactName.ACCOUNT_AGE_H, ConditionTest.AT_MOST, YOUNG_H)
"""Every proposal is about young accounts, as the signs are: those that ride every day cannot be met by it."""


@dataclass(frozen=True, slots=True)
class _Found:
    conditions: tuple[Condition, ...]
    rows: Bools
    accounts: int
    excess: float
    precision: float

    @property
    def worth(self) -> float:
        return self.excess * max(self.precision, 0.0) ** 2

    @property
    def order(self) -> tuple[float, int, str]:
        """Better ones first; of two that are worth the same the shorter one."""
        return (-round(self.worth, 6), len(self.conditions), " ".join(each.text for each in self.conditions))


def propose(
    history: History, onset: Onset, standing: Sequence[Rule] = (), most: int = MOST_PROPOSALS
) -> list[Rule]:
    """Rules for an onset, the widest first; none when nothing keeps ``PRECISION``.

    What ``standing`` rules meet is left to them. Uses the observations of ``history`` alone, which end at its
    ``at_ms``.
    """
    events = PROMO_EVENTS if onset.sign is EarlySign.CROWDED_PROMOS else CARD_EVENTS
    spans = Spans.of(history, onset.began_ms)
    places = [n for n, word in enumerate(history.vocabulary) if word in events]
    subject = np.isin(history.words[:, WORD_PLACES[FactName.EVENT]], places)
    rules: list[Rule] = []
    left = subject.copy()
    for rule in standing:
        left = _without(history, left, history.matches(rule))
    while len(rules) < most and spans.is_contrasted:
        found = _best(history, spans.only(left), _of_segment(onset))
        if found is None:
            break
        rules.append(_rule(found, onset, events, history.at_ms))
        left = _without(history, left, found.rows)
    return rules


def _without(history: History, rows: Bools, met: Bools) -> Bools:
    """The rows without those of accounts that are met anyway."""
    return rows & ~np.isin(history.accounts, np.unique(history.accounts[met]))


def _of_segment(onset: Onset) -> tuple[Condition, ...]:
    """The condition that the onset's own segment is; none where it was seen in everything."""
    if onset.segment is SegmentKind.EVERYTHING:
        return ()
    return (Condition(FactName(onset.segment.value), ConditionTest.ONE_OF, words=(onset.word,)),)


def _best(history: History, spans: Spans, own: Sequence[Condition]) -> _Found | None:
    spans = spans.only(history.holds(YOUNG))
    if history.distinct_accounts(spans.attack) < LEAST_ACCOUNTS:
        return None
    asked = [*_conditions(history, spans), *own]
    atoms = [(each, history.holds(each)) for each in dict.fromkeys(asked)]
    beam = [_Found((YOUNG,), history.holds(YOUNG), 0, 0.0, 0.0)]
    best: _Found | None = None
    for _ in range(DEPTH):
        grown: dict[frozenset[Condition], _Found] = {}
        for base in beam:
            for condition, holds in atoms:
                key = frozenset((*base.conditions, condition))
                if key in grown or any(_same(condition, each) for each in base.conditions):
                    continue
                found = _weighed(history, spans, base, condition, holds)
                if found.accounts >= LEAST_ACCOUNTS:
                    grown[key] = found
        beam = sorted(grown.values(), key=lambda found: found.order)[:WIDTH]
        for found in beam:
            if found.precision >= PRECISION and (best is None or found.worth > GAIN * best.worth):
                best = found
    return best


def _weighed(history: History, spans: Spans, base: _Found, condition: Condition, holds: Bools) -> _Found:
    rows = base.rows & holds
    accounts = history.distinct_accounts(rows & spans.attack)
    if accounts < LEAST_ACCOUNTS:
        return replace(base, accounts=accounts)
    quiet = spans.met_while_quiet(rows)
    precision = 1 - spans.honest_bound(quiet) / accounts
    return _Found((*base.conditions, condition), rows, accounts, accounts - spans.honest(quiet), precision)


def _conditions(history: History, spans: Spans) -> list[Condition]:
    """What may be asked: thresholds where the attack's facts lie, and words that it has brought."""
    found: list[Condition] = []
    for name, place in NUMBER_PLACES.items():
        numbers = history.numbers[spans.attack, place]
        numbers = numbers[~np.isnan(numbers)]
        if not len(numbers):
            continue
        values = sorted({_rounded(float(each)) for each in np.quantile(numbers, QUANTILES, method="nearest")})
        found += [Condition(name, test, value) for test in _tests(name) for value in values]
    for name, place in WORD_PLACES.items():
        if name is FactName.EVENT:
            continue
        words = _risen(history, spans, place)
        found += [Condition(name, ConditionTest.ONE_OF, words=words[: n + 1]) for n in range(len(words))]
    return found


def _risen(history: History, spans: Spans, place: int) -> tuple[str, ...]:
    """The words of one fact that are seen much oftener than before, by accounts; at most four."""
    risen = []
    for code in np.unique(history.words[spans.attack, place]).tolist():
        rows = history.words[:, place] == code
        now = history.distinct_accounts(rows & spans.attack)
        usual = spans.honest_bound(spans.met_while_quiet(rows))
        if history.vocabulary[code] and now >= LEAST_ACCOUNTS and now >= LIFT * usual:
            risen.append((-now, history.vocabulary[code]))
    return tuple(word for _, word in sorted(risen)[:4])


def _tests(name: FactName) -> tuple[ConditionTest, ...]:
    """In which direction a fact may be asked: a count may be high, an age low, an amount either.

    That an account or a card is old is true of ever more of them as a stream goes on, attack or not.
    """
    if name is FactName.AMOUNT:
        return (ConditionTest.AT_LEAST, ConditionTest.AT_MOST)
    is_low = name in (FactName.ACCOUNT_AGE_H, FactName.CARD_AGE_H, FactName.TRIPS_BEFORE)
    return (ConditionTest.AT_MOST,) if is_low else (ConditionTest.AT_LEAST,)


def _same(one: Condition, other: Condition) -> bool:
    return one.fact is other.fact and one.test is other.test


def _rounded(value: float) -> float:
    """Two digits that matter: what a person reads, and no more exact than what it was learnt from."""
    return float(f"{value:.2g}")


def _rule(found: _Found, onset: Onset, events: Sequence[str], at_ms: int) -> Rule:
    kind = RingKind.PROMO_FARM if events == PROMO_EVENTS else RingKind.STOLEN_CARDS
    conditions = tuple(sorted(found.conditions, key=lambda each: (each.fact.value, each.test.value)))
    text = "; ".join(each.text for each in conditions)
    digest = content_id("rule", onset.onset_id, str(at_ms), text).removeprefix("rule_")[:8]
    return Rule(
        name=f"{kind.value.replace('_', '-')}-{digest}",
        text=f"Like the attack seen in {onset.sign.value.replace('_', ' ')}: {text}",
        kind=kind,
        decision=Decision.REVIEW,
        events=tuple(events),
        when=conditions,
        proposed_by=BY_ONSET,
        proposed_ms=at_ms,
    )
