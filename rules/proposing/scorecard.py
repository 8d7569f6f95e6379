"""A scorecard that tells an attack's accounts from those before it: few conditions, whole points.

What an attack shows at its onset is little: ten accounts or twenty, no two of which show the same. A card
adds up what each shows. Points are those of a logistic regression with a ridge penalty (le Cessie and van
Houwelingen, "Ridge estimators in logistic regression", Applied Statistics 41, 1992), the attack's accounts
against those of quiet windows, in whole ``UNIT``s. How well a card tells them is not judged on the accounts
that it was fitted to: they are split into ``FOLDS`` parts, and the accounts of each get the points of a card
that was fitted to the others, choice of conditions and all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
import numpy.typing as npt

from rules.book.rule import Condition
from rules.proposing.history import Bools, Floats, Ints

FOLDS: Final = 10
RIDGE: Final = 1.0
UNIT: Final = 0.7
"""Log odds of one point: twice as likely."""
LEAST_ODDS: Final = 0.3
"""Log odds from which on a condition is worth a point."""
LEAST_RISE: Final = 0.35
"""How much oftener than before, as a logarithm, the attack has to show a condition for it to be fitted."""
LEAST_SHOWN: Final = 2.0
"""Accounts beyond those expected that have to show it."""
MOST_ON_CARD: Final = 8
MOST_FITTED: Final = 14
MOST_EXPECTED: Final = 0.8
"""The largest share of the attack's accounts that are taken to be honest when points are fitted."""
_MOST_STEPS: Final = 30
_SETTLED: Final = 1e-6

Card = dict[int, int]
"""Points by the place of a condition among those asked; the most telling first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What ``n`` accounts showed, each in one window, in ``m`` events.

    ``holds`` (conditions, m): where each of ``asked`` holds, with the events of an account side by side.
    ``starts`` (n,): where the events of each begin. ``is_attack`` (n,): whether its window is the attack, and
    not one of ``windows`` quiet ones. ``whose`` (n,) numbers the accounts.
    """

    asked: tuple[Condition, ...]
    holds: npt.NDArray[np.bool_]
    starts: Ints
    is_attack: Bools
    whose: Ints
    windows: int

    def points(self, card: Card) -> Ints:
        """The most points that one event of each account comes to, (n,)."""
        sums = np.zeros(self.holds.shape[1], np.int64)
        for place, points in card.items():
            sums += points * self.holds[place]
        most: Ints = np.maximum.reduceat(sums, self.starts)
        return most

    def by_account(self) -> npt.NDArray[np.bool_]:
        """Which conditions each account ever met, (conditions, n)."""
        met: npt.NDArray[np.bool_] = np.logical_or.reduceat(self.holds, self.starts, axis=1)
        return met


def fitted(shown: Shown) -> Card:
    """A card fitted to all accounts; empty when nothing tells the attack from before."""
    return _fitted(shown, shown.by_account(), np.ones(len(shown.starts), np.bool_))


def cross_fitted(shown: Shown) -> Ints:
    """The points of each account by a card that was fitted without it, (n,).

    O(``FOLDS`` x accounts x ``MOST_FITTED`` squared) and a pass over the events for each part.
    """
    met = shown.by_account()
    fold = np.zeros(len(shown.starts), np.int64)
    for part in (shown.is_attack, ~shown.is_attack):
        _, rank = np.unique(shown.whose[part], return_inverse=True)
        fold[part] = rank % FOLDS
    points = np.zeros(len(shown.starts), np.int64)
    for number in range(FOLDS):
        apart = fold == number
        points[apart] = shown.points(_fitted(shown, met, ~apart))[apart]
    return points


def _fitted(shown: Shown, met: npt.NDArray[np.bool_], among: Bools) -> Card:
    attack, quiet = shown.is_attack & among, ~shown.is_attack & among
    accounts, before = int(attack.sum()), int(quiet.sum())
    if not accounts or not before:
        return {}
    expected = min(before / shown.windows, MOST_EXPECTED * accounts)
    usual = met[:, quiet].sum(axis=1)
    beyond = np.maximum(met[:, attack].sum(axis=1) - expected * usual / before, 0.0)
    # Of the accounts beyond those expected, and of those before: with little known a condition says little.
    share = (beyond + 0.25) / (accounts - expected + 1)
    rise = np.log(share * (before + 2) / (usual + 1))
    told = beyond * rise
    chosen: dict[tuple[str, tuple[str, ...]], int] = {}
    for place in np.argsort(-told, kind="stable").tolist():
        condition = shown.asked[place]
        if rise[place] >= LEAST_RISE and beyond[place] >= LEAST_SHOWN and len(chosen) < MOST_FITTED:
            # One threshold for each number: an account that shows it is told once.
            chosen.setdefault((condition.fact.value, condition.words), place)
    if not chosen:
        return {}
    places = list(chosen.values())
    odds = _ridge(met[places][:, among].T.astype(np.float64), shown.is_attack[among])
    kept = [
        (odds[n] * beyond[place], place, odds[n]) for n, place in enumerate(places) if odds[n] > LEAST_ODDS
    ]
    kept.sort(key=lambda each: (-each[0], each[1]))
    return {place: max(1, round(value / UNIT)) for _, place, value in kept[:MOST_ON_CARD]}


def _ridge(showing: Floats, is_attack: Bools) -> list[float]:
    """The log odds that each column (n, columns) is worth, by Newton's method.

    The intercept is free of the penalty.
    """
    rows = np.column_stack([np.ones(len(showing)), showing])
    answer = is_attack.astype(np.float64)
    odds = np.zeros(rows.shape[1])
    odds[0] = log((answer.sum() + 0.5) / (len(answer) - answer.sum() + 0.5))
    penalty = np.full(len(odds), RIDGE)
    penalty[0] = _SETTLED
    for _ in range(_MOST_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(rows @ odds, -30, 30)))
        slope = rows.T @ (likely - answer) + penalty * odds
        curve = (rows * (likely * (1 - likely))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        odds -= step
        if float(np.abs(step).max()) < _SETTLED:
            break
    found: list[float] = odds[1:].tolist()
    return found
