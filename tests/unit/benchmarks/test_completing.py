"""Completing rings in cities of another generator: what is asked, and what a control loses."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _scripts_find_each_other(monkeypatch):
    """As when they are started from a shell."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture(scope="module")
def fields():
    """The first of two small cities with rings that have three of one device each."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from ring_questions import Field
    finally:
        sys.path.remove(str(BENCHMARKS))
    accounts, rings = 900, 6
    members = [np.arange(10 * at, 10 * at + 10) for at in range(rings)]
    draw = np.random.default_rng(5)
    own = accounts + rings + np.arange(accounts)
    source = np.concatenate([*members, np.arange(accounts)])
    target = np.concatenate([np.repeat(accounts + np.arange(rings), 10), own])
    one = Field(
        nodes=accounts * 2 + rings,
        relations=1,
        ties=(source, target, np.zeros(len(source), np.int64), np.ones(len(source))),
        silent=np.zeros(accounts * 2 + rings, bool),
        behaviour=draw.normal(size=(accounts, 2)),
        named=("creation", "trips"),
        rings=members,
        fold=np.zeros(rings, np.int64),
    )
    return [one, replace(one, fold=np.ones(rings, np.int64))]


def test_ties_of_another_generator_find_a_ring_and_no_ties_do_not(fields):
    from completing import answers, asked_of

    asked = asked_of(fields, "network")
    assert np.mean(list(answers("pagerank", fields, asked, 1, 0))) == 1
    assert np.mean(list(answers("trees", fields, asked, 1, 0))) == 1
    alone = asked_of(fields, "no_graph")
    assert np.mean(list(answers("network", fields, alone, 1, 0))) < 0.5


def test_nothing_is_learned_from_the_generator_that_is_asked_about_or_from_a_world(fields):
    from completing import asked_of, lessons_of

    world = replace(fields[0], fold=np.full(6, 2))
    asked = asked_of([*fields, world], "network")
    assert {one.lesson.group for one in asked} == {0, 1, 2}
    of_second = {id(one.lesson.pool) for one in asked if one.lesson.group == 1}
    assert {id(lesson.pool) for lesson in lessons_of(asked, 0)} == of_second
    learned = lessons_of(asked, 2)
    assert {lesson.group for lesson in learned} == {0, 1}
    assert not {id(lesson.pool) for lesson in learned} & {
        id(one.lesson.pool) for one in asked if one.lesson.group == 2
    }


def test_every_ring_has_a_number_of_its_own(fields):
    from completing import asked_of

    asked = asked_of(fields, "network")
    assert sorted({one.ring for one in asked}) == list(range(12))
    assert sum(one.tested for one in asked) == 24
