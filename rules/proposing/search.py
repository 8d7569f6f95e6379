"""The rule that an onset calls for: young accounts that show enough of what the attack brought.

Conditions come from the facts of those met since the onset: thresholds at their quantiles, and words that
several show. A scorecard gives them points (``rules.proposing.scorecard``). How many points are asked is read
from accounts that the card was not fitted to: the sum that is worth most, which is the accounts met beyond
those expected, times the square of the cautious precision (see ``rules.proposing.backtest``).

A campaign brings more newcomers than the quiet windows had. How many honest ones there are now is read from
those that show the least: were they as many as before, as many would show so little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graph.model.vocabulary import ConditionTest, Decision, EarlySign, FactName, RingKind, SegmentKind
from graph.state.digest import content_id
from rules.book.rule import Condition, Rule, ScoredCondition
from rules.facts.names import NUMBER_PLACES, WORD_PLACES
from rules.onset.signs import YOUNG_H
from rules.onset.watch import Onset
from rules.proposing.backtest import Spans, poisson_bound
from rules.proposing.history import Bools, History, Ints
from rules.proposing.scorecard import Card, Shown, cross_fitted, fitted

PRECISION: Final = 0.95
"""The cautious precision that a proposal keeps on history, together with the standing rules.

A rule lives on when the attack is over, and verdicts hold it to ``Rule.precision``.
"""
PRECISION_ADDED: Final = 0.95
"""The precision, as counted, of those that it meets beyond standing rules."""
QUANTILES: Final = (0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0)
LEAST_ACCOUNTS: Final = 4
LEAST_WITH_WORD: Final = 3
MOST_WORDS: Final = 6
"""Accounts that have to show a word for it to be asked about, and words of one fact that are."""
CARD_EVENTS: Final = ("card_added", "payment_declined", "trip_completed")
PROMO_EVENTS: Final = ("promo_redeemed",)
BY_ONSET: Final = "onset"
"""Who proposed it: nobody; anybody may approve it."""
YOUNG: Final = Condition(FactName.ACCOUNT_AGE_H, ConditionTest.AT_MOST, YOUNG_H)
"""Every proposal is about young accounts, as the signs are: those that ride every day cannot be met by it."""


@dataclass(frozen=True, slots=True)
class _Tried:
    points: int
    accounts: int
    worth: float


def propose(history: History, onset: Onset, standing: Sequence[Rule] = ()) -> list[Rule]:
    """The rule for an onset, beside those that stand; none when nothing keeps ``PRECISION``.

    Whom ``standing`` rules meet is what an attack looks like, and is left to them. Uses the observations of
    ``history`` alone, which end at its ``at_ms``.
    """
    events = PROMO_EVENTS if onset.sign is EarlySign.CROWDED_PROMOS else CARD_EVENTS
    spans = Spans.of(history, onset.began_ms)
    if not spans.is_contrasted:
        return []
    places = [n for n, word in enumerate(history.vocabulary) if word in events]
    subject = np.isin(history.words[:, WORD_PLACES[FactName.EVENT]], places)
    spans = spans.only(subject & history.holds(YOUNG))
    left = np.ones(len(history), np.bool_)
    for rule in standing:
        left &= ~np.isin(history.accounts, np.unique(history.accounts[history.matches(rule)]))
    if history.distinct_accounts(spans.attack & left) < LEAST_ACCOUNTS or not spans.quiet.any():
        return []
    shown, is_left = _shown(history, spans, _asked(history, spans, onset), left)
    card = fitted(shown)
    best = _best(shown, is_left) if card else None
    if best is None or best.points > sum(card.values()):
        return []
    return [_rule(shown, card, best.points, onset, events, history.at_ms)]


def _asked(history: History, spans: Spans, onset: Onset) -> tuple[Condition, ...]:
    """What may be asked: thresholds where the attack's facts lie, and words that it has brought."""
    found: list[Condition] = []
    for name, place in NUMBER_PLACES.items():
        numbers = history.numbers[spans.attack, place]
        numbers = numbers[~np.isnan(numbers)]
        if name is FactName.ACCOUNT_AGE_H or not len(numbers):
            continue
        values = sorted({_rounded(float(each)) for each in np.quantile(numbers, QUANTILES, method="nearest")})
        found += [Condition(name, test, value) for test in _tests(name) for value in values]
    for name, place in WORD_PLACES.items():
        if name is not FactName.EVENT:
            words = _words(history, spans, place)
            found += [Condition(name, ConditionTest.ONE_OF, words=(word,)) for word in words]
    if onset.segment is not SegmentKind.EVERYTHING:
        found.append(Condition(FactName(onset.segment.value), ConditionTest.ONE_OF, words=(onset.word,)))
    return tuple(dict.fromkeys(found))


def _words(history: History, spans: Spans, place: int) -> list[str]:
    """The words of one fact that most accounts show since the onset."""
    shown = []
    for code in np.unique(history.words[spans.attack, place]).tolist():
        accounts = history.distinct_accounts((history.words[:, place] == code) & spans.attack)
        if history.vocabulary[code] and accounts >= LEAST_WITH_WORD:
            shown.append((-accounts, history.vocabulary[code]))
    return [word for _, word in sorted(shown)[:MOST_WORDS]]


def _tests(name: FactName) -> tuple[ConditionTest, ...]:
    """In which direction a fact may be asked: a count may be high, an age low, an amount either.

    That an account or a card is old is true of ever more of them as a stream goes on, attack or not.
    """
    if name is FactName.AMOUNT:
        return (ConditionTest.AT_LEAST, ConditionTest.AT_MOST)
    is_low = name in (FactName.CARD_AGE_H, FactName.TRIPS_BEFORE)
    return (ConditionTest.AT_MOST,) if is_low else (ConditionTest.AT_LEAST,)


def _rounded(value: float) -> float:
    """Two digits that matter: what a person reads, and no more exact than what it was learnt from."""
    return float(f"{value:.2g}")


def _shown(history: History, spans: Spans, asked: tuple[Condition, ...], left: Bools) -> tuple[Shown, Bools]:
    """What each account showed in each window, and which of them no standing rule meets."""
    rows = np.flatnonzero(spans.attack | spans.quiet)
    rows = rows[np.argsort(spans.whose[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(spans.whose[rows], prepend=-1))
    holds = np.array([history.holds(condition)[rows] for condition in asked])
    first = rows[starts]
    shown = Shown(asked, holds, starts, spans.attack[first], history.accounts[first], spans.windows)
    return shown, left[first]


def _best(shown: Shown, is_left: Bools) -> _Tried | None:
    """The points that are worth asking for most, by accounts that the card was not fitted to."""
    points = cross_fitted(shown)
    attack, quiet = shown.is_attack, ~shown.is_attack
    before = int(quiet.sum())
    honest = _honest(shown, points) / before
    best: _Tried | None = None
    for asked in range(1, int(points.max()) + 1):
        met = points >= asked
        accounts = int((met & attack & is_left).sum())
        if accounts < LEAST_ACCOUNTS:
            break
        expected = honest * int((met & quiet & is_left).sum())
        together = met | ~is_left
        bound = honest * poisson_bound(int((together & quiet).sum()))
        precision = 1 - bound / int((together & attack).sum())
        worth = (accounts - expected) * max(precision, 0.0) ** 2
        is_precise = precision >= PRECISION and expected <= (1 - PRECISION_ADDED) * accounts
        if is_precise and (best is None or worth > best.worth):
            best = _Tried(asked, accounts, worth)
    return best


def _honest(shown: Shown, points: Ints) -> float:
    """How many honest accounts there are among the attack's: as many as in a quiet window at least."""
    attack, quiet = points[shown.is_attack], np.sort(points[~shown.is_attack])
    little = quiet[len(quiet) // 2]
    share = float((quiet <= little).mean())
    return min(max(len(quiet) / shown.windows, float((attack <= little).sum()) / share), float(len(attack)))


def _rule(shown: Shown, card: Card, points: int, onset: Onset, events: Sequence[str], at_ms: int) -> Rule:
    kind = RingKind.PROMO_FARM if events == PROMO_EVENTS else RingKind.STOLEN_CARDS
    score = tuple(
        ScoredCondition(each.fact, each.test, each.value, each.words, worth)
        for each, worth in ((shown.asked[place], worth) for place, worth in card.items())
    )
    text = f"{YOUNG.text}; at least {points} points of: " + "; ".join(each.text for each in score)
    digest = content_id("rule", onset.onset_id, str(at_ms), text).removeprefix("rule_")[:8]
    return Rule(
        name=f"{kind.value.replace('_', '-')}-{digest}",
        text=f"Like the attack seen in {onset.sign.value.replace('_', ' ')}: {text}",
        kind=kind,
        decision=Decision.REVIEW,
        events=tuple(events),
        when=(YOUNG,),
        proposed_by=BY_ONSET,
        proposed_ms=at_ms,
        points_at_least=points,
        score=score,
    )
