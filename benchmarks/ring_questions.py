"""Questions about who else is of a ring, on any graph: what ``hop`` and ``completing`` ask and answer.

A ring's candidates are its other members and ``CANDIDATES`` others that are hard to tell apart: those next to
it, those that behave alike, members of other rings of its fold, anyone. Every ring is asked about with three
members given, twice, with a share of them and some strangers, and with strangers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from gnn.completion.controls import drawn_anew
from gnn.completion.crossfit import Lesson, rows_of
from gnn.completion.features import Pool, feature_names, features
from gnn.completion.likeness import population
from gnn.completion.metrics import r_precision
from gnn.completion.pagerank import push
from gnn.completion.queries import share_given, strangers_given, three_given
from gnn.completion.relations import RelationGraph, relation_graph
from gnn.completion.rounds import marks_of

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

CANDIDATES, NEAR, ALIKE, OTHER_RINGS = 600, 200, 100, 150
"""How many strangers a ring's candidates have at most, and how many of them are hard in which way."""
ASKED: Final = 2
"""Draws of three seeds for each ring that are tested."""
QUESTIONS: Final = (three_given, three_given, share_given, strangers_given)
LEARNED: Final = 160
"""Strangers of a question that are learned from: drawn anew from its candidates once."""
PARTS: Final = 2
"""Into how many parts what is learned from is gathered for the first round's own cross-fit."""
ROWS: Final = ("pagerank", "trees", "network", "no_graph", "drawn_anew")


@dataclass(frozen=True, slots=True)
class Field:
    """A graph with rings in it; its first nodes are the accounts."""

    nodes: int
    relations: int
    ties: tuple[Rows, Rows, Rows, Floats]
    """Source, target, relation and count of each."""
    silent: npt.NDArray[np.bool_]
    behaviour: Floats
    named: tuple[str, ...]
    """What the columns of ``behaviour`` are."""
    rings: list[Rows]
    fold: Rows


def graph_of(field: Field, kind: str) -> RelationGraph:
    """The graph as it is, without ties (``no_graph``) or with ties drawn anew (``drawn_anew``)."""
    source, target, relation, count = field.ties
    if kind == "drawn_anew":
        target = drawn_anew(target, relation, seed=7)
    kept = slice(0, 0) if kind == "no_graph" else slice(None)
    return relation_graph(
        field.nodes, field.relations, source[kept], target[kept], relation[kept], count[kept], field.silent
    )


def candidates_of(field: Field, graph: RelationGraph) -> list[Rows]:
    """For each ring its members and ``CANDIDATES`` strangers, ascending."""
    accounts = len(field.behaviour)
    ring_of = np.full(accounts, -1)
    for at, ring in enumerate(field.rings):
        ring_of[ring] = at
    free = np.flatnonzero(ring_of < 0)
    ranks = np.stack([np.argsort(np.argsort(column)) / accounts for column in field.behaviour.T], axis=1)
    mass, rest = np.zeros(field.nodes), np.zeros(field.nodes)
    pools = []
    for at, ring in enumerate(field.rings):
        draw = np.random.default_rng([1, at])
        near = np.zeros(accounts)
        for member in ring.tolist():
            touched = push(graph, member, 0.15, 2e-5, mass, rest)
            inside = touched[touched < accounts]
            near[inside] += mass[inside]
            mass[touched] = rest[touched] = 0.0
        same_fold = field.fold[np.maximum(ring_of, 0)] == field.fold[at]
        rivals = np.flatnonzero((ring_of >= 0) & (ring_of != at) & same_fold)
        allowed = np.concatenate([free, rivals])
        close = allowed[np.argsort(-near[allowed], kind="stable")[:NEAR]]
        models = draw.choice(ring, min(len(ring), 20), replace=False)
        apart = np.abs(ranks[allowed][:, None] - ranks[models][None]).sum(axis=2).min(axis=1)
        alike = draw.choice(allowed[np.argsort(apart)[: 10 * ALIKE]], ALIKE, replace=False)
        others = draw.choice(rivals, min(OTHER_RINGS, len(rivals)), replace=False)
        hard = np.unique(np.concatenate([close[near[close] > 0], alike, others]))
        easy = np.setdiff1d(free, hard)
        rest_of = draw.choice(easy, min(CANDIDATES - len(hard), len(easy)), replace=False)
        pools.append(np.unique(np.concatenate([ring, hard, rest_of])))
    return pools


@dataclass(frozen=True, slots=True)
class Asked:
    """A lesson, its ring, and whether it is one that is tested (three seeds)."""

    ring: int
    tested: bool
    lesson: Lesson


def questions_of(field: Field, graph: RelationGraph, pools: Sequence[Rows]) -> list[Asked]:
    """The questions about every ring with their first-round features."""
    people = population(graph, field.behaviour)
    result = []
    for at, accounts in enumerate(pools):
        pool = Pool(graph, people, accounts)
        members = np.searchsorted(accounts, field.rings[at])
        for number, ask in enumerate(QUESTIONS):
            question = ask(pool, members, (0, at, number))
            told = features(pool, marks_of(pool, question.given))
            usable = np.ones(pool.size, bool)
            lesson = Lesson(pool, question, told, int(field.fold[at]), usable)
            result.append(Asked(at, number < ASKED, lesson))
    return result


def learned_from(lesson: Lesson, part: int, draw: np.random.Generator, named: Rows) -> Lesson:
    """The lesson as one of a part, with some of its strangers, and without the accounts ``named``."""
    unseen = ~np.isin(lesson.pool.accounts, named)
    usable = lesson.question.belongs & unseen
    strangers = np.flatnonzero(~lesson.question.belongs & unseen)
    usable[draw.choice(strangers, min(LEARNED, len(strangers)), replace=False)] = True
    return Lesson(lesson.pool, lesson.question, lesson.features, part, usable)


def found_by(scores: Floats, asked: Asked) -> float:
    """R-precision of ``scores`` (pool size,) over those who are asked about."""
    rows = rows_of(asked.lesson)
    return r_precision(np.asarray(scores[rows], np.float64), asked.lesson.question.belongs[rows])


def pagerank_scores(field: Field, tested: Sequence[Asked]) -> list[Floats]:
    """PageRank from those given alone."""
    column = feature_names(field.relations, field.named).index("mean pagerank")
    return [one.lesson.features[:, column] for one in tested]


def trees_scores(field: Field, lessons: Sequence[Lesson], tested: Sequence[Asked], seed: int) -> list[Floats]:
    """Boosted trees on ties, PageRank and behaviour; fitted to the questions with three seeds."""
    names = feature_names(field.relations, field.named)
    plain = [
        at
        for at, name in enumerate(names)
        if name.startswith(("mean", "own")) and not name.endswith(("habits", "same others", "same services"))
    ]
    rows = [rows_of(lesson) for lesson in lessons]
    inputs = np.concatenate([one.features[row][:, plain] for one, row in zip(lessons, rows, strict=True)])
    wanted = np.concatenate([one.question.belongs[row] for one, row in zip(lessons, rows, strict=True)])
    trees = HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=15,
        min_samples_leaf=30,
        l2_regularization=1.0,
        random_state=seed,
    ).fit(inputs, wanted)
    return [np.asarray(trees.decision_function(one.lesson.features[:, plain])) for one in tested]
