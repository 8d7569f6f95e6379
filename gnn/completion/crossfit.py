"""Fits both rounds so that the second learns from first-round answers about rings the first never saw.

Questions come in groups (rings of one fold). For each group a first head is trained on the other groups; it
answers the group, and the second head is trained on those answers. All the first heads together answer new
questions. Answers from a head about its own training rings would be too sure, and the second round would
learn to trust them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gnn.completion.features import Pool
from gnn.completion.head import Head
from gnn.completion.queries import Question
from gnn.completion.relations import Mask, Matrix, Rows
from gnn.completion.rounds import Completion, marks_of, second_features
from gnn.completion.training import HeadConfig, Query, train_head


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question about a pool, its first-round features, its group, and who of it may be learned from."""

    pool: Pool
    question: Question
    features: Matrix
    group: int
    usable: Mask
    """False for accounts that a test asks about; those given are left out in any case."""


def fit_completion(
    lessons: Sequence[Lesson], seed: int, config: HeadConfig | None = None, second_heads: int = 2
) -> Completion:
    """Both rounds. Raises ``ValueError`` for fewer than two groups. Cost: groups + second heads trainings."""
    groups = sorted({lesson.group for lesson in lessons})
    if len(groups) < 2:
        raise ValueError(f"expected at least two groups of rings, got {len(groups)}; split the rings")
    first: list[Head] = []
    second: list[Query] = []
    for group in groups:
        seen = [lesson for lesson in lessons if lesson.group != group]
        head = train_head([_query(lesson, lesson.features) for lesson in seen], seed * 100 + group, config)
        first.append(head)
        for lesson in lessons:
            if lesson.group == group:
                logits = head(lesson.features)
                marks = marks_of(lesson.pool, lesson.question.given)
                second.append(_query(lesson, second_features(lesson.pool, marks, logits)))
    heads = tuple(train_head(second, seed * 100 + 50 + at, config) for at in range(second_heads))
    return Completion(tuple(first), heads)


def rows_of(lesson: Lesson) -> Rows:
    """Positions that are asked about: usable and not given."""
    asked = lesson.usable.copy()
    asked[lesson.question.given] = False
    return np.flatnonzero(asked)


def _query(lesson: Lesson, features: Matrix) -> Query:
    rows = rows_of(lesson)
    return Query(features[rows], lesson.question.belongs[rows])
