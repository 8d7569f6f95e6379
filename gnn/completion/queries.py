"""Questions to train on: which of a ring's accounts are given, with how many strangers among them.

Three of the ring, as an investigator has; a share of 25 to 95 % of it, with up to 30 % strangers among those
given; and strangers alone, who complete to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gnn.completion.features import Pool
from gnn.completion.relations import Mask, Rows

GIVEN: Final = 3
SHARES: Final = (0.25, 0.95)
STRANGERS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Question:
    """Positions of a pool that are given, and who of the pool belongs (n,), those given left out."""

    given: Rows
    belongs: Mask


def three_given(pool: Pool, members: Rows, seed: tuple[int, ...]) -> Question:
    """Three members (positions of the pool) are given; ask who else belongs."""
    draw = np.random.default_rng(seed)
    return _question(pool, np.sort(draw.choice(members, GIVEN, replace=False)), members)


def share_given(pool: Pool, members: Rows, seed: tuple[int, ...]) -> Question:
    """A share of the members and some strangers are given."""
    draw = np.random.default_rng(seed)
    count = int(np.clip(round(draw.uniform(*SHARES) * len(members)), 2, len(members) - 1))
    wrong = int(draw.uniform(0.0, STRANGERS) * count)
    strangers = np.setdiff1d(np.arange(pool.size), members)
    given = np.concatenate([draw.choice(members, count - wrong, False), draw.choice(strangers, wrong, False)])
    return _question(pool, np.sort(given), members)


def strangers_given(pool: Pool, members: Rows, seed: tuple[int, ...]) -> Question:
    """Three strangers are given: no one belongs."""
    draw = np.random.default_rng(seed)
    strangers = np.setdiff1d(np.arange(pool.size), members)
    return _question(pool, np.sort(draw.choice(strangers, GIVEN, replace=False)), members[:0])


def _question(pool: Pool, given: Rows, members: Rows) -> Question:
    belongs = np.zeros(pool.size, bool)
    belongs[members] = True
    belongs[given] = False
    return Question(given, belongs)
