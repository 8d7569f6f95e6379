"""Completing rings in cities of another generator: what is asked, and what a control loses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _scripts_find_each_other():
    """As when they are started from a shell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield


@pytest.fixture(scope="module")
def fields():
    """Two like cities of two generators: six rings, the ten of each on one device."""
    from ring_questions import Field

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
    from completing import answers, asked_of, pools_of

    pools = pools_of(fields)
    asked = asked_of(fields, pools, "network")
    assert np.mean(list(answers("pagerank", fields, asked, 1, 0))) == 1
    assert np.mean(list(answers("trees", fields, asked, 1, 0))) == 1
    alone = asked_of(fields, pools, "no_graph")
    assert np.mean(list(answers("network", fields, alone, 1, 0))) < 0.5


def test_nothing_is_learned_from_the_generator_that_is_asked_about_or_from_a_world(fields):
    from completing import GENERATORS, asked_of, lessons_of, pools_of

    number = len(GENERATORS)
    world = replace(fields[0], fold=np.full(6, number))
    cities = [*fields, world]
    asked = asked_of(cities, pools_of(cities), "network")
    assert {one.lesson.group for one in asked} == {0, 1, number}
    of_second = {id(one.lesson.pool) for one in asked if one.lesson.group == 1}
    assert {id(lesson.pool) for lesson in lessons_of(asked, 0)} == of_second
    learned = lessons_of(asked, number)
    assert {lesson.group for lesson in learned} == {0, 1}
    assert not {id(lesson.pool) for lesson in learned} & {
        id(one.lesson.pool) for one in asked if one.lesson.group == number
    }


def test_every_ring_has_a_number_of_its_own(fields):
    from completing import asked_of, pools_of

    asked = asked_of(fields, pools_of(fields), "network")
    assert sorted({one.ring for one in asked}) == list(range(12))
    assert sum(one.tested for one in asked) == 24
