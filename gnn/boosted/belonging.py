"""What a model of membership learns from: accounts in and around candidates, and whether they belong.

In every simulated city the engine runs, and for candidates that are mostly one planted ring the accounts in
and around them are described as the engine would (``graph.completion``). An account belongs when it is of
that ring. Each candidate is marked as it is; half of them also as an investigator might know them: a share of
the ring's accounts among it, and up to half as many wrong ones; and as a ring that is about to grow: those
who were in one cluster before others came, whatever share of the candidate they are. Accounts of other rings
and of look-alikes stand in and around them and are the hard negatives. The rows of one ring share one unit of
weight.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gnn.logistic.judgements import FIRST_SEED, Floats, first_guess, simulated
from graph.completion.belonging import features_at
from graph.completion.features import MEMBER_FEATURES
from graph.completion.membership import describe
from graph.completion.surroundings import around
from graph.components.edges import label
from graph.engine import Engine, EngineConfig
from graph.model.shapes import SHAPES
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.state.sizes import COMPLETED

LEAST_SCORE: Final = 0.2
"""Of the first guess: candidates below it are not looked at as they are."""
LEAST_RING: Final = 3
"""Accounts of a ring from which on it may grow."""
LARGEST: Final = 1500
EVERY: Final = 16
"""A candidate of one size, first and last account is looked at once in so many judgements."""
AROUND: Final = 400
"""Accounts around a candidate that are described."""
KEPT_OUTSIDE: Final = 0.25
"""Share of the strangers around a candidate that become rows; each then counts for as many more."""
KNOWN: Final = (0.25, 0.5, 0.75, 0.95)
"""Shares of a ring that may be known."""
WRONG: Final = 0.3
"""Share of a candidate's strangers that are marked as if known."""


@dataclass(frozen=True, slots=True)
class Members:
    """Accounts asked about in one city: features (n, len(MEMBER_FEATURES)), whether each belongs, to what."""

    features: npt.NDArray[np.float32]
    labels: Floats
    weights: Floats
    groups: tuple[str, ...]


class _Rows:
    """Collects rows while an engine judges."""

    def __init__(self, seed: int, ring_of: dict[str, str]) -> None:
        self.engine: Engine
        self._seed, self._ring_of = seed, ring_of
        self._draw = random.Random(f"belonging {seed}")
        self._seen: Counter[tuple[int, int, int]] = Counter()
        self.features: list[npt.NDArray[np.float32]] = []
        self.labels: list[bool] = []
        self.weights: list[float] = []
        self.groups: list[str] = []

    def observe(self, judgement: Judgement, _values: list[float], _at: Moment) -> None:
        """Describe the accounts in and around one candidate."""
        accounts = list(judgement.accounts)
        key = (len(accounts), accounts[0], accounts[-1])
        self._seen[key] += 1
        if self._seen[key] % EVERY != 1 or len(accounts) > LARGEST:
            return
        rings = Counter(filter(None, map(self._ring, accounts)))
        if not rings:
            return
        ring, size = rings.most_common(1)[0]
        members = self.engine.state.members
        before = members[: len(accounts)].copy()
        if judgement.score >= LEAST_SCORE and 2 * rings.total() >= len(accounts):
            self._take(accounts, accounts, ring, judgement)
            if self._draw.random() < 0.5:
                share = self._draw.choice(KNOWN)
                self._take(self._known(accounts, ring, share), accounts, ring, judgement)
        if size >= LEAST_RING and size < len(accounts):
            self._take(self._cluster(accounts, ring), accounts, ring, judgement)
        members[: len(accounts)] = before

    def _known(self, accounts: list[int], ring: str, share: float) -> list[int]:
        """A share of a ring's accounts, and up to half as many of the others."""
        ours = [a for a in accounts if self._ring(a) == ring and self._draw.random() < share]
        return self._with_strangers(ours, accounts, ring)

    def _cluster(self, accounts: list[int], ring: str) -> list[int]:
        """One cluster of a ring's accounts, all of them where they are in none, and some strangers in it."""
        forest = self.engine.state.forest
        own = label(forest, self._draw.choice([a for a in accounts if self._ring(a) == ring]))
        near = [a for a in accounts if own < 0 or label(forest, a) == own]
        return self._with_strangers([a for a in near if self._ring(a) == ring], near, ring)

    def _with_strangers(self, ours: list[int], among: list[int], ring: str) -> list[int]:
        """Accounts of a ring, and some that are not of it, half as many at most."""
        wrong = [a for a in among if self._ring(a) != ring and self._draw.random() < WRONG]
        return sorted(ours + wrong[: len(ours) // 2])

    def _ring(self, account: int) -> str | None:
        return self._ring_of.get(self.engine.entity_index.name(account))

    def _take(self, marked: list[int], accounts: list[int], ring: str, judgement: Judgement) -> None:
        """Add a row for each account of the candidate, and for some around the marked ones, at least two."""
        if len(marked) < 2:
            return
        state, places = self.engine.state, np.zeros(COMPLETED, np.int32)
        places[: len(marked)] = marked
        known = np.array(marked, np.int32)
        found = around(state, known, places, len(marked), len(marked) + AROUND)
        asked = list(dict.fromkeys([*places[:found].tolist(), *accounts]))
        describe(state, known, np.array(asked, np.int32), SHAPES.index(judgement.shape))
        inside = set(accounts)
        row = np.zeros(len(MEMBER_FEATURES))
        for place, account in enumerate(asked):
            belongs, near = self._ring(account) == ring, account in inside
            if not belongs and not near and self._draw.random() >= KEPT_OUTSIDE:
                continue
            features_at(state, place, row)
            self.features.append(row.astype(np.float32))
            self.labels.append(belongs)
            self.weights.append(1.0 if belongs or near else 1.0 / KEPT_OUTSIDE)
            self.groups.append(f"{self._seed} {ring}")


def members_of(seed: int) -> Members:
    """Simulate one city and describe who belongs to its rings."""
    with simulated(seed) as city:
        rows = _Rows(seed, city.ring_of)
        rows.engine = Engine(EngineConfig(), first_guess(), rows.observe)
        for batch in city.batches:
            rows.engine.apply(batch)
    return Members(
        np.array(rows.features, np.float32).reshape(-1, len(MEMBER_FEATURES)),
        np.array(rows.labels, float),
        np.array(rows.weights),
        tuple(rows.groups),
    )


def gathered_members(cities: int, processes: int) -> list[Members]:
    """The rows of so many cities, in the order of their seeds, from ``FIRST_SEED`` on."""
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(members_of, range(FIRST_SEED, FIRST_SEED + cities)))


def unit_weights(cities: Sequence[Members]) -> Floats:
    """What each row counts for: the rows of one ring share one unit, strangers stand for those left out."""
    weights = np.concatenate([rows.weights for rows in cities])
    groups = [group for rows in cities for group in rows.groups]
    _, number = np.unique(groups, return_inverse=True)
    return weights / np.bincount(number, weights)[number]
