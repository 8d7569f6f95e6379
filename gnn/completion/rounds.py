"""Two rounds: who belongs given the seeds; then the confident ones are marked too, and all are asked again.

A ring's style (hours apart, one funding account, the same habits) shows better in twelve members than in
three. Marks of the second round are the first round's probabilities, so that a doubtful member counts little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gnn.completion.features import Pool, features
from gnn.completion.head import Head, mean_logit
from gnn.completion.relations import Floats, Mask, Matrix, Rows

CONFIDENT: Final = 0.5
"""Who is marked in the second round: a probability of at least this."""
MOST: Final = 60
"""At most so many are marked beside those given: bounds the cost."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Heads of both rounds, each an ensemble."""

    first: tuple[Head, ...]
    second: tuple[Head, ...]


def marks_of(pool: Pool, given: Rows) -> Floats:
    """(n,): 1 at the positions ``given``."""
    marks = np.zeros(pool.size)
    marks[given] = 1.0
    return marks


def grown_marks(marks: Floats, logits: Floats) -> Floats:
    """Marks of the second round: those given, and the probabilities of the confident."""
    chance = 1.0 / (1.0 + np.exp(-logits))
    chance[marks > 0] = 0.0
    best = np.argsort(-chance, kind="stable")[:MOST]
    grown = marks.copy()
    grown[best] += np.where(chance[best] >= CONFIDENT, chance[best], 0.0)
    return grown


def second_features(pool: Pool, marks: Floats, logits: Floats) -> Matrix:
    """(n, columns + 1): features under the grown marks, and the first round's probability."""
    chance = (1.0 / (1.0 + np.exp(-logits)))[:, None].astype(np.float32)
    return np.concatenate([features(pool, grown_marks(marks, logits)), chance], axis=1)


def complete(model: Completion, pool: Pool, given: Rows) -> Floats:
    """Log odds that each account of the pool belongs to the ring of those at positions ``given``.

    Where no one is given no one belongs: minus infinity.
    """
    if not len(given):
        return np.full(pool.size, -np.inf)
    marks = marks_of(pool, given)
    first = mean_logit(model.first, features(pool, marks))
    return mean_logit(model.second, second_features(pool, marks, first))


def completes_to_itself(
    model: Completion, pool: Pool, given: Rows, threshold: float = 0.0
) -> tuple[Mask, bool]:
    """Who belongs above ``threshold`` (log odds), those given included, and whether that set stands.

    It stands where at least half of those given are found again from the members that were added: a ring
    completes to itself, while growth that ran over into strangers does not lead back.
    """
    inside = complete(model, pool, given) >= threshold
    inside[given] = True
    added = np.setdiff1d(np.flatnonzero(inside), given)
    if not len(added):
        return inside, True
    back = complete(model, pool, added)[given] >= threshold
    return inside, bool(back.mean() >= 0.5)
